#!/usr/bin/env node
// What structured outputs cost: the same number of tokens with a form and without. See README.md, "Structured outputs".
import { Agent } from 'node:http';
import { environment, readFlags, saveJson } from './lib/command.mjs';
import { counterDifference, engineCounters } from './lib/engine-metrics.mjs';
import { EXTRACTION, longSchema, responseFormat } from './lib/forms.mjs';
import { requestBody } from './lib/load.mjs';
import { complete } from './lib/request.mjs';
import { summary } from './lib/statistics.mjs';
import { figure, markdownTable, spread } from './lib/table.mjs';
import { openTargets, TARGET_FLAGS, TARGET_USAGE } from './lib/targets.mjs';

const USAGE = `usage: npm run bench:structured -- [flags]
${TARGET_USAGE}
  --concurrent N             requests at a time [8]
  --rounds N                 after one that is not counted [12]
  --prompt N                 words of the prompt [32]
  --tokens N                 tokens of each long answer [128]
  --requests N               requests in a round for each concurrent one [2]
  --body JSON                more parameters, as {"temperature":0}`;

const FLAGS = {
  ...TARGET_FLAGS,
  concurrent: { type: 'string', default: '8' },
  rounds: { type: 'string', default: '12' },
  prompt: { type: 'string', default: '32' },
  tokens: { type: 'string', default: '128' },
  requests: { type: 'string', default: '2' },
  body: { type: 'string', default: '{"temperature":0.8}' },
};

/** Sends the bodies, so many at a time; returns rates, and the number of tokens of each answer. */
async function send(target, bodies, concurrent, options) {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrent });
  const before = await engineCounters(target.url);
  const tokens = new Array(bodies.length);
  let next = 0;
  const client = async () => {
    for (let i = next++; i < bodies.length; i = next++) {
      tokens[i] = (await complete(target, bodies[i], agent, options)).tokens;
    }
  };
  const started = performance.now();
  try {
    await Promise.all(Array.from({ length: concurrent }, client));
  } finally {
    agent.destroy();
  }
  const seconds = (performance.now() - started) / 1000;
  const engine = counterDifference(before, await engineCounters(target.url));
  const sum = tokens.reduce((a, b) => a + b, 0);
  return {
    tokens,
    tokensPerSecond: sum / seconds,
    overheadMicroseconds: engine && (engine.overheadSeconds * 1e6) / sum,
    decodeMicroseconds: engine && (engine.decodeSeconds * 1e6) / sum,
  };
}

/** Runs a pair in either order; the ratio of the second to the first. */
async function pair(free, formed, formedFirst) {
  const runs = { free: undefined, formed: undefined };
  for (const name of formedFirst ? ['formed', 'free'] : ['free', 'formed']) {
    runs[name] = await (name === 'free' ? free : formed)();
  }
  return { ...runs, ratio: runs.formed.tokensPerSecond / runs.free.tokensPerSecond };
}

async function measure(target, settings, round) {
  const { concurrent, requests, words, tokens, extra } = settings;
  const bodies = (change, length = () => tokens) =>
    Array.from({ length: concurrent * requests }, (_, i) => {
      const seed = round * 10_007 + i;
      const shape = {
        promptWords: words,
        tokens: length(i),
        stream: true,
        extra: { ...extra, seed, ...change },
      };
      return requestBody(shape, seed);
    });
  const long = { ...responseFormat(longSchema(tokens)), ignore_eos: undefined };
  const longPair = await pair(
    () => send(target, bodies({}), concurrent),
    () => send(target, bodies(long), concurrent),
    round % 2 === 1,
  );
  // Each free answer has as many tokens as the formed one of the same number, so these come first once.
  const small = { ...responseFormat(EXTRACTION), ignore_eos: undefined };
  const lengths = (await send(target, bodies(small), concurrent, { mayEnd: true })).tokens;
  const smallPair = await pair(
    () =>
      send(
        target,
        bodies({}, (i) => lengths[i]),
        concurrent,
      ),
    () => send(target, bodies(small), concurrent, { mayEnd: true }),
    round % 2 === 0,
  );
  return { long: longPair, small: smallPair };
}

function summarise(rounds, name) {
  const of = (side, key) => summary(rounds.map((round) => round[name][side][key]));
  const side = (which) => ({
    tokensPerSecond: of(which, 'tokensPerSecond'),
    overheadMicroseconds: of(which, 'overheadMicroseconds'),
    decodeMicroseconds: of(which, 'decodeMicroseconds'),
  });
  const lengths = rounds.flatMap((round) => round[name].formed.tokens);
  return {
    answer: name,
    tokens: summary(lengths),
    free: side('free'),
    formed: side('formed'),
    ratio: summary(rounds.map((round) => round[name].ratio)),
  };
}

function printRates(rows) {
  const header = ['server', 'answer', 'tokens', 'free tokens/s', 'formed tokens/s', 'ratio'];
  const more = ['around the model us/token', 'in it us/token'];
  const both = (row, key) => `${figure(row.free[key]?.median)} -> ${figure(row.formed[key]?.median)}`;
  const body = rows.map((row) => [
    row.target,
    row.answer,
    figure(row.tokens.median),
    spread(row.free.tokensPerSecond),
    spread(row.formed.tokensPerSecond),
    spread(row.ratio),
    both(row, 'overheadMicroseconds'),
    both(row, 'decodeMicroseconds'),
  ]);
  console.log(markdownTable([...header, ...more], body));
}

const values = readFlags(FLAGS, USAGE);
const settings = {
  concurrent: Number(values.concurrent),
  requests: Number(values.requests),
  words: Number(values.prompt),
  tokens: Number(values.tokens),
  extra: JSON.parse(values.body),
};
const { targets, stopAll } = await openTargets(values);
try {
  const rates = targets.map(() => []);
  for (let round = 0; round <= Number(values.rounds); round++) {
    for (const [t, target] of targets.entries()) {
      const measured = await measure(target, settings, round);
      if (round > 0) rates[t].push(measured);
    }
  }
  const rows = targets.flatMap(({ name }, t) =>
    ['long', 'small'].map((answer) => ({ target: name, ...summarise(rates[t], answer) })),
  );
  printRates(rows);
  saveJson(values.json, { benchmark: 'structured', environment: environment(), settings: values, rows });
  const [long, small] = rows;
  console.log(
    JSON.stringify({
      longRatio: long.ratio.median,
      smallRatio: small.ratio.median,
      overheadUs: {
        free: long.free.overheadMicroseconds?.median,
        formed: long.formed.overheadMicroseconds?.median,
      },
      decodeUs: {
        free: long.free.decodeMicroseconds?.median,
        formed: long.formed.decodeMicroseconds?.median,
      },
    }),
  );
} finally {
  await stopAll();
}
