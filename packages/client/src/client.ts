import { type ChatStream, streamChat } from './chat-stream.ts';
import { ParleyCore } from './core.ts';
import type { ClientOptions, RequestOptions } from './options.ts';
import { type RawAccess, withRaw } from './raw.ts';
import type { Send } from './request.ts';
import { type ChatCompletions, chatCompletions } from './resources/chat-completions.ts';
import { type Completions, completions } from './resources/completions.ts';
import type { With } from './resources/create.ts';
import { type Models, models } from './resources/models.ts';
import type { ChatCompletionRequest } from './wire/chat-request.ts';

export interface Chat extends RawAccess<{ readonly completions: ChatCompletions }> {
  readonly completions: ChatCompletions & RawAccess<ChatCompletions>;
  /** Streams an answer and puts it together: events while it comes, `text()` and `final()` at its end. */
  stream<Extra = unknown>(params: With<ChatCompletionRequest, Extra>, options?: RequestOptions): ChatStream;
}

/** A client for servers of chat completions. What it sends and gives is as it is on the wire. */
export class Parley extends ParleyCore {
  override readonly chat: Chat;
  /** The older form, of a text. */
  readonly completions: Completions & RawAccess<Completions>;
  readonly models: Models & RawAccess<Models>;
  readonly #options: ClientOptions;

  constructor(options: ClientOptions = {}) {
    super(options);
    this.#options = options;
    this.chat = this.#chat(this.request);
    this.completions = withRaw(completions, this.request);
    this.models = withRaw(models, this.request);
  }

  /** A client with other options; those that are not named stay as they are. It is closed for itself. */
  withOptions(options: ClientOptions): Parley {
    return new Parley({ ...this.#options, ...options });
  }

  /** Another name of `close`. */
  aclose(): Promise<void> {
    return this.close();
  }

  #chat(send: Send): Chat {
    const resources = withRaw((by) => ({ completions: chatCompletions(by) }), send);
    return Object.assign(resources, {
      completions: withRaw(chatCompletions, send),
      stream: (params: ChatCompletionRequest, options?: RequestOptions) => streamChat(this, params, options),
    });
  }
}
