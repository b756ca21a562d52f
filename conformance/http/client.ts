import assert from 'node:assert/strict';
import { type ChatCompletion, checkChatCompletion } from '../shapes/chat.ts';
import { type Completion, checkCompletion } from '../shapes/completion.ts';
import { checkErrorBody, type ErrorBody } from '../shapes/error.ts';
import { checkDetokenized, checkTokens, type Tokens } from '../shapes/models.ts';
import { type ChatStream, readChatStream } from './chat-stream.ts';
import type { Target } from './target.ts';

export type Fields = Readonly<Record<string, unknown>>;

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface Refusal extends Reply {
  readonly error: ErrorBody['error'];
}

type Init = Omit<RequestInit, 'headers'> & { readonly headers?: Record<string, string> };

/** Longer than any answer of these tests takes; an answer that never comes fails its test and not the whole run. */
const PATIENCE_MS = 30_000;

/** What calls have unless they say otherwise: a short greedy answer to one question. */
export const QUESTION = {
  messages: [{ role: 'user', content: 'Hello!' }],
  temperature: 0,
  max_completion_tokens: 24,
};

/** Speaks plain HTTP with a server and lets no answer through whose shape is not the published one. */
export class Client {
  readonly target: Target;

  constructor(target: Target) {
    this.target = target;
  }

  async send(path: string, init: Init = {}): Promise<Reply> {
    const headers = { authorization: `Bearer ${this.target.key}`, ...init.headers };
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(this.target.url + path, { signal, ...init, headers });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  /** A POST of JSON; text and bytes go out as they are. */
  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    const isRaw = typeof body === 'string' || body instanceof Uint8Array;
    return this.send(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: isRaw ? body : JSON.stringify(body),
    });
  }

  /** A whole answer to `QUESTION` with these fields. */
  async answer(fields: Fields = {}, headers: Record<string, string> = {}): Promise<ChatCompletion> {
    const reply = await this.post('/v1/chat/completions', this.question(fields), headers);
    return chatCompletionOf(reply);
  }

  /** The same as a stream. */
  async stream(fields: Fields = {}, headers: Record<string, string> = {}): Promise<ChatStream> {
    const body = this.question({ stream: true, ...fields });
    const reply = await this.post('/v1/chat/completions', body, headers);
    assert.equal(reply.status, 200, reply.text);
    return readChatStream(reply, body);
  }

  /** What the server says when it must not answer. */
  async refusal(fields: Fields, status = 400): Promise<Refusal> {
    return refusalOf(await this.post('/v1/chat/completions', this.question(fields)), status);
  }

  async completion(fields: Fields): Promise<Completion> {
    const body = { model: this.target.model, temperature: 0, max_tokens: 8, ...fields };
    const { status, text } = await this.post('/v1/completions', body);
    assert.equal(status, 200, text);
    const completion: unknown = JSON.parse(text);
    checkCompletion(completion);
    return completion;
  }

  async tokenize(fields: Fields): Promise<Tokens> {
    const { status, text } = await this.post('/tokenize', { model: this.target.model, ...fields });
    assert.equal(status, 200, text);
    const tokens: unknown = JSON.parse(text);
    checkTokens(tokens);
    return tokens;
  }

  async detokenize(tokens: readonly number[]): Promise<string> {
    const { status, text } = await this.post('/detokenize', { model: this.target.model, tokens });
    assert.equal(status, 200, text);
    const body: unknown = JSON.parse(text);
    checkDetokenized(body);
    return body.prompt;
  }

  question(fields: Fields): Fields {
    return { model: this.target.model, ...QUESTION, ...fields };
  }
}

export function chatCompletionOf({ status, text }: Reply): ChatCompletion {
  assert.equal(status, 200, text);
  const completion: unknown = JSON.parse(text);
  checkChatCompletion(completion);
  return completion;
}

export function refusalOf(reply: Reply, status = 400): Refusal {
  assert.equal(reply.status, status, reply.text);
  assert.match(reply.headers.get('content-type') ?? '', /^application\/json/);
  const body: unknown = JSON.parse(reply.text);
  checkErrorBody(body);
  return { ...reply, error: body.error };
}
