import type { ChatRequest } from '../../core/complete.ts';
import { messageMisfit } from '../providers/message-fit.ts';
import { treatmentOf } from '../providers/treatment.ts';
import type { ParameterName, Target } from '../target.ts';

/**
 * The parameters of a request that a target refuses; values that ask for nothing do not count. `messages` stands for an
 * input that it cannot read: a role, a part, or a prompt that is no conversation.
 */
export function unsuited(target: Target, { input, parameters }: ChatRequest): ParameterName[] {
  const names: ParameterName[] = [];
  if (!takesInput(target, input)) names.push('messages');
  for (const name of Object.keys(parameters)) {
    if (isParameter(target, name) && treatmentOf(target, parameters, name) === 'refused') names.push(name);
  }
  return names;
}

function takesInput({ upstream: { provider } }: Target, input: ChatRequest['input']): boolean {
  if (input.kind === 'messages') return messageMisfit(provider.messages, input.messages) === undefined;
  return provider.prompts.includes(input.kind);
}

function isParameter(target: Target, name: string): name is ParameterName {
  return Object.hasOwn(target.parameters, name);
}
