import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Parameters } from '../../core/complete.ts';
import { fold } from '../../core/fold.ts';
import { UpstreamFailure } from '../attempt.ts';
import { requestOf, targetOf, testCall, textOf } from '../target.test.support.ts';
import { answer, ask, final, reported } from './ask.test.support.ts';
import { end, ScriptedCall, text, timing, usageOf } from './scripted-call.test.support.ts';
import { withEmulations } from './with-emulations.ts';

describe('JSON checked here', () => {
  const schema = { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] };
  const demand: Parameters = { response_format: { type: 'json_schema', json_schema: { name: 'x', schema } } };

  it('is told to the model and passed on when it is right', async () => {
    const script = new ScriptedCall(() => answer('{"a":1}'));
    const result = await ask(script, demand, 'deepseek');
    assert.equal(textOf(result.events), '{"a":1}');
    assert.deepEqual(reported(result), ['response_format;emulated']);
    const [request] = script.requests;
    // The upstream enforces JSON, though not its form.
    assert.deepEqual(request?.parameters.response_format, { type: 'json_object' });
    assert.ok(request?.input.kind === 'messages');
    const [first] = request.input.messages;
    assert.ok(
      first?.role === 'system' && String('content' in first && first.content).includes('"required":["a"]'),
    );
  });

  it('is asked for again with what was wrong, and all that was used is counted', async () => {
    const script = new ScriptedCall((index) =>
      answer(['no JSON', '{"a":"x"}', '```json\n{"a":2}\n```'][index] ?? ''),
    );
    const result = await ask(script, demand, 'deepseek');
    assert.equal(textOf(result.events), '{"a":2}');
    assert.deepEqual(result.events.at(-2), final(30, 9));
    assert.match(result.report.entries[0]?.detail ?? '', /2 new attempts/);
    assert.deepEqual(result.outcomes, ['answered', 'answered', 'answered']);
    const messages = script.requests[2]?.input.kind === 'messages' ? script.requests[2].input.messages : [];
    assert.deepEqual(
      messages.map(({ role }) => role),
      ['system', 'user', 'assistant', 'user', 'assistant', 'user'],
    );
    assert.match(JSON.stringify(messages.at(-1)), /\/a .*number/);
  });

  it('is given up after two new attempts', async () => {
    const script = new ScriptedCall(() => answer('no'));
    const result = await ask(script, demand, 'deepseek');
    assert.equal(script.requests.length, 3);
    assert.deepEqual(result.events, []);
    assert.ok(result.error instanceof UpstreamFailure && result.error.kind === 'upstream');
    assert.match(result.error.message, /response_format demands in 3 attempts/);
  });

  it('that the limit cut off, and calls in its place, are passed on', async () => {
    for (const ending of [end('length'), end('tool_calls')]) {
      const script = new ScriptedCall(() => [text('{"a":'), ending, final(1, 1), timing(1)]);
      const result = await ask(script, demand, 'deepseek');
      assert.equal(textOf(result.events), '{"a":');
      assert.equal(script.requests.length, 1);
    }
  });

  it('by a schema that has no end is refused', async () => {
    const endless: Parameters = {
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { $ref: '#' } } },
    };
    const result = await ask(new ScriptedCall(() => answer('{}')), endless, 'deepseek');
    assert.ok(result.error instanceof UpstreamFailure && result.error.kind === 'request');
    assert.equal(result.error.error.param, 'response_format');
  });

  it('of several answers is each checked for itself', async () => {
    const script = new ScriptedCall((index) => answer(index === 0 ? 'no' : '{"a":1}'));
    const result = await fold(
      withEmulations(script.call)(
        targetOf('anthropic'),
        requestOf({ n: 2, response_format: { type: 'json_object' } }),
        testCall().context,
      ),
    );
    assert.deepEqual(
      result.choices.map((choice) => choice.text),
      ['{"a":1}', '{"a":1}'],
    );
    assert.equal(script.requests.length, 3);
    assert.deepEqual(result.usage, usageOf(30, 9));
  });
});
