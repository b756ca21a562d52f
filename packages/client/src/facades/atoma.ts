import type { ApiPromise } from '../call.ts';
import { ParleyError } from '../errors.ts';
import type { CoreOptions, RequestOptions } from '../options.ts';
import { type Answer, CHAT_PATH, type With } from '../resources/create.ts';
import { type Models, models } from '../resources/models.ts';
import type { RetryConfig } from '../retry.ts';
import type { Stream } from '../stream.ts';
import type { ChatCompletion, ChatCompletionChunk } from '../wire/chat-answer.ts';
import type { ChatCompletionRequest } from '../wire/chat-request.ts';
import { type ClientLife, life, providerCore } from './facade.ts';

export const RoleSystem = { SYSTEM: 'system' } as const;
export const RoleUser = { USER: 'user' } as const;
export const RoleAssistant = { ASSISTANT: 'assistant' } as const;
export const RoleTool = { TOOL: 'tool' } as const;

export interface AtomaOptions extends Omit<CoreOptions, 'apiKey' | 'baseURL' | 'maxRetries' | 'timeout'> {
  /** Credential, or what gives one for each attempt. Default: ATOMASDK_BEARER_AUTH. */
  bearerAuth?: string | (() => string | Promise<string>) | undefined;
  /** Default: ATOMASDK_SERVER_URL, then https://api.atoma.network */
  serverURL?: string | undefined;
  /** When calls are tried again. Default: never. */
  retryConfig?: RetryConfig | undefined;
  /** Limit of a whole call in milliseconds. */
  timeoutMs?: number | undefined;
}

export interface AtomaRequestOptions extends Omit<RequestOptions, 'maxRetries'> {
  /** When this call is tried again. */
  retries?: RetryConfig | undefined;
  /** Limit of the whole call in milliseconds. */
  timeoutMs?: number | undefined;
}

export type AtomaChatParams = Omit<ChatCompletionRequest, 'stream'> & {
  model: string;
  /** When this call is tried again; not sent. */
  retries?: RetryConfig;
};

export interface AtomaEvent {
  data: ChatCompletionChunk;
}

/** The events of a stream, to be read once. Whoever leaves early ends the call. */
export interface AtomaEventStream extends AsyncIterableIterator<AtomaEvent>, AsyncDisposable {
  close(): Promise<void>;
}

export interface AtomaChat {
  create<Extra = unknown>(
    params: With<AtomaChatParams & { stream?: false | null }, Extra>,
    options?: AtomaRequestOptions,
  ): ApiPromise<Answer<ChatCompletion>>;
  stream<Extra = unknown>(
    params: With<AtomaChatParams & { stream?: true | null }, Extra>,
    options?: AtomaRequestOptions,
  ): Promise<AtomaEventStream>;
  /** What the published client calls `stream`. */
  readonly createStream: AtomaChat['stream'];
}

/** The calls of Atoma's client that are about chat. */
export interface Atoma extends ClientLife {
  readonly chat: AtomaChat;
  readonly models: Models & { readonly modelsList: Models['list'] };
  /** A client with other options; those that are not named stay as they are. It is closed for itself. */
  withOptions(options: AtomaOptions): Atoma;
}

/**
 * A client with the calls of Atoma's own. Reads ATOMASDK_BEARER_AUTH and ATOMASDK_SERVER_URL; to try code out against a
 * Parley server, set the latter to `http://127.0.0.1:4141/atoma`.
 */
export function atoma(options: AtomaOptions = {}): Atoma {
  const { bearerAuth: apiKey, serverURL: baseURL, retryConfig, timeoutMs: timeout, ...rest } = options;
  const maxRetries: RetryConfig = retryConfig ?? { strategy: 'none' };
  const core = providerCore(
    { ...rest, apiKey, baseURL, maxRetries, timeout },
    'ATOMASDK_BEARER_AUTH',
    'ATOMASDK_SERVER_URL',
    'https://api.atoma.network',
  );
  const send = <T>(
    stream: boolean,
    { retries, ...params }: AtomaParams,
    options: AtomaRequestOptions = {},
  ) => {
    if (params.stream === !stream) throw new ParleyError(`stream must be ${stream} in this call.`);
    const { retries: own, timeoutMs: timeout = options.timeout, ...more } = options;
    return core.request<T>({
      ...more,
      method: 'POST',
      path: CHAT_PATH,
      params: { ...params, stream },
      maxRetries: own ?? retries,
      timeout,
    });
  };
  const stream = async (params: AtomaParams, options?: AtomaRequestOptions) =>
    wrapped(await send<Stream<ChatCompletionChunk>>(true, params, options));
  const resource = models(core.request);
  return {
    ...life(core),
    chat: {
      create: (params, options) => send(false, params, options),
      stream,
      createStream: stream,
    },
    models: { ...resource, modelsList: resource.list },
    withOptions: (others) => atoma({ ...options, ...others }),
  };
}

type AtomaParams = AtomaChatParams & { stream?: boolean | null };

function wrapped(stream: Stream<ChatCompletionChunk>): AtomaEventStream {
  return {
    async next() {
      const { done, value } = await stream.next();
      return done ? { done, value: undefined } : { done: false, value: { data: value } };
    },
    async return() {
      await stream.close();
      return { done: true, value: undefined };
    },
    close: () => stream.close(),
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]: () => stream.close(),
  };
}
