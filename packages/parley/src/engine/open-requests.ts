import type { ApiError } from '@parley/protocol';
import type { FinishReason, TokenInfo } from '../core/event.ts';
import type { OpenRequest } from './open-request.ts';
import type { TokenId } from './runtime.ts';
import type { Sequence } from './sequence.ts';
import type { OutputPiece } from './text/output-text.ts';
import type { Update } from './update.ts';

export interface OpenRequestsOptions {
  readonly endOfGeneration: ReadonlySet<TokenId>;
  readonly contextLength: number;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** Called when a choice has its last token. */
  readonly onEnd: (sequence: Sequence) => void;
}

/** The requests that have not ended: takes in their tokens, decides when a choice is over, and collects what to tell. */
export class OpenRequests {
  readonly #options: OpenRequestsOptions;
  readonly #byId = new Map<number, OpenRequest>();
  #updates: Update[] = [];

  constructor(options: OpenRequestsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#byId.size;
  }

  get ids(): number[] {
    return [...this.#byId.keys()];
  }

  add(request: OpenRequest): void {
    this.#byId.set(request.id, request);
  }

  get(id: number): OpenRequest | undefined {
    return this.#byId.get(id);
  }

  /** Forgets the request; it says nothing more. */
  delete(id: number): void {
    this.#byId.delete(id);
  }

  /** What has come since the last call. */
  takeUpdates(): Update[] {
    const updates = this.#updates;
    this.#updates = [];
    return updates;
  }

  /** Takes in the token that was sampled and appended to the sequence. */
  commit(sequence: Sequence, token: TokenId, info: TokenInfo | undefined): void {
    const { options, sampled } = sequence;
    const { sampling, text: textOptions, maxTokens } = options;
    const { text } = sequence;
    if (!text) throw new Error('a token came before its sequence was prepared');
    if (sampled === 1) this.begin(sequence);
    const isStopId = sampling.stopTokenIds.includes(token);
    const isEnd = !sampling.ignoreEos && this.#options.endOfGeneration.has(token);
    if (isStopId || isEnd) {
      if (textOptions.includeStop) this.#piece(sequence, text.push(token, info, false));
      this.#end(sequence, 'stop', isStopId ? token : undefined);
      return;
    }
    const piece = text.push(token, info, sampled >= sampling.minTokens);
    this.#piece(sequence, piece);
    if (piece?.stopped !== undefined) this.#end(sequence, 'stop', piece.stopped);
    else if (sampled >= maxTokens || sequence.length >= this.#options.contextLength)
      this.#end(sequence, 'length');
  }

  /** Ends a choice of which no token is wanted, now that its prompt is computed. */
  endEmpty(sequence: Sequence): void {
    this.begin(sequence);
    this.#end(sequence, 'length');
  }

  /** Ends a choice whose form is complete: nothing may follow. */
  complete(sequence: Sequence): void {
    this.#end(sequence, 'stop');
  }

  fail(id: number, error: ApiError): void {
    this.#updates.push({ kind: 'failed', request: id, error: error.toOptions() });
  }

  /** Tells, once a request, that its prompt is computed. */
  begin({ request: id }: Sequence): void {
    const request = this.#byId.get(id);
    if (!request?.firstToken(this.#options.now())) return;
    const logprobs = request.sequences[0].scores?.packed;
    this.#updates.push({
      kind: 'prompt',
      request: id,
      ...request.promptUsage,
      ...(logprobs && { logprobs }),
    });
  }

  #piece(sequence: Sequence, piece: OutputPiece | undefined): void {
    if (!piece) return;
    const { request, choice } = sequence;
    const { text, tokenCount, tokens } = piece;
    const ids = report(sequence, tokenCount);
    this.#updates.push({
      kind: 'text',
      request,
      choice,
      text,
      tokenCount,
      ...(tokens && { tokens }),
      ...ids,
    });
  }

  #end(sequence: Sequence, reason: FinishReason, stop?: string | number): void {
    const { request: id, choice } = sequence;
    const last = sequence.text?.flush();
    this.#piece(sequence, last);
    const tokenCount = sequence.sampled - sequence.reported;
    const ids = report(sequence, tokenCount);
    this.#updates.push({
      kind: 'end',
      request: id,
      choice,
      ...(last?.stopped === undefined ? { reason } : { reason: 'stop', stop: last.stopped }),
      tokenCount,
      ...(stop !== undefined && { stop }),
      ...ids,
    });
    sequence.ended = true;
    this.#options.onEnd(sequence);
    const request = this.#byId.get(id);
    if (!request?.finish(sequence)) return;
    this.#byId.delete(id);
    this.#updates.push({ kind: 'done', request: id, ...request.summary(this.#options.now()) });
  }
}

/** Accounts for the next tokens; updates tell of tokens in the order in which they were sampled. */
function report(sequence: Sequence, tokenCount: number): { tokenIds?: readonly TokenId[] } {
  const from = sequence.promptLength + sequence.reported;
  sequence.reported += tokenCount;
  if (!sequence.options.tokenIds) return {};
  return { tokenIds: Array.from(sequence.tokens.subarray(from, from + tokenCount)) };
}
