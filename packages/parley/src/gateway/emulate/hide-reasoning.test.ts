import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ChatEvent } from '../../core/event.ts';
import { answer, ask, reported } from './ask.test.support.ts';
import { ScriptedCall } from './scripted-call.test.support.ts';

describe('reasoning that is hidden here', () => {
  const thought: ChatEvent = { type: 'reasoning-delta', choice: 0, text: 'hm', tokenCount: 1 };

  it('is left out, and that is told', async () => {
    for (const parameters of [{ include_reasoning: false }, { reasoning_format: 'hidden' }] as const) {
      const script = new ScriptedCall(() => [thought, ...answer('a')]);
      const result = await ask(script, parameters, 'openai-compatible');
      assert.ok(!result.events.some(({ type }) => type === 'reasoning-delta'));
      assert.deepEqual(reported(result), [`${Object.keys(parameters)[0]};emulated`]);
      assert.deepEqual(script.requests[0]?.parameters, {});
    }
  });

  it('comes apart from the text anyway', async () => {
    const script = new ScriptedCall(() => [thought, ...answer('a')]);
    const result = await ask(script, { reasoning_format: 'parsed' }, 'openai-compatible');
    assert.ok(result.events.some(({ type }) => type === 'reasoning-delta'));
    assert.deepEqual(reported(result), []);
  });
});
