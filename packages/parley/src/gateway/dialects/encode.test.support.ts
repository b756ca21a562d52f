import { parseChatCompletion } from '@parley/protocol';
import { ApiError } from '@parley/protocol/errors';
import type { ChatRequest } from '../../core/complete.ts';
import { targetOf } from '../target.test.support.ts';
import type { EncodedCall } from './dialect.ts';
import { DIALECTS } from './dialects.ts';

/** A body as it comes to our API, as a request of the core. */
export function requestFrom(body: object): ChatRequest {
  const parsed = parseChatCompletion({ messages: [{ role: 'user', content: 'Hello' }], ...body });
  const { model = 'ours', messages, ...parameters } = parsed.request;
  return {
    model: model ?? 'ours',
    input: { kind: 'messages', messages },
    parameters,
    unknown: parsed.unknown,
  };
}

export function encode(
  provider: string,
  body: object,
  given: Parameters<typeof targetOf>[1] = {},
): EncodedCall {
  const target = targetOf(provider, given);
  return DIALECTS[target.upstream.provider.dialect].encode(target, requestFrom(body));
}

/** The parameter that the target refuses; undefined where it takes all. */
export function refusedOf(provider: string, body: object): string | null | undefined {
  try {
    encode(provider, body);
    return undefined;
  } catch (error) {
    if (error instanceof ApiError && error.status === 400) return error.param;
    throw error;
  }
}

/** The fields of the body besides those that every call has. */
export function fieldsOf(provider: string, body: object, given: Parameters<typeof targetOf>[1] = {}) {
  const {
    model: _m,
    messages: _s,
    stream: _t,
    stream_options: _o,
    ...fields
  } = encode(provider, body, given).body;
  return fields;
}

/** Name and change of each note. */
export function notesOf(provider: string, body: object): readonly string[] {
  return encode(provider, body).notes.map(({ name, change }) => `${name};${change}`);
}
