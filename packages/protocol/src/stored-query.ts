import { type ApiError, invalidRequest } from './errors.ts';
import { formatPath, show } from './fault.ts';
import { METADATA_LIMITS, type Metadata } from './stored-metadata.ts';

export type PageOrder = 'asc' | 'desc';

/** Which page of a list is wanted. */
export interface PageQuery {
  /** Id of the last item of the page before. */
  readonly after: string | undefined;
  /** Most items of the page. */
  readonly limit: number;
  readonly order: PageOrder;
}

export interface StoredQuery extends PageQuery {
  readonly model: string | undefined;
  /** Every pair must be there. */
  readonly metadata: Metadata;
}

export interface ParsedQuery<Query> {
  readonly query: Query;
  /** Names that mean nothing here. */
  readonly unknown: readonly string[];
}

export const PAGE_LIMIT = { default: 20, maximum: 100 } as const;
/** Longer than any id that this server gives or takes, with room for the index of a message. */
const MAX_ID_LENGTH = 300;
const FILTER = /^metadata\[(.*)\]$/s;

/**
 * Query of `GET /v1/chat/completions`. A name without a value is the same as its absence, because clients write null
 * so; in `metadata[key]=` the value is the empty string. Throws ApiError 400 with the name as `param`.
 */
export function parseStoredQuery(search: URLSearchParams): ParsedQuery<StoredQuery> {
  const { page, rest } = parsePage(search);
  const filters = new Map<string, string>();
  const unknown: string[] = [];
  for (const [name, value] of rest) {
    const key = FILTER.exec(name)?.[1];
    if (key !== undefined) filters.set(key, filterValue(key, value));
    else if (name === 'metadata') refuseBareMetadata(value);
    else if (name !== 'model') unknown.push(name);
  }
  if (filters.size > METADATA_LIMITS.pairs) {
    const most = METADATA_LIMITS.pairs;
    const message = `metadata must have at most ${most} keys, got ${filters.size}.`;
    throw invalidRequest('metadata', message, 'out_of_range');
  }
  const model = rest.get('model') || undefined;
  return { query: { ...page, model, metadata: Object.fromEntries(filters) }, unknown };
}

/** Query of `GET /v1/chat/completions/{id}/messages`. Throws ApiError 400 with the name as `param`. */
export function parseStoredMessagesQuery(search: URLSearchParams): ParsedQuery<PageQuery> {
  const { page, rest } = parsePage(search);
  return { query: page, unknown: [...rest.keys()] };
}

function parsePage(search: URLSearchParams): { page: PageQuery; rest: Map<string, string> } {
  const values = new Map<string, string>();
  for (const [name, value] of search) {
    if (values.has(name)) {
      const shown = formatPath([name]);
      throw invalidRequest(shown, `The query parameter ${shown} was given twice.`);
    }
    values.set(name, value);
  }
  const take = (name: string) => {
    const value = values.get(name) ?? '';
    values.delete(name);
    return value;
  };
  const page = {
    after: cursor(take('after')),
    limit: pageLimit(take('limit')),
    order: pageOrder(take('order')),
  };
  return { page, rest: values };
}

function cursor(text: string): string | undefined {
  if (text.length > MAX_ID_LENGTH) throw unknownCursor(text);
  return text === '' ? undefined : text;
}

/** 400: `after` names nothing in the list. */
export function unknownCursor(after: string): ApiError {
  return invalidRequest('after', `after must be the id of an item of this list, got ${show(after)}.`);
}

function pageLimit(text: string): number {
  if (text === '') return PAGE_LIMIT.default;
  const limit = /^[0-9]{1,9}$/.test(text) ? Number(text) : undefined;
  if (limit !== undefined && limit >= 1 && limit <= PAGE_LIMIT.maximum) return limit;
  throw invalidRequest(
    'limit',
    `limit must be an integer between 1 and ${PAGE_LIMIT.maximum}, got ${show(text)}.`,
    limit === undefined ? 'invalid_type' : 'out_of_range',
  );
}

function pageOrder(text: string): PageOrder {
  if (text === '' || text === 'asc') return 'asc';
  if (text === 'desc') return 'desc';
  throw invalidRequest('order', `order must be "asc" or "desc", got ${show(text)}.`);
}

function filterValue(key: string, value: string): string {
  const { keyLength, valueLength } = METADATA_LIMITS;
  const path = formatPath(['metadata', key]);
  if ([...key].length > keyLength) {
    throw invalidRequest(path, `A key of metadata has at most ${keyLength} characters.`, 'out_of_range');
  }
  if ([...value].length > valueLength) {
    throw invalidRequest(path, `${path} must have at most ${valueLength} characters.`, 'out_of_range');
  }
  return value;
}

function refuseBareMetadata(value: string): void {
  if (value === '') return;
  throw invalidRequest('metadata', 'metadata is filtered by key: write metadata[key]=value.');
}
