import { cacheDirectory } from '../hub/cache.ts';
import { hubFromEnvironment } from '../hub/connection.ts';
import { progressOn } from '../hub/progress.ts';
import { freeBytesOf, type Pull } from '../hub/pull.ts';
import type { World } from '../world.ts';

/** Everything that a download needs, from the environment. Progress goes to stderr, so that stdout stays data. */
export function pullContext(world: World): Pull {
  return {
    hub: hubFromEnvironment(world),
    cache: cacheDirectory(world),
    progress: progressOn(world.stderr, Date.now),
    freeBytes: freeBytesOf,
  };
}
