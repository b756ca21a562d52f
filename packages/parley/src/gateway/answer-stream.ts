import { type ServerSentEvent, SseParser } from '@parley/protocol';
import type { ChatEvent, Timing } from '../core/event.ts';
import type { AttemptState } from './attempt-state.ts';
import type { Clock } from './clock.ts';
import type { AnswerWriter } from './dialects/answer-writer.ts';
import type { AnswerReader, EncodedCall } from './dialects/dialect.ts';
import { FaultInStream } from './dialects/fault.ts';
import type { Timeouts } from './target.ts';
import { ConnectionFailure, type UpstreamAnswer } from './transport/transport.ts';
import { failure } from './upstream-failure.ts';

/** Of one event, in characters, and of a body that is no stream, in bytes. */
const MAX_EVENT_LENGTH = 8 * 1024 * 1024;
const MAX_BODY_BYTES = 64 * 1024 * 1024;
/** When every choice has ended only the usage is missing, which is not worth a long wait. */
const TAIL_MS = 2_000;

export interface Reading {
  readonly answer: UpstreamAnswer;
  readonly call: EncodedCall;
  readonly reader: AnswerReader;
  readonly writer: AnswerWriter;
  readonly state: AttemptState;
  /** How many were asked for. */
  readonly choices: number;
  readonly clock: Clock;
  readonly timeouts: Timeouts;
  /** Called before the first event. */
  readonly told: () => void;
}

/** The events of an answer with a status of 2xx, up to its end; throws when it has none. */
export async function* readAnswer(reading: Reading): AsyncGenerator<ChatEvent> {
  const { answer, writer, state, timeouts, call } = reading;
  const encoding = answer.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw failure('upstream', { cause: new Error(`the answer is encoded as ${encoding}`) });
  }
  const firstMs = call.streamed ? timeouts.firstTokenMs : timeouts.totalMs;
  state.expect(Math.max(0, firstMs - state.elapsedMs), () => failure('timeout'));
  if (isStream(answer)) yield* readStream(reading);
  else yield* told(reading, await readWhole(reading));
  // A choice that was never begun is only missing when the upstream has not said that this is all.
  const isWhole = reading.reader.finished ? writer.ended : isComplete(reading);
  if (!isWhole) throw failure(writer.started ? 'interrupted' : 'upstream');
  answer.body.release();
  state.finish('answered');
  if (writer.usage !== undefined) yield { type: 'usage', usage: writer.usage, final: true };
  yield { type: 'timing', timing: writer.timing ?? measured(state) };
}

function isStream({ headers }: UpstreamAnswer): boolean {
  return !/\bjson\b/i.test(headers['content-type'] ?? '');
}

function isComplete({ writer, choices }: Reading): boolean {
  return writer.ended && writer.choices >= choices;
}

async function* readStream(reading: Reading): AsyncGenerator<ChatEvent> {
  const { answer, reader, writer, state, clock } = reading;
  const parser = new SseParser({ maxEventLength: MAX_EVENT_LENGTH });
  let stopTail: (() => void) | undefined;
  try {
    for (;;) {
      const piece = await nextPiece(reading);
      // A last event without its empty line is complete when its JSON is.
      const fault = readEvents(reading, parser.push(piece ?? '\n\n'));
      yield* told(reading, writer.take());
      if (fault !== undefined) throw fault;
      if (piece === undefined || reader.finished) return;
      if (!isComplete(reading) || stopTail !== undefined) continue;
      state.watch.stop();
      stopTail = clock.after(TAIL_MS, () => answer.body.destroy());
    }
  } finally {
    stopTail?.();
  }
}

/** Undefined at the end, which a complete answer has wherever its connection ends. */
async function nextPiece(reading: Reading): Promise<Uint8Array | undefined> {
  try {
    return await reading.answer.body.read();
  } catch (error) {
    if (!(error instanceof ConnectionFailure) || !isComplete(reading)) throw error;
    return undefined;
  }
}

/** Returns the error that stands in place of one of them: what was said before it is told first. */
function readEvents(
  { reader, writer }: Reading,
  events: readonly ServerSentEvent[],
): FaultInStream | undefined {
  for (const event of events) {
    if (reader.finished) return undefined;
    try {
      reader.event(event);
    } catch (error) {
      if (error instanceof FaultInStream) return error;
      if (!(error instanceof SyntaxError)) throw error;
      writer.skip();
    }
  }
  return undefined;
}

/** Passes events on. While their reader is busy with them, silence is not the upstream's. */
async function* told({ state, timeouts, told: onFirst }: Reading, events: readonly ChatEvent[]) {
  if (events.length === 0) return;
  state.watch.hold();
  for (const event of events) {
    if (event.type === 'start') onFirst();
    else state.firstToken();
    yield event;
  }
  state.expect(timeouts.idleMs, () => failure('interrupted'));
}

async function readWhole({ answer, reader, writer, state }: Reading): Promise<readonly ChatEvent[]> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (let piece = await answer.body.read(); piece !== undefined; piece = await answer.body.read()) {
    pieces.push(piece);
    length += piece.length;
    if (length > MAX_BODY_BYTES) throw failure('upstream', { cause: new Error('the answer is too long') });
  }
  state.watch.stop();
  const body: unknown = JSON.parse(Buffer.concat(pieces).toString('utf8'));
  reader.whole(body);
  return writer.take();
}

function measured({ elapsedMs, firstTokenMs = elapsedMs }: AttemptState): Timing {
  return {
    queueSeconds: 0,
    promptSeconds: firstTokenMs / 1000,
    completionSeconds: (elapsedMs - firstTokenMs) / 1000,
    totalSeconds: elapsedMs / 1000,
  };
}
