import type { ServerSentEvent } from '@parley/protocol';
import type { ChatRequest } from '../../core/complete.ts';
import type { ParameterChange } from '../../core/report.ts';
import type { DialectName, Target } from '../target.ts';
import type { AnswerWriter } from './answer-writer.ts';

/** A change of the request that the caller is told of, when the call begins to be answered. */
export interface Note {
  readonly name: string;
  readonly change: ParameterChange;
  readonly detail: string;
  readonly sent?: unknown;
  readonly used?: unknown;
}

/** A request as it goes over the wire. */
export interface EncodedCall {
  readonly url: string;
  /** Besides those that every call has. */
  readonly headers: Readonly<Record<string, string>>;
  /** The JSON body. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Whether the answer is asked for as a stream. */
  readonly streamed: boolean;
  readonly notes: readonly Note[];
  /** Unknown fields that go through as they came. */
  readonly carried: readonly string[];
}

/** One answer, read into events. It keeps what the pieces of a stream leave open. */
export interface AnswerReader {
  /** Throws FaultInStream for an error in place of an event, and SyntaxError for what is no JSON. */
  event(event: ServerSentEvent): void;
  /** A body that is no stream. Throws FaultInStream. */
  whole(body: unknown): void;
  /** Whether the upstream has said that nothing more will come. */
  readonly finished: boolean;
}

/** How requests and answers are written. */
export interface Dialect {
  readonly name: DialectName;
  /** Throws ApiError 400 for what the target cannot be asked for. */
  encode(target: Target, request: ChatRequest): EncodedCall;
  reader(writer: AnswerWriter, request: ChatRequest): AnswerReader;
}
