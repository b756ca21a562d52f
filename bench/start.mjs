#!/usr/bin/env node
// From process start to first token, and memory when idle. See README.md, "Start".
import { statSync } from 'node:fs';
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { environment, readFlags, saveJson } from './lib/command.mjs';
import { requestBody } from './lib/load.mjs';
import { residentBytes } from './lib/process-tree.mjs';
import { complete } from './lib/request.mjs';
import { startServer } from './lib/server-process.mjs';
import { summary } from './lib/statistics.mjs';
import { figure, markdownTable, spread } from './lib/table.mjs';
import { startable, TARGET_FLAGS, TARGET_USAGE } from './lib/targets.mjs';

const USAGE = `usage: npm run bench:start -- [flags]     (--url has no meaning here)
${TARGET_USAGE}
  --rounds N                 [7]`;

const FLAGS = {
  ...TARGET_FLAGS,
  rounds: { type: 'string', default: '7' },
};
const IDLE_MS = 2000;
const RETRY_MS = 5;
const LIMIT_MS = 120_000;

/** Asks until the server answers: refused connections and 503 while it loads are not answers. */
async function firstAnswer(server) {
  const agent = new Agent({ keepAlive: false });
  // without a model's name the only one answers
  const target = { name: server.url, address: new URL(server.url) };
  const body = requestBody({ promptWords: 8, tokens: 1, stream: true, extra: {} }, 1);
  for (;;) {
    const asked = performance.now();
    try {
      const answer = await complete(target, body, agent);
      return asked + answer.firstMs - server.startedAt;
    } catch (error) {
      const loading = error.code === 'ECONNREFUSED' || /answered 503/.test(error.message);
      if (!loading || server.hasEnded() || performance.now() - server.startedAt > LIMIT_MS) {
        throw new Error(`${error.message}\n${server.output()}`);
      }
    }
    await sleep(RETRY_MS);
  }
}

async function measureStart({ kind, options }) {
  const server = await startServer(kind, options);
  try {
    const firstTokenMs = await firstAnswer(server);
    await sleep(IDLE_MS);
    const { total, anonymous } = residentBytes(server.pid);
    return { firstTokenMs, residentMegabytes: total / 1e6, anonymousMegabytes: anonymous / 1e6 };
  } finally {
    await server.stop();
  }
}

const values = readFlags(FLAGS, USAGE);
const servers = startable(values);
const measured = servers.map(() => []);
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [s, server] of servers.entries()) measured[s].push(await measureStart(server));
}
const rows = servers.map(({ name }, s) => ({
  target: name,
  ...Object.fromEntries(
    Object.keys(measured[s][0]).map((key) => [key, summary(measured[s].map((m) => m[key]))]),
  ),
}));
const header = ['server', 'first token ms', 'resident MB', 'of it anonymous MB', 'model file MB'];
const modelMegabytes = statSync(values.model).size / 1e6;
console.log(
  markdownTable(
    header,
    rows.map((row) => [
      row.target,
      spread(row.firstTokenMs),
      spread(row.residentMegabytes),
      spread(row.anonymousMegabytes),
      figure(modelMegabytes),
    ]),
  ),
);
saveJson(values.json, { benchmark: 'start', environment: environment(), settings: values, rows });
