import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { callTarget } from '../call-target.ts';
import { FakeUpstream, streaming } from '../fake-upstream.test.support.ts';
import { collect, requestOf, targetOf, testCall, textOf } from '../target.test.support.ts';
import { HttpTransport } from '../transport/http-transport.ts';
import { answer, ask, reported } from './ask.test.support.ts';
import { ScriptedCall, text } from './scripted-call.test.support.ts';
import { withEmulations } from './with-emulations.ts';

describe('stop strings cut here', () => {
  const refused = { stop: 'emulated' } as const;

  it('are found across pieces; the call is ended and counts as answered', async () => {
    const script = new ScriptedCall(() => [
      text('one, t'),
      text('w'),
      text('o, EN'),
      text('D and more'),
      'hang',
    ]);
    const result = await ask(script, { stop: 'END' }, 'vllm', refused);
    assert.equal(result.error, undefined);
    assert.equal(textOf(result.events), 'one, two, ');
    assert.deepEqual(
      result.events.slice(-2).map(({ type }) => type),
      ['choice-end', 'timing'],
    );
    const ended = result.events.find(({ type }) => type === 'choice-end');
    assert.ok(ended?.type === 'choice-end' && ended.reason === 'stop' && ended.stop === 'END');
    assert.deepEqual(result.outcomes, ['answered']);
    assert.deepEqual(reported(result), ['stop;emulated']);
    assert.equal(script.requests[0]?.parameters.stop, undefined);
  });

  it('that do not come change nothing, and hold nothing back at the end', async () => {
    const script = new ScriptedCall(() => answer('all but EN'));
    const result = await ask(script, { stop: ['END', 'x'] }, 'vllm', refused);
    assert.equal(textOf(result.events), 'all but EN');
    assert.deepEqual(
      result.events.slice(-3).map(({ type }) => type),
      ['choice-end', 'usage', 'timing'],
    );
  });

  it('stay in the text when that is asked for', async () => {
    const script = new ScriptedCall(() => [text('a END b'), 'hang']);
    const parameters = { stop: 'END', include_stop_str_in_output: true };
    const result = await ask(script, parameters, 'vllm', {
      ...refused,
      include_stop_str_in_output: 'emulated',
    });
    assert.equal(textOf(result.events), 'a END');
  });

  it('end each choice for itself, and the call with the last', async () => {
    const script = new ScriptedCall(() => [
      text('a|b', 0),
      text('c', 1),
      text('never', 0),
      text('d|', 1),
      'hang',
    ]);
    const result = await ask(script, { stop: '|', n: 2 }, 'vllm', refused);
    assert.deepEqual([textOf(result.events, 0), textOf(result.events, 1)], ['a', 'cd']);
    assert.deepEqual(result.outcomes, ['answered']);
  });

  it('close the connection to the upstream', async () => {
    const piece = { choices: [{ index: 0, delta: { content: 'one STOP two' } }] };
    await using upstream = await FakeUpstream.start(
      streaming(`data: ${JSON.stringify(piece)}\n\n`, { do: 'stall' }),
    );
    const transport = new HttpTransport();
    const call = testCall();
    const target = targetOf('vllm', { baseUrl: upstream.url, parameters: refused });
    const { events, error } = await collect(
      withEmulations(callTarget(transport))(target, requestOf({ stop: 'STOP' }), call.context),
    );
    assert.equal(error, undefined);
    assert.equal(textOf(events), 'one ');
    assert.equal(upstream.requests[0]?.body.stop, undefined);
    await upstream.idle();
    assert.deepEqual(
      call.records.map(({ outcome, usage }) => [outcome, usage]),
      [['answered', undefined]],
    );
    transport.close();
  });
});
