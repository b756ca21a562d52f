// Old libraries of TypeScript lack the symbols of disposal.
/// <reference lib="esnext.disposable" preserve="true" />
import type { Send } from './call.ts';
import { ParleyError } from './errors.ts';
import type { CoreOptions } from './options.ts';
import { sender } from './request.ts';
import { CHAT_PATH, type CreateChatCompletion, creator } from './resources/create.ts';

/**
 * The least of a client: calls with retries and time limits, and streams. `Parley` adds the other endpoints and the
 * helpers; for small bundles there are functions beside it that take this one too.
 */
export class ParleyCore {
  readonly chat: { readonly completions: { readonly create: CreateChatCompletion } };
  readonly baseURL: string;
  /** Calls any endpoint below the base URL. */
  readonly request: Send;
  readonly #closing = new AbortController();

  constructor(options: CoreOptions = {}) {
    const { apiKey = environment('PARLEY_API_KEY'), baseURL = environment('PARLEY_BASE_URL') } = options;
    this.baseURL = (baseURL ?? 'http://127.0.0.1:4141/v1').replace(/\/+$/, '');
    const { username, password } = new URL(this.baseURL);
    // fetch refuses it, and quotes it in its complaint.
    if (username || password) throw new ParleyError('The base URL holds a credential: send it as a header.');
    const settings = { ...options, apiKey, baseURL: this.baseURL, closing: this.#closing.signal };
    const request = sender(settings);
    this.request = request;
    this.chat = { completions: { create: creator(request, CHAT_PATH) } };
  }

  /** Ends what is under way, with an AbortError; later calls fail with one at once. */
  async close(): Promise<void> {
    this.#closing.abort(new ParleyError('The client was closed.'));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** An environment variable, where there are such. Empty is the same as absent. */
export function environment(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return process?.env?.[name]?.trim() || undefined;
}
