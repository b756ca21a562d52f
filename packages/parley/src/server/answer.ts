import { abortable } from '../core/abortable.ts';
import type { AnswerDetails } from '../core/answer-details.ts';
import type { ChatEvent } from '../core/event.ts';
import { type Folded, fold } from '../core/fold.ts';
import type { ParameterReport } from '../core/report.ts';
import { EventStream } from './http/event-stream.ts';
import type { Exchange } from './http/exchange.ts';
import { sendJson, toApiError } from './http/respond.ts';
import type { CallMetrics, CallObserver } from './metrics.ts';
import type { Settings } from './options.ts';
import { type Encoder, failureEvents } from './profile.ts';

/** A call and the two ways to write what comes of it; both see the same events. */
export interface Answer {
  readonly exchange: Exchange;
  readonly streamed: boolean;
  /** Begins the work when it is walked. */
  readonly events: AsyncIterable<ChatEvent>;
  readonly report: ParameterReport;
  /** What the backend tells of how the answer came about. */
  readonly details?: AnswerDetails | undefined;
  readonly encoder: () => Encoder;
  readonly body: (answer: Folded) => object;
}

/** Runs the call and writes its answer. Throws while the answer may still become an error status. */
export async function writeAnswer(answer: Answer, settings: Settings, metrics: CallMetrics): Promise<void> {
  const { exchange } = answer;
  exchange.record.streamed = answer.streamed;
  const events = observed(abortable(answer.events, exchange.signal), exchange, settings, metrics);
  if (answer.streamed) {
    await streamAnswer(answer, events, settings);
    return;
  }
  const body = answer.body(await fold(events));
  sendJson(exchange, 200, body, answerHeaders(answer));
}

async function streamAnswer(
  answer: Answer,
  events: AsyncIterable<ChatEvent>,
  settings: Settings,
): Promise<void> {
  const { exchange } = answer;
  const encoder = answer.encoder();
  const out = new EventStream(exchange.response, {
    headers: () => answerHeaders(answer),
    keepAliveCommentMs: settings.limits.keepAliveCommentMs,
    writeStallMs: settings.limits.writeStallMs,
    onStall: (reason) => exchange.abort(reason),
  });
  try {
    for await (const event of events) {
      out.write(encoder.push(event));
      if (out.blocked) await out.writable(exchange.signal);
    }
    out.end(encoder.end());
  } catch (error) {
    if (!out.opened) throw error;
    const failure = toApiError(error);
    exchange.record.error = failure;
    out.end(failureEvents(exchange, failure, settings));
  } finally {
    out.dispose();
  }
}

/** Passes the events on and notes what the log and the metrics want to know. */
async function* observed(
  events: AsyncIterable<ChatEvent>,
  { record, arrivedAt }: Exchange,
  { now }: Settings,
  metrics: CallMetrics,
): AsyncIterable<ChatEvent> {
  let observer: CallObserver | undefined;
  let lastTokenAt: number | undefined;
  for await (const event of events) {
    if (event.type === 'start') {
      record.model = event.model;
    } else if (event.type === 'text-delta' || event.type === 'reasoning-delta') {
      const at = now();
      observer ??= metrics.call(record.model);
      if (lastTokenAt === undefined) {
        record.firstTokenMs = at - arrivedAt;
        observer.firstToken(record.firstTokenMs / 1000);
      } else observer.nextToken((at - lastTokenAt) / 1000);
      lastTokenAt = at;
    } else if (event.type === 'usage' && event.final) {
      record.usage = event.usage;
      observer ??= metrics.call(record.model);
      observer.usage(event.usage);
    } else if (event.type === 'timing') record.timing = event.timing;
    yield event;
  }
}

/** What is known when the head is sent; later entries are seen in the body, when the request asks for them. */
function answerHeaders({ report, details }: Answer): Record<string, string> {
  const header = report.header();
  return { ...details?.headers(), ...(header !== undefined && { 'x-parley-parameters': header }) };
}
