#!/usr/bin/env node
// Time to first token of a short request while a neighbour's long prompt is read. See README.md, "Stall".
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { environment, readFlags, saveJson } from './lib/command.mjs';
import { counterDifference, engineCounters } from './lib/engine-metrics.mjs';
import { requestBody } from './lib/load.mjs';
import { complete } from './lib/request.mjs';
import { summary } from './lib/statistics.mjs';
import { figure, markdownTable, spread } from './lib/table.mjs';
import { openTargets, TARGET_FLAGS, TARGET_USAGE } from './lib/targets.mjs';

const USAGE = `usage: npm run bench:stall -- [flags]
${TARGET_USAGE}
  --rounds N                 after one that is not counted [7]
  --long N                   words of the neighbour's prompt [4000]
  --short N                  words of the short prompt [16]`;

const FLAGS = {
  ...TARGET_FLAGS,
  model: { type: 'string', default: 'bench/models/tiny-q8_0.gguf' },
  slots: { type: 'string', default: '4' },
  context: { type: 'string', default: '6144' },
  rounds: { type: 'string', default: '7' },
  long: { type: 'string', default: '4000' },
  short: { type: 'string', default: '16' },
};
/** One, so that a request ends with its first token and the counters around it hold the steps up to there. */
const TOKENS = 1;

function send(target, promptWords, seed, agent) {
  const body = requestBody({ promptWords, tokens: TOKENS, stream: true, extra: {} }, seed);
  return complete(target, body, agent);
}

/** Alone first, to know both times; then the short one, a third of the way through the long prompt. */
async function measureStall(target, { longWords, shortWords }, seed) {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  try {
    const shortAlone = await send(target, shortWords, seed, agent);
    const longAlone = await send(target, longWords, seed + 1, agent);
    const neighbour = send(target, longWords, seed + 2, agent);
    await sleep(longAlone.firstMs / 3);
    const before = await engineCounters(target.url);
    const short = await send(target, shortWords, seed + 3, agent);
    const engine = counterDifference(before, await engineCounters(target.url));
    const long = await neighbour;
    const stepMs = engine && (1000 * (engine.decodeSeconds + engine.overheadSeconds)) / engine.steps;
    return {
      shortAloneMs: shortAlone.firstMs,
      longAloneMs: longAlone.firstMs,
      shortMs: short.firstMs,
      longMs: long.firstMs,
      stepMs,
      steps: stepMs && short.firstMs / stepMs,
      countedSteps: engine?.steps,
      longTokens: long.promptTokens,
    };
  } finally {
    agent.destroy();
  }
}

function print(rows) {
  const header = [
    'server',
    'prompt',
    'short alone ms',
    'short beside long ms',
    'step ms',
    'in steps',
    'long alone ms',
    'long beside short ms',
  ];
  const body = rows.map((row) => [
    row.target,
    figure(row.longTokens.median),
    spread(row.shortAloneMs),
    spread(row.shortMs),
    spread(row.stepMs),
    spread(row.steps),
    spread(row.longAloneMs),
    spread(row.longMs),
  ]);
  console.log(markdownTable(header, body));
}

const values = readFlags(FLAGS, USAGE);
const { targets, stopAll } = await openTargets(values);
try {
  const words = { longWords: Number(values.long), shortWords: Number(values.short) };
  const measured = targets.map(() => []);
  for (let round = 0; round <= Number(values.rounds); round++) {
    for (const [t, target] of targets.entries()) {
      const result = await measureStall(target, words, round * 10 + 1);
      if (round > 0) measured[t].push(result);
    }
  }
  const rows = targets.map((target, t) => ({
    target: target.name,
    ...Object.fromEntries(
      Object.keys(measured[t][0]).map((key) => [key, summary(measured[t].map((m) => m[key]))]),
    ),
  }));
  print(rows);
  saveJson(values.json, { benchmark: 'stall', environment: environment(), settings: values, rows });
} finally {
  await stopAll();
}
