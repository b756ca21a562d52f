import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ResolvedRequest } from '../resolve.ts';
import { resolveRequest } from '../resolve.ts';
import { Supervisor } from '../supervisor.ts';
import type { HostConfig } from './config.ts';
import { EngineHost, type OpenCall } from './engine-host.ts';
import type { HostUpdate } from './messages.ts';
import type { Isolation } from './port.ts';

const CRASH_TOKEN = 33;
const CONFIG: HostConfig = {
  model: { kind: 'toy', contextLength: 256, crashOnToken: CRASH_TOKEN },
  parallel: 4,
  slots: 8,
  batchLimit: 32,
  promptBudget: 8,
  templates: { allowRequestTemplate: false, renderTimeoutMilliseconds: 1000 },
  nativeLog: false,
};

const resolved = (maxTokens: number): ResolvedRequest =>
  resolveRequest(
    {
      input: { kind: 'text', text: '' },
      parameters: { max_tokens: maxTokens, temperature: 0, ignore_eos: true },
    },
    260,
  );
const text = (value: string) => ({ input: { kind: 'text', text: value } as const, parameters: {} });

async function collect({ updates }: OpenCall): Promise<HostUpdate[]> {
  const all: HostUpdate[] = [];
  while (all.at(-1)?.kind !== 'done') all.push(...(await updates.take()));
  return all;
}

const silent = () => {};

for (const isolation of ['thread', 'process'] satisfies Isolation[]) {
  test(`${isolation}: calls run side by side and end`, async () => {
    const host = await EngineHost.start({ config: CONFIG, isolation, log: silent });
    try {
      const calls = Array.from({ length: 10 }, (_, i) =>
        host.complete(text(`prompt ${i}`), resolved(20), 1n),
      );
      const all = await Promise.all(calls.map(collect));
      for (const updates of all) {
        assert.deepEqual([updates[0].kind, updates[1].kind], ['started', 'prompt']);
        const done = updates.at(-1);
        assert.ok(done?.kind === 'done');
        assert.equal(done.usage.completionTokens, 20);
      }
      assert.equal(host.open, 0);
    } finally {
      await host.close();
    }
  });

  test(`${isolation}: a cancelled call leaves its slot at once`, async () => {
    const host = await EngineHost.start({ config: CONFIG, isolation, log: silent });
    try {
      const calls = Array.from({ length: 50 }, () => host.complete(text('x'), resolved(200), 1n));
      await calls[0].updates.take();
      for (const call of calls) call.cancel();
      await collect(host.complete(text('after'), resolved(2), 1n));
      assert.equal(host.open, 0);
      assert.deepEqual([host.stats?.running, host.stats?.waiting, host.stats?.cellsUsed], [0, 0, 0]);
    } finally {
      await host.close();
    }
  });

  test(`${isolation}: errors of a request reach it alone`, async () => {
    const host = await EngineHost.start({ config: CONFIG, isolation, log: silent });
    try {
      const tooLong = collect(host.complete(text('x'.repeat(300)), resolved(5), 1n));
      const fine = collect(host.complete(text('fine'), resolved(5), 1n));
      await assert.rejects(tooLong, { name: 'ApiError', status: 400, code: 'context_length_exceeded' });
      assert.equal((await fine).at(-1)?.kind, 'done');
    } finally {
      await host.close();
    }
  });

  test(`${isolation}: fewest tokens that the context cannot hold are refused`, async () => {
    const host = await EngineHost.start({ config: CONFIG, isolation, log: silent });
    try {
      const least = resolveRequest(
        { input: { kind: 'text', text: '' }, parameters: { min_tokens: 200, temperature: 0 } },
        260,
      );
      await assert.rejects(collect(host.complete(text('x'.repeat(57)), least, 1n)), {
        status: 400,
        code: 'context_length_exceeded',
        param: 'min_tokens',
      });
      const updates = await collect(host.complete(text('x'.repeat(56)), least, 1n));
      const done = updates.at(-1);
      assert.ok(done?.kind === 'done' && done.usage.completionTokens === 200);
    } finally {
      await host.close();
    }
  });

  test(`${isolation}: tokenizes`, async () => {
    const host = await EngineHost.start({ config: CONFIG, isolation, log: silent });
    try {
      const { tokens } = await host.tokenize(text('abc'), new AbortController().signal);
      assert.deepEqual(tokens, [97, 98, 99]);
    } finally {
      await host.close();
    }
  });
}

test('a model that cannot be loaded says why', async () => {
  const config: HostConfig = {
    ...CONFIG,
    model: { kind: 'gguf', path: '/nowhere.gguf', contextLength: 16, gpuLayers: 0, flashAttention: 'off' },
  };
  await assert.rejects(EngineHost.start({ config, isolation: 'thread', log: silent }), /nowhere\.gguf/);
});

test('a crash of native code fails the open calls, and the engine is started again', async () => {
  const logs: string[] = [];
  const supervisor = await Supervisor.start({
    model: 'toy',
    config: CONFIG,
    isolation: 'process',
    log: (_level, message) => logs.push(message),
    now: () => performance.now(),
  });
  try {
    const first = supervisor.host;
    const call = collect(first.complete(text('crash!'), resolved(5), 1n));
    await assert.rejects(call, {
      name: 'ApiError',
      status: 500,
      message: "The model's engine ended unexpectedly. Please try again.",
    });
    await first.exited;
    assert.throws(() => supervisor.host, { status: 503, retryAfterSeconds: 2 });
    while (!supervisor.available) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(
      (await collect(supervisor.host.complete(text('fine'), resolved(5), 1n))).at(-1)?.kind,
      'done',
    );
    assert.match(logs.join('\n'), /the engine of toy ended \(signal SIGABRT\); starting it again/);
  } finally {
    await supervisor.close();
  }
});

test('closing while the engine is being started again leaves none behind', async () => {
  const supervisor = await Supervisor.start({
    model: 'toy',
    config: CONFIG,
    isolation: 'process',
    log: silent,
    now: () => performance.now(),
  });
  const processes = () => process.getActiveResourcesInfo().filter((kind) => kind === 'ProcessWrap').length;
  const until = async (holds: () => boolean) => {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  const first = supervisor.host;
  assert.equal(processes(), 1);
  first.complete(text('crash!'), resolved(5), 1n);
  await first.exited;
  await until(() => processes() === 0);
  await until(() => processes() === 1);
  await supervisor.close();
  // The handle of a process that has ended is closed a turn or two later.
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(processes(), 0);
  assert.throws(() => supervisor.host, { status: 503 });
});
