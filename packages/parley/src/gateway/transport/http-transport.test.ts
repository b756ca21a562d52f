import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { describe, it } from 'node:test';
import { FakeClock } from '../fake-clock.test.support.ts';
import { FakeUpstream, json, type Script } from '../fake-upstream.test.support.ts';
import { HttpTransport } from './http-transport.ts';
import { ConnectionFailure, type UpstreamAnswer } from './transport.ts';

const NONE = { connectMs: Number.POSITIVE_INFINITY, headersMs: Number.POSITIVE_INFINITY };
const never = new AbortController().signal;

async function send(
  transport: HttpTransport,
  upstream: FakeUpstream,
  signal = never,
): Promise<UpstreamAnswer> {
  return transport.send({ url: `${upstream.url}/x`, headers: {}, body: '{}', ...NONE }, signal);
}

async function all({ body }: UpstreamAnswer): Promise<string> {
  const pieces: Uint8Array[] = [];
  for (let piece = await body.read(); piece !== undefined; piece = await body.read()) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

const stream = (data: string, ...after: Script): Script => [{ do: 'head' }, { do: 'send', data }, ...after];

describe('the transport', () => {
  it('keeps connections, and lets go of all when it is closed', async () => {
    await using upstream = await FakeUpstream.start(json(200, { a: 1 }));
    const transport = new HttpTransport();
    for (let i = 0; i < 3; i++) assert.equal(await all(await send(transport, upstream)), '{"a":1}');
    assert.equal(upstream.connections, 1);
    assert.equal(transport.connections, 1);
    transport.close();
    while (upstream.openSockets > 0) await new Promise((resolve) => setTimeout(resolve, 2));
    assert.equal(transport.connections, 0);
  });

  it('lets in those headers that are of use', async () => {
    const headers = {
      'x-request-id': 'r',
      'retry-after': '1',
      'x-ratelimit-reset-tokens': '1s',
      'set-cookie': 'a=b',
      server: 'secret/1.0',
      'x-internal': 'node-7',
    };
    await using upstream = await FakeUpstream.start(json(200, {}, headers));
    const transport = new HttpTransport();
    const answer = await send(transport, upstream);
    answer.body.release();
    assert.deepEqual(Object.keys(answer.headers).sort(), [
      'content-type',
      'retry-after',
      'x-ratelimit-reset-tokens',
      'x-request-id',
    ]);
    transport.close();
  });

  it('takes up another connection when the upstream had closed the idle one', async () => {
    const sockets: net.Socket[] = [];
    const server = net.createServer((socket) => {
      sockets.push(socket);
      let requests = 0;
      socket.on('error', () => undefined);
      socket.on('data', () => {
        // The first connection answers once, and is gone when the second request comes.
        if (sockets.length === 1 && requests++ > 0) socket.resetAndDestroy();
        else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    const transport = new HttpTransport();
    const request = { url: `http://127.0.0.1:${address.port}/`, headers: {}, body: '{}', ...NONE };
    assert.equal(await all(await transport.send(request, never)), '{}');
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(await all(await transport.send(request, never)), '{}');
    assert.equal(sockets.length, 2);
    transport.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  it('gives up on a connection that is not made in time', async () => {
    // A listener that never speaks TLS.
    const server = net.createServer((socket) => socket.on('error', () => undefined));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    const clock = new FakeClock();
    const transport = new HttpTransport({ clock });
    const request = {
      url: `https://127.0.0.1:${address.port}/`,
      headers: {},
      body: '{}',
      connectMs: 50,
      headersMs: 10,
    };
    const sent = transport.send(request, never);
    sent.catch(() => undefined);
    await clock.advance(49);
    assert.equal(clock.timers, 1);
    await clock.advance(1);
    await assert.rejects(
      sent,
      (error) => error instanceof ConnectionFailure && error.reason === 'connect-timeout',
    );
    while (transport.connections > 0) await new Promise((resolve) => setTimeout(resolve, 2));
    assert.equal(clock.timers, 0);
    server.close();
  });

  it('holds the upstream up when its reader is slow', async () => {
    const megabyte = 'x'.repeat(1024 * 1024);
    let written = 0;
    await using upstream = await FakeUpstream.start([
      { do: 'head' },
      ...Array.from({ length: 64 }, () => ({ do: 'send', data: megabyte }) as const),
      { do: 'end' },
    ]);
    const transport = new HttpTransport();
    const answer = await send(transport, upstream);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.ok(process.memoryUsage().arrayBuffers < 256 * 1024 * 1024);
    for (let piece = await answer.body.read(); piece !== undefined; piece = await answer.body.read()) {
      written += piece.length;
    }
    assert.equal(written, 64 * 1024 * 1024);
    transport.close();
  });

  it('keeps a connection whose rest is short, and closes one whose rest is long or does not come', async () => {
    const clock = new FakeClock();
    const transport = new HttpTransport({ clock });
    await using short = await FakeUpstream.start(
      stream('a', { do: 'wait', milliseconds: 20 }, { do: 'send', data: 'b' }, { do: 'end' }),
    );
    const first = await send(transport, short);
    await first.body.read();
    first.body.release();
    await short.idle();
    assert.equal(transport.connections, 1);
    await using silent = await FakeUpstream.start(stream('a', { do: 'stall' }));
    const second = await send(transport, silent);
    await second.body.read();
    second.body.release();
    await clock.advance(1_000);
    await silent.idle();
    await using long = await FakeUpstream.start(
      stream('a', { do: 'hold' }, { do: 'send', data: 'b'.repeat(200_000) }, { do: 'stall' }),
    );
    const third = await send(transport, long);
    await third.body.read();
    third.body.release();
    long.proceed();
    await long.idle();
    assert.equal(transport.connections, 1);
    assert.equal(clock.timers, 0);
    transport.close();
  });

  it('closes the connection of an aborted call at once, and rejects with its reason', async () => {
    await using upstream = await FakeUpstream.start(stream('a', { do: 'stall' }));
    const transport = new HttpTransport();
    const abort = new AbortController();
    const answer = await send(transport, upstream, abort.signal);
    await answer.body.read();
    const read = answer.body.read();
    const reason = new Error('gone');
    abort.abort(reason);
    await assert.rejects(read, reason);
    await assert.rejects(answer.body.read(), reason);
    await upstream.idle();
    assert.equal(transport.connections, 0);
    await assert.rejects(send(transport, upstream, abort.signal), reason);
  });
});
