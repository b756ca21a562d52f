import {
  ApiError,
  type PageQuery,
  parseStoredMessagesQuery,
  parseStoredQuery,
  parseStoredUpdate,
  type StoredDeletion,
  unknownCursor,
} from '@parley/protocol';
import type { CompletionStore } from '../../core/completion-store.ts';
import { ParameterReport } from '../../core/report.ts';
import { receive, type Shared } from '../call.ts';
import type { Exchange } from '../http/exchange.ts';
import { sendJson } from '../http/respond.ts';
import { storedMessage } from '../stored-completion.ts';

/** `GET /v1/chat/completions`. */
export function listStored(shared: Shared) {
  return async (exchange: Exchange): Promise<void> => {
    const store = storeOf(shared);
    const { query, unknown } = parseStoredQuery(exchange.query);
    const model = query.model && canonicalModel(query.model, shared);
    const { completions, more } = await store.list(exchange.principal.id, { ...query, model });
    sendPage(exchange, completions, more, unknown);
  };
}

/** `GET /v1/chat/completions/{id}`. */
export function retrieveStored(shared: Shared) {
  return async (exchange: Exchange, id: string): Promise<void> => {
    sendJson(exchange, 200, found(id, await storeOf(shared).get(exchange.principal.id, id)));
  };
}

/** `POST /v1/chat/completions/{id}`. */
export function updateStored(shared: Shared) {
  return async (exchange: Exchange, id: string): Promise<void> => {
    const store = storeOf(shared);
    const { request, unknown } = parseStoredUpdate(await receive(exchange, shared));
    const updated = await store.update(exchange.principal.id, id, request.metadata ?? {});
    sendJson(exchange, 200, found(id, updated), reportUnknown(Object.keys(unknown)));
  };
}

/** `DELETE /v1/chat/completions/{id}`. */
export function deleteStored(shared: Shared) {
  return async (exchange: Exchange, id: string): Promise<void> => {
    if (!(await storeOf(shared).remove(exchange.principal.id, id))) throw notFound(id);
    const body: StoredDeletion = { object: 'chat.completion.deleted', id, deleted: true };
    sendJson(exchange, 200, body);
  };
}

/** `GET /v1/chat/completions/{id}/messages`. */
export function listStoredMessages(shared: Shared) {
  return async (exchange: Exchange, id: string): Promise<void> => {
    const store = storeOf(shared);
    const { query, unknown } = parseStoredMessagesQuery(exchange.query);
    const messages = found(id, await store.messages(exchange.principal.id, id));
    const { page, more } = pageOf(
      messages.map((message, index) => storedMessage(id, message, index)),
      query,
    );
    sendPage(exchange, page, more, unknown);
  };
}

function storeOf({ settings }: Shared): CompletionStore {
  if (settings.store) return settings.store;
  throw new ApiError({
    status: 404,
    type: 'not_found_error',
    code: 'storing_disabled',
    message: 'This server keeps no answers; its operator can allow it.',
  });
}

function found<T>(id: string, value: T | undefined): T {
  if (value === undefined) throw notFound(id);
  return value;
}

function notFound(id: string): ApiError {
  return new ApiError({
    status: 404,
    type: 'not_found_error',
    code: 'completion_not_found',
    message: `There is no stored completion of the id '${id.slice(0, 300)}'. Only answers to requests with store: true are kept.`,
  });
}

/** Answers carry the id of their model; callers may know it by an alias. */
function canonicalModel(name: string, { settings }: Shared): string {
  const models = settings.backend.models();
  if (models.some(({ id }) => id === name)) return name;
  return models.find(({ aliases }) => aliases.includes(name))?.id ?? name;
}

function pageOf<T extends { id: string }>(all: readonly T[], { after, limit, order }: PageQuery) {
  const ordered = order === 'asc' ? all : all.toReversed();
  const before = after === undefined ? -1 : ordered.findIndex(({ id }) => id === after);
  if (after !== undefined && before < 0) throw unknownCursor(after);
  const end = before + 1 + limit;
  return { page: ordered.slice(before + 1, end), more: end < ordered.length };
}

function sendPage(
  exchange: Exchange,
  data: readonly { readonly id: string }[],
  more: boolean,
  unknown: readonly string[],
): void {
  const body = {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: more,
  };
  sendJson(exchange, 200, body, reportUnknown(unknown));
}

/** The header that names what has no meaning here. */
function reportUnknown(names: readonly string[]): Record<string, string> {
  const report = new ParameterReport();
  for (const name of names) report.add(name, 'ignored', 'It has no meaning here.');
  const header = report.header();
  return header === undefined ? {} : { 'x-parley-parameters': header };
}
