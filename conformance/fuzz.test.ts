import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc, { type Arbitrary } from 'fast-check';
import { type PostRoute, postRoutes } from './fuzz/document.ts';
import { combinations, hintsFor, settled } from './fuzz/hints.ts';
import { broken, nearlyValid, type Raw } from './fuzz/hostile.ts';
import { judge, judgeProvider } from './fuzz/judge.ts';
import { validValue } from './fuzz/valid.ts';
import { Client } from './http/client.ts';
import { startTarget } from './http/target.ts';

/** `FUZZ_SEED` begins elsewhere, `FUZZ_SCALE` makes so many times as many requests. */
const SEED = Number(process.env.FUZZ_SEED ?? 20_260_901);
const SCALE = Number(process.env.FUZZ_SCALE ?? 1);
/** Requests that are under way together; a property draws them together too. */
const TOGETHER = 4;
/** Far beyond what any answer here takes on a machine that is busy with other tests. */
const PATIENCE_MS = 30_000;
const CHAT = '/v1/chat/completions';

const target = await startTarget({ allowRequestTemplates: true });
after(() => target[Symbol.asyncDispose]());
const client = new Client(target);
const routes = await postRoutes(client);

let storedId = '';
let firstAnswer: unknown;
before(async () => {
  const { id, choices } = await client.answer({ store: true });
  storedId = id;
  firstAnswer = choices;
});

interface Call {
  readonly path: string;
  readonly body: unknown;
  readonly raw?: Raw;
}

/** Statuses by route: a generator whose bodies are all refused would test little. */
const seen = new Map<string, Map<number, number>>();

async function call({ path, body, raw }: Call): Promise<void> {
  const response = await fetch(target.url + path.replace('{id}', storedId), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${target.key}`, ...raw?.headers },
    body: raw?.bytes ?? JSON.stringify(body),
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const reply = { status: response.status, headers: response.headers, text: await response.text() };
  const statuses = seen.get(path) ?? new Map<number, number>();
  seen.set(path, statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1));
  const route = routes.find((each) => each.path === path);
  if (route) judge(route, body, reply);
  else judgeProvider(reply);
}

/** Says what was sent, as text that can be sent again. */
async function tellingCall(each: Call): Promise<void> {
  try {
    await call(each);
  } catch (error) {
    const sent = each.raw ? Buffer.from(each.raw.bytes).toString() : JSON.stringify(each.body);
    const headers = each.raw ? ` ${JSON.stringify(each.raw.headers)}` : '';
    const told = `POST ${each.path}${headers}\n${sent.slice(0, 5000)}\n`;
    throw new Error(told + (error instanceof Error ? error.message.slice(0, 5000) : String(error)), {
      cause: error,
    });
  }
}

function validBody(route: PostRoute): Arbitrary<unknown> {
  const { properties } = route.request;
  const messages = properties?.messages;
  const plain = messages ? validValue(messages, {}, 'messages') : fc.constant([]);
  const bodies = validValue(route.request, hintsFor(plain));
  if (!route.path.endsWith('/completions')) return bodies;
  if (route.path !== CHAT) return settled(bodies);
  const combined = fc.tuple(bodies, combinations).map(([body, more]) => ({ ...(body as object), ...more }));
  return fc.oneof(settled(bodies), settled(combined));
}

function fuzz(name: string, runs: number, call: Arbitrary<Call>): void {
  test(name, () => {
    const calls = fc.array(call, { minLength: TOGETHER, maxLength: TOGETHER });
    const property = fc.asyncProperty(calls, async (each) => {
      await Promise.all(each.map(tellingCall));
    });
    return fc.assert(property, {
      seed: SEED,
      numRuns: Math.ceil(runs * SCALE),
      // For the search of the smallest failing case; the runs themselves are far from it.
      interruptAfterTimeLimit: 60_000 * SCALE,
      includeErrorInReport: true,
    });
  });
}

for (const route of routes) {
  const { path } = route;
  const share = path === CHAT ? 4 : 1;
  const bodies = validBody(route);
  fuzz(
    `valid bodies of ${path}`,
    40 * share,
    bodies.map((body) => ({ path, body })),
  );
  fuzz(
    `nearly valid bodies of ${path}`,
    60 * share,
    nearlyValid(bodies).map((body) => ({ path, body })),
  );
  fuzz(
    `broken bodies of ${path}`,
    20 * share,
    broken(bodies).map((raw) => ({ path, raw, body: undefined })),
  );
  if (path !== CHAT) continue;
  const bases = fc.constantFrom('/cerebras', '/lightcone', '/atoma');
  const provided = fc.tuple(bases, bodies).map(([base, body]) => ({ path: base + path, body }));
  fuzz('bodies at the base paths of the providers', 40, provided);
}

test('requests were answered and refused on every route', () => {
  for (const { path } of routes) {
    const statuses = seen.get(path);
    assert.ok((statuses?.get(200) ?? 0) > 20 * SCALE, `${path}: ${JSON.stringify([...(statuses ?? [])])}`);
    assert.ok((statuses?.get(400) ?? 0) > 20 * SCALE, `${path}: ${JSON.stringify([...(statuses ?? [])])}`);
  }
});

test('afterwards the server is idle, and answers as before', async () => {
  const { choices } = await client.answer();
  assert.deepEqual(choices, firstAnswer);
  const { text } = await client.send('/metrics');
  const gauges = [...text.matchAll(/^(parley_[a-z_]+)(?:\{[^}]*\})? ([0-9.e+-]+)$/gm)].map(
    ([, name, value]) => [name, Number(value)] as const,
  );
  const valuesOf = (name: string) => gauges.filter(([each]) => each === name).map(([, value]) => value);
  assert.deepEqual(valuesOf('parley_queue_depth'), [0, 0]);
  assert.deepEqual(valuesOf('parley_running'), [0, 0]);
  // The request that asks.
  assert.deepEqual(valuesOf('parley_requests_in_flight'), [1]);
  assert.equal((await client.send('/health')).status, 200);
});
