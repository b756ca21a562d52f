import type { Message } from '@parley/protocol';
import { invalidRequest } from '@parley/protocol/errors';
import type { ChatRequest, Parameters } from '../../core/complete.ts';
import type { ChatEvent, Usage } from '../../core/event.ts';
import { abandonable } from '../abandonable.ts';
import { type AttemptContext, type CallTarget, UpstreamFailure } from '../attempt.ts';
import { type JsonDemand, jsonDemand } from '../providers/json-demand.ts';
import { treatmentOf } from '../providers/treatment.ts';
import type { Target } from '../target.ts';
import { failure } from '../upstream-failure.ts';
import { UncheckableSchema, type Validate } from './conforms.ts';
import { correction, instruction, judged, type Verdict } from './json-answer.ts';
import { summed } from './several-answers.ts';

/** New attempts after an answer that is not as demanded. */
const NEW_ATTEMPTS = 2;
/** Of an answer that is kept until it is checked, in characters. */
const MAX_LENGTH = 4 * 1024 * 1024;

/**
 * JSON for upstreams that do not enforce it: the model is told what is wanted, its answer is kept until it is checked
 * here, and asked for again, at most twice, with what was wrong. Answers that the limit of tokens cut off are passed on
 * as they are, like everywhere.
 */
export const checkingJson =
  (next: CallTarget, validate: Validate): CallTarget =>
  (target, request, context) => {
    const demand = jsonDemand(request.parameters);
    if (demand === undefined || treatmentOf(target, request.parameters, demand.parameter) !== 'emulated') {
      return next(target, request, context);
    }
    return abandonable(context.signal, (signal) =>
      checked({ next, target, request, context: { ...context, signal }, demand, validate }),
    );
  };

interface Checking {
  readonly next: CallTarget;
  readonly target: Target;
  readonly request: ChatRequest;
  readonly context: AttemptContext;
  readonly demand: JsonDemand;
  readonly validate: Validate;
}

interface Rejected {
  readonly text: string;
  readonly problem: string;
}

async function* checked(checking: Checking): AsyncGenerator<ChatEvent> {
  const { demand, context } = checking;
  const usages: (Usage | undefined)[] = [];
  const rejected: Rejected[] = [];
  for (let attempt = 0; attempt <= NEW_ATTEMPTS; attempt++) {
    const answer = await wholeAnswer(checking, rejected);
    usages.push(answer.usage);
    const verdict = verdictOf(checking, answer);
    if ('problem' in verdict) {
      rejected.push({ text: answer.text, problem: verdict.problem });
      continue;
    }
    const again = attempt === 0 ? '' : `; it took ${attempt} new attempts`;
    const detail = `The upstream does not enforce it: the model was told, and its answer checked here${again}.`;
    context.report.add(demand.parameter, 'emulated', detail);
    yield* settled(answer, verdict.json, usages);
    return;
  }
  throw notAsDemanded(demand, rejected);
}

interface WholeAnswer {
  readonly events: readonly ChatEvent[];
  readonly text: string;
  /** Whether it ended of itself, with text. */
  readonly isText: boolean;
  readonly usage: Usage | undefined;
}

async function wholeAnswer(
  { next, target, request, context, demand }: Checking,
  rejected: readonly Rejected[],
) {
  const events: ChatEvent[] = [];
  let text = '';
  let isText = false;
  let usage: Usage | undefined;
  for await (const event of next(target, telling(target, request, demand, rejected), context)) {
    if (event.type === 'usage') {
      usage = event.final ? event.usage : usage;
      continue;
    }
    events.push(event);
    if (event.type === 'text-delta') text += event.text;
    if (event.type === 'choice-end') isText = event.reason === 'stop';
    if (text.length > MAX_LENGTH)
      throw failure('upstream', { cause: new Error('the answer is too long to be checked') });
  }
  return { events, text, isText, usage };
}

function verdictOf({ demand, validate, request }: Checking, { text, isText }: WholeAnswer): Verdict {
  if (!isText) return { json: text };
  const verdict = judgedInTime(text, demand, validate);
  // Its log probabilities are those of the text as it was.
  const isChanged = 'json' in verdict && verdict.json !== text;
  return isChanged && request.parameters.logprobs ? { problem: 'it stands in a code block' } : verdict;
}

function judgedInTime(text: string, demand: JsonDemand, validate: Validate): Verdict {
  try {
    return judged(text, demand, validate);
  } catch (error) {
    if (!(error instanceof UncheckableSchema)) throw error;
    const { parameter } = demand;
    const message = `${parameter}: the schema cannot be checked for this model: ${error.message}.`;
    throw new UpstreamFailure('request', invalidRequest(parameter, message));
  }
}

function* settled({ events, text }: WholeAnswer, json: string, usages: readonly (Usage | undefined)[]) {
  let replaced = json === text;
  for (const event of events) {
    if (event.type === 'timing') {
      const known = usages.flatMap((usage) => usage ?? []);
      if (known.length === usages.length) yield { type: 'usage' as const, usage: summed(known), final: true };
    }
    if (event.type !== 'text-delta' || json === text) yield event;
    else if (!replaced) {
      replaced = true;
      yield { ...event, text: json };
    } else yield { ...event, text: '' };
  }
}

/** The request without the demand, and with words for it. A prompt that is no conversation is asked as it is. */
function telling(
  target: Target,
  request: ChatRequest,
  demand: JsonDemand,
  rejected: readonly Rejected[],
): ChatRequest {
  const { input } = request;
  const parameters = plainer(target, request.parameters, demand);
  if (input.kind !== 'messages') return { ...request, parameters };
  const said = rejected.flatMap(({ text, problem }): Message[] => [
    { role: 'assistant', content: text },
    { role: 'user', content: correction(problem) },
  ]);
  const messages = [...instructed(input.messages, instruction(demand)), ...said];
  return { ...request, input: { kind: 'messages', messages }, parameters };
}

/** Where any JSON object is enforced, it is asked for, unless something else than an object is wanted. */
function plainer(
  { upstream }: Target,
  parameters: Parameters,
  { parameter, schema }: JsonDemand,
): Parameters {
  const { [parameter]: _demand, ...rest } = parameters;
  const isObject = (schema?.type ?? 'object') === 'object';
  return isObject && upstream.provider.formats.includes('json_object')
    ? { ...rest, response_format: { type: 'json_object' } }
    : rest;
}

/** Behind the instructions that the conversation begins with. */
function instructed(messages: readonly Message[], content: string): readonly Message[] {
  const first = messages.findIndex(({ role }) => role !== 'system' && role !== 'developer');
  const at = first < 0 ? messages.length : first;
  return [...messages.slice(0, at), { role: 'system', content }, ...messages.slice(at)];
}

function notAsDemanded({ parameter }: JsonDemand, rejected: readonly Rejected[]): UpstreamFailure {
  const problem = rejected.at(-1)?.problem ?? '';
  const message = `The model did not answer as ${parameter} demands in ${rejected.length} attempts: ${problem}.`;
  return failure('upstream', { message });
}
