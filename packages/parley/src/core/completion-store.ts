import type { Message, Metadata, StoredChatCompletion, StoredQuery } from '@parley/protocol';
import { type ApiError, invalidRequest } from '@parley/protocol/errors';

/** 400: the only ids that can meet twice are those that requests bring along. */
export function completionIdTaken(id: string): ApiError {
  return invalidRequest(
    'request_id',
    `There is a stored completion of the id '${id}': choose another request_id, or delete that completion.`,
  );
}

/** In the order that was asked for. */
export interface CompletionPage {
  readonly completions: readonly StoredChatCompletion[];
  /** Whether the list goes on behind it. */
  readonly more: boolean;
}

/**
 * Keeps answered calls for those who made them. `owner` is the id of a principal; nobody sees what another owns. Every
 * method rejects with ApiError 500 when the storage fails.
 */
export interface CompletionStore {
  /**
   * The completion is kept when this settles, and older ones may have given way to it. Rejects with ApiError 400 when
   * the owner has one of that id, or when it is larger than all the room there is.
   */
  add(owner: string, completion: StoredChatCompletion, messages: readonly Message[]): Promise<void>;
  get(owner: string, id: string): Promise<StoredChatCompletion | undefined>;
  /** The messages of the request. */
  messages(owner: string, id: string): Promise<readonly Message[] | undefined>;
  /**
   * Sorted by `created`, those of one second in the order in which they were kept. A page may be shorter than its limit
   * where its items are large. Rejects with ApiError 400 when `after` was never in the list, or left it long ago.
   */
  list(owner: string, query: StoredQuery): Promise<CompletionPage>;
  /** Replaces the metadata. */
  update(owner: string, id: string, metadata: Metadata): Promise<StoredChatCompletion | undefined>;
  /** Whether there was one. */
  remove(owner: string, id: string): Promise<boolean>;
  close(): Promise<void>;
}
