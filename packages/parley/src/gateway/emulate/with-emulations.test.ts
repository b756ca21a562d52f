import assert from 'node:assert/strict';
import { it } from 'node:test';
import { answer, ask, reported } from './ask.test.support.ts';
import { ScriptedCall } from './scripted-call.test.support.ts';

it('a request without any of these is passed on as it is', async () => {
  const script = new ScriptedCall(() => answer('a'));
  const parameters = { temperature: 0.5, n: 1, stop: 'x' };
  const result = await ask(script, parameters, 'vllm');
  assert.equal(result.error, undefined);
  assert.deepEqual(script.requests[0]?.parameters, parameters);
  assert.deepEqual(reported(result), []);
});
