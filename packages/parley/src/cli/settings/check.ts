import { usageError } from '../failure.ts';
import type { World } from '../world.ts';
import { readConfig } from './read-config.ts';
import { resolveServe } from './resolve.ts';

/** Reads the configuration as `serve` would, and says that it is good. Throws usage errors. */
export async function runConfigCheck(path: string | undefined, world: World): Promise<number> {
  const file = await readConfig(path, world);
  if (file.path === undefined)
    throw usageError('--config', 'There is no parley.yaml here; name a file with --config.');
  const { models } = resolveServe({}, {}, file, world.workingDirectory);
  world.stdout.write(`${file.path} is valid; models: ${models.map(({ name }) => name).join(', ')}\n`);
  return 0;
}
