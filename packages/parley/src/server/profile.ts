import {
  type ApiError,
  type Fields,
  type Profile,
  type ProfileEndpoint,
  profileErrorChunk,
  shapeFields,
} from '@parley/protocol';
import type { ChatEvent } from '../core/event.ts';
import type { ParameterReport } from '../core/report.ts';
import type { Answer } from './answer.ts';
import type { EncodingOptions } from './encode/common.ts';
import type { Exchange } from './http/exchange.ts';
import type { Settings } from './options.ts';

/** The two steps of writing a stream. */
export interface Encoder {
  /** Server-sent events, or ''. */
  push(event: ChatEvent): string;
  end(): string;
}

const DONE = 'data: [DONE]\n\n';

/** The provider's habits where they differ from what the request asks for; the difference is reported. */
export function profileOptions(
  options: EncodingOptions,
  { streamUsage, namesTier, title }: Profile,
  report: ParameterReport,
): EncodingOptions {
  const asked = options.includeUsage;
  const includeUsage = { 'last-choice': undefined, extra: true, asked: asked ?? false }[streamUsage];
  if (asked !== undefined && asked !== includeUsage) {
    const detail = `Streams of ${title} always carry their usage, in its own place.`;
    report.add('stream_options.include_usage', 'translated', detail, { sent: asked });
  }
  return {
    ...options,
    includeUsage,
    serviceTier: options.serviceTier ?? (namesTier ? 'default' : undefined),
  };
}

/** The same answer with the provider's fields only. */
export function inProfile(answer: Answer, endpoint: ProfileEndpoint, { atomaOmitsDone }: Settings): Answer {
  const done = atomaOmitsDone && answer.exchange.profile?.name === 'atoma' ? '' : DONE;
  return {
    ...answer,
    encoder: () => new ShapedEncoder(answer.encoder(), endpoint.chunk, done),
    body: (folded) => shapeFields(endpoint.answer, answer.body(folded)),
  };
}

/** The events that end a stream which failed. */
export function failureEvents(
  { profile }: Exchange,
  failure: ApiError,
  { atomaOmitsDone }: Settings,
): string {
  const body = profile
    ? profileErrorChunk(profile, failure)
    : { ...failure.body(), status_code: failure.status };
  const done = atomaOmitsDone && profile?.name === 'atoma' ? '' : DONE;
  return `data: ${JSON.stringify(body)}\n\n${done}`;
}

class ShapedEncoder implements Encoder {
  readonly #encoder: Encoder;
  readonly #fields: Fields;
  readonly #done: string;

  constructor(encoder: Encoder, fields: Fields, done: string) {
    this.#encoder = encoder;
    this.#fields = fields;
    this.#done = done;
  }

  push(event: ChatEvent): string {
    return this.#shape(this.#encoder.push(event));
  }

  end(): string {
    return this.#shape(this.#encoder.end());
  }

  #shape(events: string): string {
    return events
      .split(/(?<=\n\n)/)
      .map((event) => (event === DONE ? this.#done : this.#shapeOne(event)))
      .join('');
  }

  #shapeOne(event: string): string {
    if (event === '') return '';
    const chunk: object = JSON.parse(event.slice('data: '.length));
    return `data: ${JSON.stringify(shapeFields(this.#fields, chunk))}\n\n`;
  }
}
