/**
 * JSON round trips and SSE chunks per second of the server's CPU time, for each candidate HTTP layer.
 * CPU time, not wall time: the load generator shares the machine. Rounds are interleaved, medians reported.
 *
 *   npm run bench:http [-- --rounds 7 --seconds 3 --connections 16]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { CHUNKS, ROUTE } from './workload.mjs';

const CANDIDATES = ['node-http', 'fastify', 'fastify-raw', 'hono'];
const KINDS = ['json', 'sse'];

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '16' },
  },
});
const rounds = Number(values.rounds);
const duration = Number(values.seconds);
const connections = Number(values.connections);

async function start(name) {
  const child = fork(new URL(`servers/${name}.mjs`, import.meta.url));
  const [{ port }] = await once(child, 'message');
  return { name, child, url: `http://127.0.0.1:${port}${ROUTE}` };
}

async function cpuSeconds(child) {
  child.send('cpu');
  const [{ cpu }] = await once(child, 'message');
  return (cpu.user + cpu.system) / 1e6;
}

/** Units per CPU second: answers for `json`, chunks for `sse`. */
async function measure({ child, url }, kind, seconds) {
  const body = JSON.stringify({
    model: 'parley-tiny',
    stream: kind === 'sse',
    messages: [{ role: 'user', content: 'Tell me something about the sea. '.repeat(8) }],
    temperature: 0.7,
  });
  const before = await cpuSeconds(child);
  const result = await autocannon({
    url,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    connections,
    duration: seconds,
  });
  const used = (await cpuSeconds(child)) - before;
  if (result.non2xx + result.errors > 0) throw new Error(`${url}: ${result.non2xx + result.errors} failures`);
  return (result['2xx'] * (kind === 'sse' ? CHUNKS : 1)) / used;
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

const servers = await Promise.all(CANDIDATES.map(start));
const results = new Map(CANDIDATES.map((name) => [name, { json: [], sse: [] }]));
try {
  for (const server of servers) for (const kind of KINDS) await measure(server, kind, 1);
  for (let round = 0; round < rounds; round++) {
    // Each round begins with another candidate, so that none always runs behind the same neighbour.
    for (let i = 0; i < servers.length; i++) {
      const server = servers[(i + round) % servers.length];
      for (const kind of KINDS) results.get(server.name)[kind].push(await measure(server, kind, duration));
    }
  }
} finally {
  for (const { child } of servers) child.kill();
}

console.log(`${cpus()[0].model}, ${availableParallelism()} cores, node ${process.version}`);
console.log(
  `${rounds} interleaved rounds of ${duration} s, ${connections} connections, medians per CPU second\n`,
);
const base = results.get('node-http');
console.log('| layer | JSON round trips | of node:http | SSE chunks | of node:http |\n|---|---|---|---|---|');
for (const [name, { json, sse }] of results) {
  const cell = (list, reference) =>
    `${Math.round(median(list))} | ${(median(list) / median(reference)).toFixed(2)}`;
  console.log(`| ${name} | ${cell(json, base.json)} | ${cell(sse, base.sse)} |`);
}
