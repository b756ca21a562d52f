import { ApiError } from '@parley/protocol/errors';
import type { ChatEvent } from '../core/event.ts';
import type { HostUpdate } from './host/messages.ts';
import { unpackTokens } from './packed-tokens.ts';
import type { Vocabulary } from './runtime.ts';

/** What the engine tells of a call, in the words of every backend. */
export function* toEvents(
  update: Exclude<HostUpdate, { kind: 'started' }>,
  vocabulary: Vocabulary,
): Generator<ChatEvent> {
  switch (update.kind) {
    case 'prompt': {
      const { promptTokens, cachedTokens } = update;
      const usage = { promptTokens, cachedTokens, completionTokens: 0, reasoningTokens: 0 };
      yield { type: 'usage', usage, final: false };
      return;
    }
    case 'text': {
      const { choice, text, tokenCount, tokenIds } = update;
      const tokens = update.tokens && unpackTokens(update.tokens, vocabulary);
      yield {
        type: 'text-delta',
        choice,
        text,
        tokenCount,
        ...(tokens && { tokens }),
        ...(tokenIds && { tokenIds }),
      };
      return;
    }
    case 'end': {
      const { choice, reason, stop, tokenCount, tokenIds } = update;
      yield {
        type: 'choice-end',
        choice,
        reason,
        tokenCount,
        ...(stop !== undefined && { stop }),
        ...(tokenIds && { tokenIds }),
      };
      return;
    }
    case 'done':
      yield { type: 'usage', usage: update.usage, final: true };
      yield { type: 'timing', timing: update.timing };
      return;
    case 'failed':
      throw new ApiError(update.error);
  }
}
