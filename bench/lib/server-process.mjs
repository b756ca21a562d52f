import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const PARLEY = join(import.meta.dirname, '..', '..', 'packages', 'parley', 'bin', 'parley.js');

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** `context` is tokens for each of the `slots` sequences, for both servers. */
function commandLine(kind, port, { binary, model, threads, slots, context, extra }) {
  const common = ['--host', '127.0.0.1', '--port', String(port), '--threads', String(threads)];
  if (kind === 'parley') {
    const own = [
      '--model',
      model,
      '--parallel',
      String(slots),
      '--context',
      String(context),
      '--log-level',
      'warn',
    ];
    return [process.execPath, [PARLEY, 'serve', ...own, ...common, ...extra]];
  }
  // llama-server divides its context among the slots, and uses other threads for prompts unless told not to
  const own = ['--model', model, '--parallel', String(slots), '--ctx-size', String(context * slots)];
  return [
    binary,
    [...own, '--threads-batch', String(threads), '--no-webui', '--log-disable', ...common, ...extra],
  ];
}

/**
 * Starts a server on a free port of loopback, without waiting for it. `stop()` ends it and waits for that;
 * `output()` is what it printed.
 */
export async function startServer(kind, options) {
  const port = await freePort();
  const [command, args] = commandLine(kind, port, { extra: [], ...options });
  const folder = mkdtempSync(join(tmpdir(), 'parley-bench-'));
  const logPath = join(folder, 'log');
  const log = openSync(logPath, 'w');
  const startedAt = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', log, log] });
  const ended = once(child, 'close');
  ended.catch(() => undefined); // told by `failure` below, and by `stop`
  let failure;
  child.on('error', (error) => {
    failure = error;
  });
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid,
    startedAt,
    output: () => readFileSync(logPath, 'utf8').slice(-4000),
    hasEnded: () => failure !== undefined || child.exitCode !== null || child.signalCode !== null,
    async stop() {
      if (failure === undefined) {
        child.kill('SIGTERM');
        const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
        await ended;
        clearTimeout(timer);
      }
      rmSync(folder, { recursive: true });
    },
  };
}

/** Waits until `/health` answers 200. */
export async function waitUntilReady(server, limitMs = 120_000) {
  const end = performance.now() + limitMs;
  while (performance.now() < end) {
    if (server.hasEnded()) throw new Error(`the server ended at start:\n${server.output()}`);
    try {
      const response = await fetch(`${server.url}/health`);
      await response.arrayBuffer();
      if (response.ok) return;
    } catch {
      // not listening yet
    }
    await sleep(20);
  }
  throw new Error(`the server was not ready after ${limitMs} ms:\n${server.output()}`);
}
