import type { Send } from '../call.ts';
import type { CoreOptions } from '../options.ts';
import { type RawAccess, withRaw } from '../raw.ts';
import { CHAT_PATH, type Create, creator } from '../resources/create.ts';
import { type Models, models } from '../resources/models.ts';
import { warm } from '../warm.ts';
import type { ChatCompletion, ChatCompletionChunk } from '../wire/chat-answer.ts';
import type { ChatCompletionRequest } from '../wire/chat-request.ts';
import type { Completion, CompletionChunk } from '../wire/completion-answer.ts';
import type { CompletionRequest } from '../wire/completion-request.ts';
import { type ClientLife, type ExtraParams, life, providerCore, withExtras } from './facade.ts';

export interface CerebrasOptions extends CoreOptions {
  /** Opens a connection right away. Default: true. */
  warmTCPConnection?: boolean | undefined;
}

/** What `create` takes beside the parameters; none of it goes into the body. */
export interface CerebrasExtras extends ExtraParams {
  /** Ray ID of Cloudflare, for tracing: the header CF-RAY. */
  cf_ray?: string | null;
  /** ID of Amazon CloudFront, for tracing: the header X-Amz-Cf-Id. */
  x_amz_cf_id?: string | null;
  /** Seconds to wait before the call is worked on: the header X-delay-time. */
  x_delay_time?: number | null;
}

export type CerebrasChatParams = ChatCompletionRequest & { model: string } & CerebrasExtras;
export type CerebrasCompletionParams = CompletionRequest & { model: string } & CerebrasExtras;

interface ChatCompletions {
  readonly create: Create<CerebrasChatParams, ChatCompletion, ChatCompletionChunk>;
}

interface Completions {
  readonly create: Create<CerebrasCompletionParams, Completion, CompletionChunk>;
}

/** The calls of `cerebras_cloud_sdk`. */
export interface Cerebras extends ClientLife {
  readonly chat: RawAccess<{ completions: ChatCompletions }> & {
    readonly completions: ChatCompletions & RawAccess<ChatCompletions>;
  };
  readonly completions: Completions & RawAccess<Completions>;
  readonly models: Models & RawAccess<Models>;
  /** A client with other options; those that are not named stay as they are. It is closed for itself. */
  withOptions(options: CerebrasOptions): Cerebras;
}

const HEADERS = { cf_ray: 'CF-RAY', x_amz_cf_id: 'X-Amz-Cf-Id', x_delay_time: 'X-delay-time' };

/**
 * A client with the calls of Cerebras's own. Reads CEREBRAS_API_KEY and CEREBRAS_BASE_URL; to try code out against a
 * Parley server, set the latter to `http://127.0.0.1:4141/cerebras`.
 */
export function cerebras(options: CerebrasOptions = {}): Cerebras {
  const core = providerCore(options, 'CEREBRAS_API_KEY', 'CEREBRAS_BASE_URL', 'https://api.cerebras.ai');
  if (options.warmTCPConnection ?? true) warm(core.request);
  const send = withExtras(core.request, HEADERS);
  const completions = (by: Send): ChatCompletions => ({ create: creator(by, CHAT_PATH) });
  return {
    ...life(core),
    chat: Object.assign(
      withRaw((by) => ({ completions: completions(by) }), send),
      { completions: withRaw(completions, send) },
    ),
    completions: withRaw((by): Completions => ({ create: creator(by, '/completions') }), send),
    models: withRaw(models, send),
    withOptions: (others) => cerebras({ ...options, ...others }),
  };
}
