import assert from 'node:assert/strict';
import type { ChatCompletion, ChatCompletionChunk } from '@parley/protocol';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed body; of a stream undefined. */
  readonly body: ChatCompletion & {
    readonly error?: { message: string; param: string | null; code: string };
  };
  /** Of a stream, without `[DONE]`. */
  readonly chunks: readonly ChatCompletionChunk[];
}

/** Asks a running server; sampling is greedy unless a request says otherwise. */
export class Probe {
  readonly url: string;
  readonly #authorization: Record<string, string>;

  constructor(url: string, key?: string) {
    this.url = url;
    this.#authorization = key === undefined ? {} : { authorization: `Bearer ${key}` };
  }

  async ask(body: Record<string, unknown>, headers: Record<string, string> = {}): Promise<Reply> {
    const response = await fetch(`${this.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...this.#authorization, ...headers },
      body: JSON.stringify({ ...DEFAULTS, ...body }),
    });
    const text = await response.text();
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
    return {
      status: response.status,
      headers: response.headers,
      body: isStream ? undefined : JSON.parse(text),
      chunks: isStream ? chunksOf(text) : [],
    };
  }

  /** An answer, or a failed test. */
  async get(body: Record<string, unknown>, headers: Record<string, string> = {}): Promise<Reply> {
    const reply = await this.ask(body, headers);
    assert.equal(reply.status, 200, JSON.stringify(reply.body));
    return reply;
  }

  async text(body: Record<string, unknown>): Promise<string> {
    return contentOf((await this.get(body)).body);
  }

  /** A 400 that names the parameter. */
  async refuses(param: string, body: Record<string, unknown>, message: RegExp): Promise<void> {
    const reply = await this.ask(body);
    assert.equal(reply.status, 400, JSON.stringify(reply.body));
    assert.equal(reply.body.error?.param, param);
    assert.match(reply.body.error?.message ?? '', message);
  }
}

export const DEFAULTS = {
  model: 'parley-tiny',
  messages: [{ role: 'user', content: 'Tell me a story.' }],
  temperature: 0,
  max_completion_tokens: 24,
} as const;

/** What a parameter does, seen from outside: rejects when it is not seen. */
export type Effect = (probe: Probe) => Promise<void>;

export function contentOf(body: ChatCompletion, choice = 0): string {
  return body.choices[choice]?.message.content ?? '';
}

export function promptTokens(reply: Reply): number {
  return reply.body.usage?.prompt_tokens ?? 0;
}

export function completionTokens(reply: Reply): number {
  return reply.body.usage?.completion_tokens ?? 0;
}

export function tokensOf(reply: Reply): string[] {
  return reply.body.choices[0]?.logprobs?.content?.map(({ token }) => token) ?? [];
}

function chunksOf(text: string): ChatCompletionChunk[] {
  const events = text.split('\n\n').flatMap((event) => (event.startsWith('data: ') ? [event.slice(6)] : []));
  assert.equal(events.pop(), '[DONE]');
  return events.map((event) => JSON.parse(event));
}
