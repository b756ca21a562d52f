import type { CoreOptions } from '../options.ts';
import { type RawAccess, withRaw } from '../raw.ts';
import { CHAT_PATH, type Create, creator } from '../resources/create.ts';
import { type Models, models } from '../resources/models.ts';
import type { ChatCompletion, ChatCompletionChunk } from '../wire/chat-answer.ts';
import type { ChatCompletionRequest } from '../wire/chat-request.ts';
import { type ClientLife, type ExtraParams, life, providerCore, withExtras } from './facade.ts';

export type LightconeChatParams = ChatCompletionRequest & ExtraParams;

export interface LightconeChat {
  /** Answers a conversation: whole, or with `stream: true` in chunks. The model may be left out. */
  readonly createCompletion: Create<LightconeChatParams, ChatCompletion, ChatCompletionChunk>;
}

/** The calls of Tzafon's Lightcone client that are about chat. */
export interface Lightcone extends ClientLife {
  readonly chat: LightconeChat & RawAccess<LightconeChat>;
  readonly models: Models & RawAccess<Models>;
  /** A client with other options; those that are not named stay as they are. It is closed for itself. */
  withOptions(options: CoreOptions): Lightcone;
}

/**
 * A client with the calls of Lightcone's own. Reads TZAFON_API_KEY and LIGHTCONE_BASE_URL; to try code out against a
 * Parley server, set the latter to `http://127.0.0.1:4141/lightcone`.
 */
export function lightcone(options: CoreOptions = {}): Lightcone {
  const core = providerCore(options, 'TZAFON_API_KEY', 'LIGHTCONE_BASE_URL', 'https://api.tzafon.ai');
  const send = withExtras(core.request);
  return {
    ...life(core),
    chat: withRaw((by): LightconeChat => ({ createCompletion: creator(by, CHAT_PATH) }), send),
    models: withRaw(models, send),
    withOptions: (others) => lightcone({ ...options, ...others }),
  };
}
