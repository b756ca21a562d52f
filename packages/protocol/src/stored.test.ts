import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseStoredMessagesQuery, parseStoredQuery, parseStoredUpdate } from './index.ts';
import { MISSING, table } from './refusal.test.fixture.ts';

const list = (search: string) => parseStoredQuery(new URLSearchParams(search));
const messages = (search: string) => parseStoredMessagesQuery(new URLSearchParams(search));
const first = { after: undefined, limit: 20, order: 'asc' } as const;

test('without a query it is the first page, oldest first', () => {
  assert.deepEqual(list(''), { query: { ...first, model: undefined, metadata: {} }, unknown: [] });
  assert.deepEqual(messages(''), { query: first, unknown: [] });
  assert.deepEqual(list('after=&limit=&order=&model=&metadata='), list(''));
});

test('everything is read, and what is not known is named', () => {
  assert.deepEqual(
    list(
      'after=a&limit=100&order=desc&model=m&metadata[k]=v&metadata[a][b]]=&metadata[__proto__]=p&x=1&metadata[=2',
    ),
    {
      query: {
        after: 'a',
        limit: 100,
        order: 'desc',
        model: 'm',
        metadata: Object.fromEntries([
          ['k', 'v'],
          ['a][b]', ''],
          ['__proto__', 'p'],
        ]),
      },
      unknown: ['x', 'metadata['],
    },
  );
  assert.deepEqual(messages('limit=1&model=m&metadata[k]=v').unknown, ['model', 'metadata[k]']);
});

const query = (search: unknown) => list(String(search));

table('what a query cannot be', query, [
  ['limit=0', 'limit', 'out_of_range', /between 1 and 100, got "0"/],
  ['limit=1e1', 'limit', 'invalid_type', /an integer between 1 and 100/],
  ['order=ASC', 'order', 'invalid_value', /"asc" or "desc", got "ASC"/],
  ['order=asc&order=asc', 'order', 'invalid_value', /given twice/],
  ['metadata[a]=1&metadata[a]=2', '["metadata[a]"]', 'invalid_value', /given twice/],
  ['metadata=a', 'metadata', 'invalid_value', /write metadata\[key\]=value/],
  [`metadata[a]=${'😀'.repeat(513)}`, 'metadata.a', 'out_of_range', /at most 512 characters/],
  [`after=${'a'.repeat(301)}`, 'after', 'invalid_value', /must be the id of an item/],
]);

test('metadata at its limits is taken', () => {
  const pairs = Array.from({ length: 16 }, (_, i) => [`${'😀'.repeat(62)}${i + 10}`, '😀'.repeat(512)]);
  const metadata = Object.fromEntries(pairs);
  const search = new URLSearchParams(pairs.map(([key = '', value = '']) => [`metadata[${key}]`, value]));
  assert.deepEqual(parseStoredQuery(search).query.metadata, metadata);
  assert.deepEqual(parseStoredUpdate({ metadata }).request, { metadata });
});

test('an update may clear the metadata, and names what it cannot change', () => {
  const { request, unknown } = parseStoredUpdate({ metadata: null, model: 'm' });
  assert.deepEqual([request, unknown], [{ metadata: null }, { model: 'm' }]);
});

table('what an update cannot be', parseStoredUpdate, [
  [{}, 'metadata', MISSING, /is required/],
  [[], null, 'invalid_type', /must be a JSON object/],
  [{ metadata: { k: null } }, 'metadata.k', 'invalid_type', /must be a string/],
]);
