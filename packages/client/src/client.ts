import { type ChatStream, streamChat } from './chat-stream.ts';
import { ParleyCore } from './core.ts';
import type { ClientOptions, RequestOptions } from './options.ts';
import type { Parse } from './parse/parse.ts';
import { type RawAccess, withRaw } from './raw.ts';
import { type ChatCompletions, chatCompletions } from './resources/chat-completions.ts';
import { type Completions, completions } from './resources/completions.ts';
import type { With } from './resources/create.ts';
import { type Models, models } from './resources/models.ts';
import { Run } from './run.ts';
import type { RunToolsParams, ToolEvent, ToolResult } from './tools/run-tools.ts';
import { warm } from './warm.ts';
import type { ChatCompletionRequest } from './wire/chat-request.ts';

export interface Chat extends RawAccess<{ readonly completions: ChatCompletions }> {
  readonly completions: ChatCompletions & RawAccess<ChatCompletions>;
  /** Streams an answer and puts it together: events while it comes, `text()` and `final()` at its end. */
  stream<Extra = unknown>(params: With<ChatCompletionRequest, Extra>, options?: RequestOptions): ChatStream;
  /** An answer in the form of a schema, with `stream: true` in parts while it comes. SchemaError, AnswerError. */
  readonly parse: Parse;
  /** Calls the tools that the model asks for, until it answers: events for each completion and each result. */
  runTools(params: RunToolsParams, options?: RequestOptions): Run<ToolEvent, ToolResult>;
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
    const send = this.request;
    this.#options = options;
    this.chat = Object.assign(
      withRaw((by) => ({ completions: chatCompletions(by) }), send),
      { completions: withRaw(chatCompletions, send), ...helpers(this) },
    );
    this.completions = withRaw(completions, send);
    this.models = withRaw(models, send);
    if (options.warm) warm(send);
  }

  /** A client with other options; those that are not named stay as they are. It is closed for itself. */
  withOptions(options: ClientOptions): Parley {
    return new Parley({ ...this.#options, ...options });
  }

  /** Another name of `close`. */
  aclose(): Promise<void> {
    return this.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** What calls without a schema or tools have no use for is loaded when it is asked for. */
function helpers(client: ParleyCore): Pick<Chat, 'stream' | 'parse' | 'runTools'> {
  const parse = async (params: never, options?: RequestOptions) => {
    const helper = await import('./parse/parse.ts');
    return helper.parse(client, params, options);
  };
  return {
    stream: (params, options) => streamChat(client, params, options),
    // Its overloads are those of the helper.
    parse: parse as Parse,
    runTools: (params, options) =>
      new Run(async function* (signal) {
        const helper = await import('./tools/run-tools.ts');
        return yield* helper.steps(client, params, options, signal);
      }),
  };
}
