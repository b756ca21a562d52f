import assert from 'node:assert/strict';
import type { Parameters } from '../../core/complete.ts';
import type { ChatEvent } from '../../core/event.ts';
import { collect, requestOf, targetOf, testCall } from '../target.test.support.ts';
import { end, type ScriptedCall, text, timing, usageOf } from './scripted-call.test.support.ts';
import { withEmulations } from './with-emulations.ts';

export const final = (promptTokens: number, completionTokens: number): ChatEvent => ({
  type: 'usage',
  usage: usageOf(promptTokens, completionTokens),
  final: true,
});
export const answer = (said: string, ...more: readonly ChatEvent[]) => [
  text(said),
  end(),
  ...more,
  final(10, 3),
  timing(1),
];

export async function ask(
  script: ScriptedCall,
  parameters: Parameters,
  provider = 'anthropic',
  exceptions = {},
) {
  const call = testCall();
  const target = targetOf(provider, { parameters: exceptions });
  const result = await collect(withEmulations(script.call)(target, requestOf(parameters), call.context));
  assert.equal(script.open, 0);
  return { ...result, ...call, outcomes: call.records.map(({ outcome }) => outcome) };
}

export const reported = ({
  report,
}: {
  readonly report: { readonly entries: readonly { readonly name: string; readonly change: string }[] };
}) => report.entries.map(({ name, change }) => `${name};${change}`);
