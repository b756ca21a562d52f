import type { ChatCompletionRequest } from './chat.ts';
import type { CompletionRequest } from './completion.ts';
import { type Fault, fault } from './fault.ts';
import type { StructuredOutputs } from './format.ts';
import type { ReportEntry } from './response-fields.ts';

const CONSTRAINTS = ['json', 'regex', 'choice', 'grammar', 'json_object', 'structural_tag'] as const;

function conflict(param: string, text: string): Fault {
  return fault('conflicting_parameters', text, [param]);
}

function constraintFault(outputs: StructuredOutputs | null | undefined): Fault | undefined {
  if (outputs === null || outputs === undefined) return undefined;
  const given = CONSTRAINTS.filter((name) => (outputs[name] ?? false) !== false);
  if (given.length === 1) return undefined;
  const got = given.length === 0 ? 'none' : given.join(' and ');
  return conflict('structured_outputs', `must have exactly one of ${CONSTRAINTS.join(', ')}, got ${got}`);
}

function sharedFault(request: ChatCompletionRequest | CompletionRequest): Fault | undefined {
  if ((request.stream_options ?? null) !== null && request.stream !== true) {
    return conflict('stream_options', 'is only allowed with stream: true');
  }
  if (request.truncate_prompt_tokens === 0) {
    return fault('out_of_range', 'must be -1 or at least 1, got 0', ['truncate_prompt_tokens']);
  }
  return constraintFault(request.structured_outputs);
}

/** What no schema of a single field can say. */
export function chatFault(request: ChatCompletionRequest): Fault | undefined {
  if ((request.top_logprobs ?? 0) > 0 && request.logprobs !== true) {
    return conflict('top_logprobs', 'is only allowed with logprobs: true');
  }
  if (request.continue_final_message === true && request.add_generation_prompt === true) {
    return conflict('continue_final_message', 'cannot be true together with add_generation_prompt: true');
  }
  return sharedFault(request);
}

export function completionFault(request: CompletionRequest): Fault | undefined {
  const { best_of: best, n } = request;
  if (best !== null && best !== undefined) {
    if (best < (n ?? 1)) return conflict('best_of', `must be at least n, which is ${n ?? 1}, got ${best}`);
    if (best > (n ?? 1) && request.stream === true) return conflict('best_of', 'above n cannot be streamed');
  }
  return sharedFault(request);
}

/** The names of today win over the older ones. The loser is removed, and reported if it said something else. */
export function settleTokenLimits(request: ChatCompletionRequest): ReportEntry[] {
  const translated: ReportEntry[] = [];
  for (const end of ['max', 'min'] as const) {
    const winner = request[`${end}_completion_tokens`];
    const loser = request[`${end}_tokens`];
    if (winner === undefined || winner === null || loser === undefined || loser === null) continue;
    delete request[`${end}_tokens`];
    if (winner === loser) continue;
    const detail = `${end}_completion_tokens: ${winner} wins over ${end}_tokens: ${loser}.`;
    translated.push({ name: `${end}_tokens`, change: 'translated', detail, sent: loser, used: winner });
  }
  return translated;
}
