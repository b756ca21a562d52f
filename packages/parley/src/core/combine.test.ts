import assert from 'node:assert/strict';
import { test } from 'node:test';
import { combineBackends } from './combine.ts';
import type { Backend, CallContext, ChatRequest, Model } from './complete.ts';
import type { ChatEvent } from './event.ts';

function backend(name: string, ids: readonly string[], more: Partial<Backend> = {}) {
  const seen: string[] = [];
  const made: Backend & { readonly seen: string[] } = {
    name,
    seen,
    models: () => ids.map((id) => ({ id, aliases: [`${id}-alias`] }) as unknown as Model),
    complete: (request) => {
      seen.push(request.model);
      return (async function* (): AsyncIterable<ChatEvent> {})();
    },
    close: async () => {
      seen.push('closed');
    },
    ...more,
  };
  return made;
}

const request = (model: string): ChatRequest => ({
  model,
  input: { kind: 'text', text: '' },
  parameters: {},
  unknown: {},
});
const context = {} as CallContext;

test('a request goes where its model is, by name or alias', () => {
  const one = backend('one', ['a', 'b']);
  const two = backend('two', ['c']);
  const both = combineBackends([one, two]);
  for (const model of ['a', 'c-alias', 'b']) both.complete(request(model), context);
  assert.deepEqual([one.seen, two.seen], [['a', 'b'], ['c-alias']]);
  assert.deepEqual(
    both.models().map(({ id }) => id),
    ['a', 'b', 'c'],
  );
  assert.throws(() => both.complete(request('nobody'), context), { status: 404, message: /a, b, c/ });
});

test('a tokenizer is asked where there is one; elsewhere a 400 says so', async () => {
  const one = backend('one', ['a'], { tokenize: async () => ({ tokens: [1], text: 't' }) });
  const both = combineBackends([one, backend('two', ['c'])]);
  const { signal } = new AbortController();
  const ask = (model: string) =>
    both.tokenize?.({ model, input: { kind: 'text', text: '' }, parameters: {} }, signal);
  assert.deepEqual(await ask('a'), { tokens: [1], text: 't' });
  await assert.rejects(async () => ask('c'), { status: 400, message: /out of reach/ });
});

test('one backend alone stays as it is; all are closed', async () => {
  const one = backend('one', ['a']);
  assert.equal(combineBackends([one]), one);
  const two = backend('two', ['c']);
  await combineBackends([one, two]).close();
  assert.deepEqual([one.seen, two.seen], [['closed'], ['closed']]);
});
