import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Cut, listen, treeOf } from './fake-hub.test.support.ts';
import type { Pull } from './pull.ts';
import { parseHubReference } from './reference.ts';
import type { HubConnection } from './request.ts';

export const CONTENT = randomBytes(200_000);
export const OTHER = randomBytes(200_000);
export const FILE = 'model-Q8_0.gguf';
export const REFERENCE = parseHubReference('hf:owner/repo');
export const signal: AbortSignal = new AbortController().signal;

export async function newCache(t: TestContext): Promise<string> {
  const cache = await mkdtemp(join(tmpdir(), 'parley-hub-'));
  t.after(() => rm(cache, { recursive: true, force: true }));
  return cache;
}

/** What waits for a download to have got so far. */
const positions = new Map<number, () => void>();
export const cutAfter = (after: number): Cut => ({
  after,
  when: (position) => new Promise((resolve) => positions.set(position, resolve)),
});

export function contextOf(hub: HubConnection, cache: string, freeBytes = 1e12): Pull & { log: string[] } {
  const log: string[] = [];
  return {
    hub,
    cache,
    log,
    freeBytes: async () => freeBytes,
    progress: {
      begin: (name, total) => log.push(`begin ${name} ${total}`),
      update: (bytes) => {
        for (const [position, reached] of positions) if (bytes >= position) reached();
      },
      end: () => log.push('end'),
    },
  };
}

/** A hub with one repository; `resolve` answers for its files, attempt by attempt. */
export const hubOf = (
  resolve: (request: IncomingMessage, response: ServerResponse, attempt: number) => void,
  tree: unknown = treeOf({ [FILE]: CONTENT }),
) => {
  let attempt = 0;
  return listen((request, response) => {
    if (request.url?.startsWith('/api/models/owner/repo/tree/main')) response.end(JSON.stringify(tree));
    else resolve(request, response, attempt++);
  });
};

export const filesBelow = async (folder: string) =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((e) => e.isFile())
    .map(({ name }) => name)
    .sort();
