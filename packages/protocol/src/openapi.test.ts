import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHAT_PARAMETER_NAMES, openApi, ROUTES } from './index.ts';
import { isObject } from './json-schema.ts';

const document = openApi({ version: '1.2.3', servers: [{ url: 'http://127.0.0.1:4141' }] });

function* nodes(value: unknown): Generator<Readonly<Record<string, unknown>>> {
  if (Array.isArray(value)) for (const item of value) yield* nodes(item);
  if (!isObject(value)) return;
  yield value;
  for (const item of Object.values(value)) yield* nodes(item);
}

test('the same options give the same document, which is plain JSON', () => {
  const again = openApi({ version: '1.2.3', servers: [{ url: 'http://127.0.0.1:4141' }] });
  assert.equal(JSON.stringify(again), JSON.stringify(document));
  assert.deepEqual(JSON.parse(JSON.stringify(document)), document);
});

test('every route is there with its failures', () => {
  assert.deepEqual(
    ROUTES.map(({ method, path }) => `${method} ${path}`),
    [
      'post /v1/chat/completions',
      'get /v1/chat/completions',
      'get /v1/chat/completions/{id}',
      'post /v1/chat/completions/{id}',
      'delete /v1/chat/completions/{id}',
      'get /v1/chat/completions/{id}/messages',
      'post /v1/completions',
      'get /v1/models',
      'get /v1/models/{id}',
      'get /v1/tcp_warming',
      'get /health',
      'get /metrics',
      'post /tokenize',
      'post /detokenize',
    ],
  );
  assert.equal(new Set(ROUTES.map(({ operationId }) => operationId)).size, ROUTES.length);
  for (const { method, path, errors } of ROUTES) {
    const operation = document.paths[path]?.[method];
    assert.ok(isObject(operation) && isObject(operation.responses), path);
    for (const status of [200, 500, ...errors]) assert.ok(operation.responses[status], `${path} ${status}`);
  }
});

test('the licence is named, and a route that needs a key says so', () => {
  assert.deepEqual(document.info.license, { name: 'Apache-2.0', identifier: 'Apache-2.0' });
  const open = ['/health', '/v1/tcp_warming'];
  for (const { method, path } of ROUTES) {
    const operation = document.paths[path]?.[method];
    assert.ok(isObject(operation) && isObject(operation.responses), path);
    assert.equal('401' in operation.responses, !open.includes(path), path);
  }
});

test('every reference leads somewhere, and every component is used', () => {
  const defined = new Set(
    Object.keys(document.components.schemas ?? {}).map((name) => `#/components/schemas/${name}`),
  );
  const used = new Set([...nodes(document)].map(({ $ref }) => $ref).filter((ref) => typeof ref === 'string'));
  assert.deepEqual([...used].toSorted(), [...defined].toSorted());
});

test('the request component has every parameter with its description', () => {
  const request = document.components.schemas?.ChatCompletionRequest;
  assert.ok(isObject(request) && isObject(request.properties));
  assert.deepEqual(Object.keys(request.properties), [...CHAT_PARAMETER_NAMES]);
  for (const [name, property] of Object.entries(request.properties)) {
    assert.ok(
      isObject(property) && typeof property.description === 'string' && property.description.length > 10,
      name,
    );
  }
});
