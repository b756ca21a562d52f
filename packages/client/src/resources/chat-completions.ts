import type { ApiPromise, Send } from '../call.ts';
import type { RequestOptions } from '../options.ts';
import type { Metadata } from '../wire/chat-request.ts';
import type {
  StoredChatCompletion,
  StoredChatCompletionList,
  StoredDeletion,
  StoredMessage,
  StoredMessageList,
  StoredUpdateRequest,
} from '../wire/stored.ts';
import { type Answer, CHAT_PATH, type CreateChatCompletion, creator } from './create.ts';

/** A page of a list; the iteration goes on with the pages that follow. */
export interface PagePromise<Page, Item> extends ApiPromise<Answer<Page>>, AsyncIterable<Item> {}

export interface PageQuery {
  /** Id of the last item of the page before. */
  after?: string | null;
  /** Most items of a page. Integer from 1 to 100. Default: 20. */
  limit?: number | null;
  /** By time; `asc` begins with the oldest. Default: `asc`. */
  order?: 'asc' | 'desc' | null;
}

export interface StoredQuery extends PageQuery {
  /** Only answers of this model, by id or alias. */
  model?: string | null;
  /** Only completions that have all of these pairs. */
  metadata?: Metadata | null;
}

export interface ChatCompletions {
  /** Answers a conversation: whole, or with `stream: true` in chunks. */
  readonly create: CreateChatCompletion;
  /** Completions that were kept because their requests said `store: true`. */
  list(
    query?: StoredQuery,
    options?: RequestOptions,
  ): PagePromise<StoredChatCompletionList, StoredChatCompletion>;
  retrieve(id: string, options?: RequestOptions): ApiPromise<Answer<StoredChatCompletion>>;
  /** Replaces the metadata of a stored completion. */
  update(
    id: string,
    params: StoredUpdateRequest,
    options?: RequestOptions,
  ): ApiPromise<Answer<StoredChatCompletion>>;
  delete(id: string, options?: RequestOptions): ApiPromise<Answer<StoredDeletion>>;
  readonly messages: {
    /** The messages of the request that a stored completion answers. */
    list(
      id: string,
      query?: PageQuery,
      options?: RequestOptions,
    ): PagePromise<StoredMessageList, StoredMessage>;
  };
}

export function chatCompletions(send: Send): ChatCompletions {
  const at = (id: string) => `${CHAT_PATH}/${encodeURIComponent(id)}`;
  return {
    create: creator(send, CHAT_PATH),
    list: ({ metadata, ...query } = {}, options) => {
      const pairs = Object.entries(metadata ?? {}).map(([key, value]) => [`metadata[${key}]`, value]);
      return pages(send, CHAT_PATH, { ...query, ...Object.fromEntries(pairs) }, options);
    },
    retrieve: (id, options) => send({ ...options, method: 'GET', path: at(id) }),
    update: (id, params, options) => send({ ...options, method: 'POST', path: at(id), params }),
    delete: (id, options) => send({ ...options, method: 'DELETE', path: at(id) }),
    messages: { list: (id, query, options) => pages(send, `${at(id)}/messages`, query, options) },
  };
}

function pages<Page extends { data: Item[]; has_more: boolean }, Item extends { id: string }>(
  send: Send,
  path: string,
  query: PageQuery = {},
  options?: RequestOptions,
): PagePromise<Page, Item> {
  const get = (after: string | null | undefined) =>
    send<Answer<Page>>({ ...options, method: 'GET', path, query: { ...query, ...options?.query, after } });
  const first = get(query.after);
  return Object.assign(first, {
    async *[Symbol.asyncIterator]() {
      for (let page = await first; ; page = await get(page.data.at(-1)?.id)) {
        yield* page.data;
        if (!page.has_more || page.data.length === 0) return;
      }
    },
  });
}
