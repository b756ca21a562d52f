import { createHash } from 'node:crypto';
import { ApiError } from '@parley/protocol/errors';
import type { ChatRequest } from '../core/complete.ts';
import type { ChatEvent } from '../core/event.ts';
import type { ParameterReport } from '../core/report.ts';
import { readAnswer } from './answer-stream.ts';
import { type AttemptContext, type CallTarget, UpstreamFailure } from './attempt.ts';
import { AttemptState } from './attempt-state.ts';
import { type Clock, realClock } from './clock.ts';
import { AnswerWriter } from './dialects/answer-writer.ts';
import type { EncodedCall, Note } from './dialects/dialect.ts';
import { DIALECTS } from './dialects/dialects.ts';
import { FaultInStream } from './dialects/fault.ts';
import { refusedAnswer } from './refused-answer.ts';
import type { Target } from './target.ts';
import { requestHeaders, upstreamRequestId } from './transport/headers.ts';
import { ConnectionFailure, type Transport, type UpstreamAnswer } from './transport/transport.ts';
import { connectionFailed, failure, failureOf } from './upstream-failure.ts';

/**
 * Asks one target once. The events are those of `Complete`, but for this: where the upstream says nothing of its usage,
 * no final `usage` is told, and whoever accounts for the call has to estimate it. Notes on what was changed reach the
 * report with the first event, so that an attempt that failed before leaves no trace in it.
 */
export function callTarget(
  transport: Transport,
  { clock = realClock }: { readonly clock?: Clock } = {},
): CallTarget {
  return (target, request, context) => ({
    [Symbol.asyncIterator]: () =>
      new AttemptIterator(() => {
        const state = new AttemptState(target, context, clock);
        return { state, events: attempt({ transport, clock, state, target, request, context }) };
      }),
  });
}

interface OpenAttempt {
  readonly state: AttemptState;
  readonly events: AsyncGenerator<ChatEvent>;
}

/** Ends the attempt when the reader goes, also while a piece is being waited for; a generator alone would wait for it. */
class AttemptIterator implements AsyncIterator<ChatEvent> {
  readonly #open: () => OpenAttempt;
  #opened: OpenAttempt | undefined;

  constructor(open: () => OpenAttempt) {
    this.#open = open;
  }

  /** The call is made with the first question: one that nobody reads is not made. */
  next(): Promise<IteratorResult<ChatEvent>> {
    this.#opened ??= this.#open();
    return this.#opened.events.next();
  }

  async return(): Promise<IteratorResult<ChatEvent>> {
    if (this.#opened !== undefined) {
      this.#opened.state.cancel();
      await this.#opened.events.return(undefined);
    }
    return { done: true, value: undefined };
  }
}

interface Asking {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly state: AttemptState;
  readonly target: Target;
  readonly request: ChatRequest;
  readonly context: AttemptContext;
}

async function* attempt(asking: Asking): AsyncGenerator<ChatEvent> {
  const { clock, state, target, request, context } = asking;
  const writer = new AnswerWriter({
    id: context.id,
    model: target.model,
    created: Math.floor(clock.unix() / 1000),
    fingerprint: fingerprint(target),
  });
  state.heard = writer;
  let answer: UpstreamAnswer | undefined;
  try {
    const dialect = DIALECTS[target.upstream.provider.dialect];
    const call = dialect.encode(target, request);
    answer = await send(asking, call);
    if (answer.status < 200 || answer.status > 299) throw await refusedAnswer(answer, target.upstream, clock);
    const reader = dialect.reader(writer, request);
    const told = () => tell(context.report, call, request);
    const choices = request.parameters.n ?? 1;
    yield* readAnswer({
      answer,
      call,
      reader,
      writer,
      state,
      choices,
      clock,
      timeouts: target.timeouts,
      told,
    });
  } catch (error) {
    answer?.body.destroy();
    const failed = toFailure(error, state, writer, target);
    state.finish(failed.kind);
    throw failed;
  } finally {
    // A reader who goes at a yield.
    state.cancel();
  }
}

async function send(
  { transport, state, target, context }: Asking,
  call: EncodedCall,
): Promise<UpstreamAnswer> {
  const { upstream, timeouts } = target;
  const { auth } = upstream.provider;
  const { header, prefix } = auth === 'none' ? BEARER : auth;
  const headers = requestHeaders({
    configured: upstream.headers,
    dialect: call.headers,
    auth: upstream.apiKey === undefined ? {} : { [header]: `${prefix}${upstream.apiKey}` },
    trace: context.trace,
  });
  const { connectMs, headersMs, totalMs } = timeouts;
  // The head of a whole answer comes when all of it is there.
  const limits = { connectMs, headersMs: call.streamed ? headersMs : totalMs };
  const body = JSON.stringify(call.body);
  const answer = await transport.send({ url: call.url, headers, body, ...limits }, state.signal);
  state.status = answer.status;
  state.upstreamRequestId = upstreamRequestId(answer.headers);
  return answer;
}

/** Servers of one's own need no key, and take it like this when they were given one. */
const BEARER = { header: 'authorization', prefix: 'Bearer ' };

function toFailure(
  error: unknown,
  state: AttemptState,
  writer: AnswerWriter,
  { upstream }: Target,
): UpstreamFailure {
  if (state.signal.aborted && state.signal.reason instanceof UpstreamFailure) return state.signal.reason;
  const began = writer.started;
  if (error instanceof UpstreamFailure) return error;
  if (error instanceof ConnectionFailure) return connectionFailed(error, began);
  if (error instanceof FaultInStream) return failureOf(error.fault, upstream, { began });
  // What the dialect cannot write of this request.
  if (error instanceof ApiError) return new UpstreamFailure('request', error);
  return failure(began ? 'interrupted' : 'upstream', { cause: error });
}

/** What the answer's parameters were changed to, and which of the unknown fields were not in vain. */
function tell(report: ParameterReport, call: EncodedCall, { parameters, unknown }: ChatRequest): void {
  const { notes, carried } = call;
  for (const name of Object.keys(unknown)) {
    const isSaid = report.entries.some((entry) => entry.name === name && entry.change === 'ignored');
    if (carried.includes(name)) report.withdraw(name, 'ignored');
    else if (!isSaid) report.add(name, 'ignored', 'The upstream does not know it.', { sent: unknown[name] });
  }
  for (const note of notes) add(report, note);
  if (parameters.stream_options?.continuous_usage_stats === true) {
    const detail = 'Until the end, tokens are counted by the pieces of the answer.';
    add(report, { name: 'stream_options.continuous_usage_stats', change: 'emulated', detail });
  }
}

function add(report: ParameterReport, { name, change, detail, ...values }: Note): void {
  report.add(name, change, detail, values);
}

/** Stands for what an upstream that does not say so is made of: changes with its name, its address and its model. */
function fingerprint({ upstream, model }: Target): string {
  const text = `${upstream.name}\n${upstream.baseUrl}\n${model}`;
  return `fp_${createHash('sha256').update(text).digest('hex').slice(0, 10)}`;
}
