import { setTimeout as sleep } from 'node:timers/promises';
import { usageError } from '../failure.ts';
import type { World } from '../world.ts';
import type { HubConnection } from './request.ts';

/** The hub as HF_ENDPOINT and HF_TOKEN say. */
export function hubFromEnvironment({
  environment,
  stderr,
}: Pick<World, 'environment' | 'stderr'>): HubConnection {
  const endpoint = (environment.HF_ENDPOINT || 'https://huggingface.co').replace(/\/+$/, '');
  const url = URL.parse(endpoint);
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    throw usageError(
      'HF_ENDPOINT',
      `HF_ENDPOINT must be an http or https address, not '${endpoint.slice(0, 100)}'.`,
    );
  }
  return {
    endpoint,
    token: environment.HF_TOKEN?.trim() || undefined,
    fetch: globalThis.fetch,
    sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }),
    onRetry: (reason, delay) => {
      // A progress bar may stand in the line.
      stderr.write(`${stderr.isTTY ? '\n' : ''}${reason}; trying again in ${delay / 1000} s\n`);
    },
    stallMilliseconds: 30_000,
  };
}
