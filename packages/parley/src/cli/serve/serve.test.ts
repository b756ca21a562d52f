import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { fakeWorld } from '../fake-world.test.support.ts';
import { watchSignals } from '../signals.ts';
import { announcement, isLoopback } from './announce.ts';
import { checkAddress } from './listen.ts';

const tiny = { id: 'parley-tiny', aliases: [], contextLength: 512 };

test('the announcement has the address, the models and a line to paste', () => {
  const text = announcement({
    url: 'http://127.0.0.1:4141',
    models: [tiny],
    version: '1.2.3',
    needsKey: false,
  });
  assert.equal(
    text,
    `parley 1.2.3 listens on http://127.0.0.1:4141/v1
  parley-tiny (512 tokens of context)

curl http://127.0.0.1:4141/v1/chat/completions -H 'content-type: application/json' -d '{"model":"parley-tiny","messages":[{"role":"user","content":"Hello!"}]}'

`,
  );
  const keyed = announcement({
    url: 'http://h:1',
    models: [{ ...tiny, aliases: ['t'] }],
    version: '1',
    needsKey: true,
  });
  assert.match(keyed, /also called t\)/);
  assert.match(keyed, /-H "authorization: Bearer \$PARLEY_API_KEY"/);
});

test('addresses that only this machine reaches', () => {
  for (const host of ['127.0.0.1', '127.1.2.3', 'localhost', '::1']) assert.ok(isLoopback(host), host);
  for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example.org'])
    assert.ok(!isLoopback(host), host);
});

test('a port in use is told with a suggestion', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = other.address();
  assert.ok(address !== null && typeof address === 'object');
  const { port } = address;
  await assert.rejects(checkAddress({ host: '127.0.0.1', port }), {
    message: `Port ${port} on 127.0.0.1 is in use. Choose another with --port, as --port ${port + 1}, or --port 0 for a free one.`,
  });
  await new Promise((resolve) => other.close(resolve));
  await checkAddress({ host: '127.0.0.1', port });
  await assert.rejects(checkAddress({ host: '192.0.2.1', port: 0 }), {
    message: /is no address of this machine/,
  });
});

test('the first signal asks, the second ends at once', () => {
  const world = fakeWorld();
  {
    using interruption = watchSignals(world);
    assert.equal(interruption.exitCode, undefined);
    world.raise('SIGTERM');
    assert.ok(interruption.signal.aborted);
    assert.equal(interruption.exitCode, 143);
    assert.deepEqual(world.exits, []);
    world.raise('SIGINT');
    assert.deepEqual(world.exits, [130]);
  }
  assert.equal(world.listeners(), 0);
});
