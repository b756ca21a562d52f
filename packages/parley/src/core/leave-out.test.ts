import assert from 'node:assert/strict';
import { test } from 'node:test';
import { internalError, unsupportedParameter } from '@parley/protocol/errors';
import type { ChatRequest, Complete } from './complete.ts';
import type { ChatEvent } from './event.ts';
import { leaveOutUnsupported } from './leave-out.ts';
import { ParameterReport } from './report.ts';

const end: ChatEvent = { type: 'choice-end', choice: 0, reason: 'stop', tokenCount: 1 };

function ask(parameters: ChatRequest['parameters']): ChatRequest {
  return { model: 'm', input: { kind: 'text', text: 'a' }, parameters, unknown: {} };
}

async function collect(events: AsyncIterable<ChatEvent>): Promise<ChatEvent[]> {
  const all: ChatEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

const call = () => ({
  id: 'c',
  principal: { id: '' },
  signal: new AbortController().signal,
  report: new ParameterReport(),
});

/** Refuses these names one by one, as the engine does; counts the calls that were closed. */
function refusing(...names: (keyof ChatRequest['parameters'])[]) {
  const seen: string[][] = [];
  let open = 0;
  const complete: Complete = async function* (request, context) {
    open++;
    try {
      seen.push(Object.keys(request.parameters));
      context.report.add('seed', 'translated', 'each time');
      const refused = names.find((name) => request.parameters[name] !== undefined);
      if (refused !== undefined) throw unsupportedParameter(refused, `no ${refused}`);
      yield end;
      yield end;
    } finally {
      open--;
    }
  };
  return { complete, seen, open: () => open };
}

test('what is refused is left out one by one and reported with the reason', async () => {
  const { complete, seen } = refusing('tools', 'store');
  const context = call();
  const events = await collect(leaveOutUnsupported(complete)(ask({ store: true, tools: [], n: 2 }), context));
  assert.deepEqual(events, [end, end]);
  assert.deepEqual(seen, [['store', 'tools', 'n'], ['store', 'n'], ['n']]);
  assert.deepEqual(context.report.entries, [
    { name: 'seed', change: 'translated', detail: 'each time' },
    { name: 'tools', change: 'ignored', detail: 'no tools' },
    { name: 'store', change: 'ignored', detail: 'no store', sent: true },
  ]);
});

test('other refusals stay refusals, and nothing is tried again after the first event', async () => {
  for (const error of [
    unsupportedParameter('messages[0].content[1]', 'no images'),
    unsupportedParameter('tools[0].custom', 'no custom tools'),
    unsupportedParameter('toString', 'no such parameter'),
    internalError('broken'),
    new TypeError('foreign'),
  ]) {
    let calls = 0;
    // biome-ignore lint/correctness/useYield: it fails before it has something to say
    const complete: Complete = async function* () {
      calls++;
      throw error;
    };
    const context = call();
    await assert.rejects(collect(leaveOutUnsupported(complete)(ask({ tools: [] }), context)), error);
    assert.deepEqual([calls, context.report.entries], [1, []]);
  }
  const late: Complete = async function* () {
    yield end;
    throw unsupportedParameter('tools', 'too late');
  };
  const events: ChatEvent[] = [];
  await assert.rejects(async () => {
    for await (const event of leaveOutUnsupported(late)(ask({ tools: [] }), call())) events.push(event);
  }, /too late/);
  assert.equal(events.length, 1);
});

test('a reader who leaves closes the call', async () => {
  const { complete, open } = refusing('tools');
  for await (const event of leaveOutUnsupported(complete)(ask({ tools: [] }), call())) {
    assert.deepEqual([event, open()], [end, 1]);
    break;
  }
  assert.equal(open(), 0);
});
