import type { ServerSentEvent } from '@parley/protocol';
import type { Parameters } from '../../core/complete.ts';
import type { FinishReason, TokenInfo, Usage } from '../../core/event.ts';
import type { AnswerWriter, Extras } from './answer-writer.ts';
import type { AnswerReader } from './dialect.ts';
import { FaultInStream, throwFault } from './fault.ts';
import { countOf, isObject, type Json, numberOf, objectOf, objectsOf, textOf } from './json.ts';
import { UNKNOWN_ID } from './openai-logprobs.ts';

/** Responses of `streamGenerateContent`, each with the pieces that are new. The stream has no end but its own. */
export class GeminiAnswerReader implements AnswerReader {
  readonly #writer: AnswerWriter;
  readonly #parameters: Parameters;
  readonly finished = false;

  constructor(writer: AnswerWriter, parameters: Parameters) {
    this.#writer = writer;
    this.#parameters = parameters;
  }

  event({ event, data }: ServerSentEvent): void {
    this.#read(JSON.parse(data), event === 'error');
  }

  /** Without `alt=sse` a stream is a list of its responses. */
  whole(body: unknown): void {
    for (const response of Array.isArray(body) ? body : [body]) this.#read(response, false);
  }

  #read(response: unknown, isError: boolean): void {
    const writer = this.#writer;
    throwFault(response, isError);
    if (!isObject(response)) {
      writer.skip();
      return;
    }
    const model = textOf(response.modelVersion);
    writer.head({ ...(model && { model }) });
    const usage = usageOf(response.usageMetadata);
    if (usage !== undefined) writer.use(usage);
    const blocked = textOf(objectOf(response.promptFeedback)?.blockReason);
    if (blocked !== undefined) throw blockedPrompt(blocked, objectOf(response.promptFeedback));
    for (const candidate of objectsOf(response.candidates)) this.#candidate(candidate);
  }

  #candidate(candidate: Json): void {
    const choice = countOf(candidate.index) ?? 0;
    const tokens = this.#parameters.logprobs ? tokensOf(candidate.logprobsResult) : undefined;
    let extras: Extras = { tokens };
    for (const part of objectsOf(objectOf(candidate.content)?.parts)) {
      const isText = this.#part(choice, part, extras);
      if (isText) extras = {};
    }
    const reason = textOf(candidate.finishReason);
    if (reason !== undefined && reason !== 'FINISH_REASON_UNSPECIFIED') this.#end(choice, reason, candidate);
  }

  /** Whether it was text, which the log probabilities belong to. */
  #part(choice: number, part: Json, extras: Extras): boolean {
    const writer = this.#writer;
    const call = objectOf(part.functionCall);
    if (call !== undefined) {
      const { name, id } = call;
      const named = { id: textOf(id), kind: 'function' as const, name: textOf(name) ?? '' };
      const index = writer.callStart(choice, named);
      writer.callArguments(choice, index, JSON.stringify(objectOf(call.args) ?? {}));
      return false;
    }
    const text = textOf(part.text) ?? '';
    if (part.thought === true) writer.reasoning(choice, text);
    else writer.text(choice, text, extras);
    return part.thought !== true;
  }

  #end(choice: number, reason: string, candidate: Json): void {
    if (FAILED.has(reason)) {
      const message = textOf(candidate.finishMessage) ?? `The upstream ended with ${reason}.`;
      throw new FaultInStream({ status: 502, code: reason, type: undefined, param: undefined, message });
    }
    this.#writer.end(choice, REASONS[reason] ?? 'content_filter');
  }
}

/** All that is not here has to do with the content: SAFETY, RECITATION, BLOCKLIST, PROHIBITED_CONTENT, SPII, LANGUAGE… */
const REASONS: Readonly<Record<string, FinishReason>> = { STOP: 'stop', MAX_TOKENS: 'length' };

/** The model has made a call that makes no sense, or the answer failed: nothing that could pass for an answer. */
const FAILED: ReadonlySet<string> = new Set([
  'MALFORMED_FUNCTION_CALL',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
  'OTHER',
]);

function blockedPrompt(reason: string, feedback: Json | undefined): FaultInStream {
  const message = textOf(feedback?.blockReasonMessage) ?? `The prompt was blocked: ${reason}.`;
  return new FaultInStream({
    status: 400,
    code: 'content_filter',
    type: undefined,
    param: undefined,
    message,
  });
}

/** Thoughts are counted apart from the candidates; both were sampled. */
function usageOf(value: unknown): Usage | undefined {
  if (!isObject(value)) return undefined;
  const promptTokens = countOf(value.promptTokenCount);
  if (promptTokens === undefined) return undefined;
  const reasoningTokens = countOf(value.thoughtsTokenCount) ?? 0;
  return {
    promptTokens: promptTokens + (countOf(value.toolUsePromptTokenCount) ?? 0),
    cachedTokens: countOf(value.cachedContentTokenCount) ?? 0,
    completionTokens: (countOf(value.candidatesTokenCount) ?? 0) + reasoningTokens,
    reasoningTokens,
  };
}

const utf8 = new TextEncoder();

function tokensOf(result: unknown): readonly TokenInfo[] | undefined {
  if (!isObject(result)) return undefined;
  const tops = objectsOf(result.topCandidates);
  return objectsOf(result.chosenCandidates).map((chosen, place) => ({
    ...candidateOf(chosen),
    top: objectsOf(tops[place]?.candidates).map(candidateOf),
  }));
}

function candidateOf(candidate: Json) {
  return {
    id: countOf(candidate.tokenId) ?? UNKNOWN_ID,
    bytes: utf8.encode(textOf(candidate.token) ?? ''),
    logprob: numberOf(candidate.logProbability) ?? Number.NEGATIVE_INFINITY,
  };
}
