import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Message, Metadata, StoredChatCompletion, StoredQuery } from '@parley/protocol';
import { openCompletionStore } from './open.ts';
import type { StoreLimits } from './room.ts';

export const question: Message[] = [{ role: 'user', content: 'Hi' }];

export function completion(id: string, more: Partial<StoredChatCompletion> = {}): StoredChatCompletion {
  return {
    id,
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'm',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: `Answer ${id}`, refusal: null },
        finish_reason: 'stop',
        logprobs: null,
      },
    ],
    usage: {
      prompt_tokens: 1,
      completion_tokens: 2,
      total_tokens: 3,
      prompt_tokens_details: { cached_tokens: 0 },
    },
    request_id: null,
    metadata: {},
    tools: null,
    tool_choice: null,
    response_format: null,
    seed: null,
    temperature: null,
    top_p: null,
    frequency_penalty: null,
    presence_penalty: null,
    input_user: null,
    safety_identifier: null,
    prompt_cache_key: null,
    ...more,
  };
}

export const query = (more: Partial<StoredQuery> = {}): StoredQuery => ({
  after: undefined,
  limit: 20,
  order: 'asc',
  model: undefined,
  metadata: {},
  ...more,
});

export const labelled = (id: string, metadata: Metadata) => completion(id, { metadata });

/** A folder that is gone after the test. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'parley-store-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A store whose clock stands until it is moved. */
export function openStore(
  t: TestContext,
  options: { path?: string | undefined; limits?: Partial<StoreLimits> } = {},
) {
  const clock = { now: 1_800_000_000_000 };
  const failures: unknown[] = [];
  const store = openCompletionStore({
    path: options.path,
    limits: { completions: 1_000, bytes: 1e8, ageSeconds: 3600, ...options.limits },
    now: () => clock.now,
    onFailure: (error) => failures.push(error),
  });
  t.after(() => store.close());
  const ids = async (more: Partial<StoredQuery> = {}, owner = 'a') =>
    (await store.list(owner, query(more))).completions.map(({ id }) => id);
  const add = async (owner: string, ...all: string[]) => {
    for (const id of all) await store.add(owner, completion(id), question);
  };
  return { store, clock, failures, ids, add };
}
