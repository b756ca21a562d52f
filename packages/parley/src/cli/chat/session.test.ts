import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '@parley/protocol';
import type { Backend, CallContext, ChatRequest } from '../../core/complete.ts';
import type { ChatEvent } from '../../core/event.ts';
import { type FakeWorld, fakeWorld } from '../fake-world.test.support.ts';
import { Session } from './session.ts';
import { talkOnPipe, talkOnTerminal } from './terminal.ts';

const delta = (text: string): ChatEvent => ({ type: 'text-delta', choice: 0, text, tokenCount: 1 });
const end = (reason: 'stop' | 'length' = 'stop'): ChatEvent => ({
  type: 'choice-end',
  choice: 0,
  reason,
  tokenCount: 0,
});

type Answer = (request: ChatRequest, context: CallContext) => AsyncIterable<ChatEvent>;

async function* words(...parts: string[]): AsyncGenerator<ChatEvent> {
  for (const part of parts) yield delta(part);
  yield end();
}

/** Says how many messages it got; a token is a character of the conversation. */
const counting: Answer = ({ input }) =>
  words(`${input.kind === 'messages' ? input.messages.length : 0} `, 'messages');

function newSession(world: FakeWorld, complete: Answer, contextLength = 1000) {
  const requests: ChatRequest[] = [];
  const backend: Pick<Backend, 'complete' | 'tokenize'> = {
    complete(request, context) {
      requests.push(structuredClone(request));
      return complete(request, context);
    },
    async tokenize({ input }) {
      const text = JSON.stringify(input);
      return { tokens: Array.from(text, () => 0), text };
    },
  };
  const session = new Session({
    backend,
    model: 'm',
    contextLength,
    parameters: { temperature: 0 },
    system: undefined,
    stdout: world.stdout,
    stderr: world.stderr,
    newId: () => 'id',
  });
  return { session, requests };
}

const never = new AbortController().signal;

test('each line of a pipe is a message, and answers go to stdout', async () => {
  const world = fakeWorld({ input: 'one\n\ntwo\r\nthree' });
  const { session, requests } = newSession(world, counting);
  assert.equal(await talkOnPipe(world, session, never), 0);
  assert.equal(world.stdout.text, '1 messages\n3 messages\n5 messages\n');
  assert.equal(world.stderr.text, '');
  assert.deepEqual(requests[1]?.input, {
    kind: 'messages',
    messages: [
      { role: 'user', content: 'one' },
      { role: 'assistant', content: '1 messages' },
      { role: 'user', content: 'two' },
    ],
  });
  assert.deepEqual(requests[0]?.parameters, { temperature: 0 });
});

test('commands: /clear, /system, /help, /exit and what is none', async () => {
  const world = fakeWorld({ input: 'a\n/clear\nb\n/system Be brief.\nc\n/nope\n/help\n/exit\nd\n' });
  const { session, requests } = newSession(world, counting);
  assert.equal(await talkOnPipe(world, session, never), 0);
  assert.equal(world.stdout.text, '1 messages\n1 messages\n4 messages\n');
  assert.match(world.stderr.text, /forgotten[\s\S]*System message: Be brief\.[\s\S]*no command \/nope/);
  const { input } = requests[2]!;
  assert.deepEqual(input.kind === 'messages' && input.messages[0], { role: 'system', content: 'Be brief.' });
});

test('when the context is full the oldest turns are dropped, and it is said', async () => {
  const world = fakeWorld({ input: Array.from({ length: 12 }, (_, index) => `line ${index}`).join('\n') });
  const { session, requests } = newSession(world, counting, 400);
  assert.equal(await talkOnPipe(world, session, never), 0);
  assert.equal(requests.length, 12);
  assert.match(world.stderr.text, /the context of 400 tokens is full: the oldest turn was dropped/);
  for (const { input } of requests) assert.ok(JSON.stringify(input).length <= 300);
  const last = requests.at(-1)!.input;
  assert.ok(last.kind === 'messages' && last.messages.length > 1);
  assert.deepEqual(last.messages.at(-1), { role: 'user', content: 'line 11' });
});

test('a failure in a pipe ends it; on a terminal the talk goes on without that turn', async () => {
  const failing: Answer = async function* ({ input }) {
    if (JSON.stringify(input).includes('bad')) {
      throw new ApiError({ status: 400, type: 'invalid_request_error', message: 'too long' });
    }
    yield* words('fine');
  };
  const pipe = fakeWorld({ input: 'ok\nbad\nnext\n' });
  await assert.rejects(talkOnPipe(pipe, newSession(pipe, failing).session, never), { message: 'too long' });
  assert.equal(pipe.stdout.text, 'fine\n');

  const terminal = fakeWorld({ input: 'ok\nbad\nnext\n', terminal: true });
  const { session, requests } = newSession(terminal, failing);
  assert.equal(await talkOnTerminal(terminal, session), 0);
  assert.match(terminal.stderr.text, /too long/);
  assert.equal(requests.length, 3);
  assert.ok(!JSON.stringify(requests[2]).includes('bad'));
});

test('Ctrl-C stops the answer and keeps what came; at the prompt the second one leaves', async () => {
  const world = fakeWorld({ terminal: true });
  const started = Promise.withResolvers<void>();
  let calls = 0;
  const endless: Answer = async function* (_, { signal }) {
    if (calls++ > 0) return yield* words('done');
    yield delta('half');
    started.resolve();
    await new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true });
    });
  };
  const { session, requests } = newSession(world, endless);
  const talk = talkOnTerminal(world, session);
  world.stdin.write('first\n');
  await started.promise;
  world.stdin.write('\u0003');
  await until(() => world.stderr.text.includes('[stopped]'));
  world.stdin.write('second\n');
  await until(() => world.stdout.text.includes('done'));
  world.stdin.write('typed and forgotten\u0003');
  await until(() => world.stderr.text.includes('Ctrl-C again'));
  world.stdin.write('\u0003');
  assert.equal(await talk, 0);
  assert.equal(requests.length, 2);
  assert.deepEqual(requests[1]?.input.kind === 'messages' && requests[1].input.messages.slice(0, 2), [
    { role: 'user', content: 'first' },
    { role: 'assistant', content: 'half' },
  ]);
});

test('Ctrl-D leaves', async () => {
  const world = fakeWorld({ terminal: true });
  const talk = talkOnTerminal(world, newSession(world, counting).session);
  world.stdin.write('\u0004');
  assert.equal(await talk, 0);
});

test('escape sequences of a model do nothing on a terminal and are kept in a pipe', async () => {
  const evil: Answer = () => words('a\u001b[2Jb\tc\n');
  const terminal = fakeWorld({ terminal: true });
  await newSession(terminal, evil).session.line('x', never);
  assert.equal(terminal.stdout.text, 'a\ufffd[2Jb\tc\n\n');
  const pipe = fakeWorld();
  await newSession(pipe, evil).session.line('x', never);
  assert.equal(pipe.stdout.text, 'a\u001b[2Jb\tc\n\n');
});

test('an answer that ends for want of room says so', async () => {
  const world = fakeWorld();
  const cut: Answer = async function* () {
    yield delta('abc');
    yield end('length');
  };
  await newSession(world, cut).session.line('x', never);
  assert.match(world.stderr.text, /cut: no room or tokens left/);
});

/** Lets the event loop turn until the condition holds. */
async function until(condition: () => boolean): Promise<void> {
  for (let turns = 0; !condition(); turns++) {
    assert.ok(turns < 10_000, 'it never came');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
