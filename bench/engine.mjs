#!/usr/bin/env node
// Tokens per second and time to first token, side by side. See README.md, "Engine".
import { environment, numberList, readFlags, saveJson } from './lib/command.mjs';
import { measureRound } from './lib/load.mjs';
import { summary } from './lib/statistics.mjs';
import { figure, markdownTable, spread } from './lib/table.mjs';
import { openTargets, TARGET_FLAGS, TARGET_USAGE } from './lib/targets.mjs';

const USAGE = `usage: npm run bench:engine -- [flags]
${TARGET_USAGE}
  --concurrent 1,8,16        requests at a time
  --mode stream,whole        kinds of answers
  --rounds N                 after one that is not counted [5]
  --prompt N                 words of the prompt, about as many tokens [32]
  --tokens N                 tokens of each answer [128]
  --requests N               requests in a round for each concurrent one [2]
  --body JSON                more parameters, as {"temperature":0.8,"logprobs":true}`;

const FLAGS = {
  ...TARGET_FLAGS,
  concurrent: { type: 'string', default: '1,8,16' },
  mode: { type: 'string', default: 'stream,whole' },
  rounds: { type: 'string', default: '5' },
  prompt: { type: 'string', default: '32' },
  tokens: { type: 'string', default: '128' },
  requests: { type: 'string', default: '2' },
  body: { type: 'string', default: '{}' },
};

function cellsOf(values) {
  return values.mode.split(',').flatMap((mode) =>
    numberList('concurrent', values.concurrent).map((concurrent) => ({
      concurrent,
      requests: concurrent * Number(values.requests),
      stream: mode === 'stream',
      promptWords: Number(values.prompt),
      tokens: Number(values.tokens),
      extra: JSON.parse(values.body),
    })),
  );
}

function showProgress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

/** Every round runs every cell on every target in turn, so that slow times of the machine hit all alike. */
async function runRounds(targets, cells, rounds) {
  const results = cells.map((cell) => ({ cell, rounds: targets.map(() => []) }));
  for (let round = 0; round <= rounds; round++) {
    for (const [c, result] of results.entries()) {
      for (const [t, target] of targets.entries()) {
        const measured = await measureRound(target, result.cell, round * 100 + c);
        if (round > 0) result.rounds[t].push(measured);
        showProgress(`round ${round}/${rounds}, cell ${c + 1}/${cells.length}, ${target.name}`);
      }
    }
  }
  showProgress('');
  return results;
}

function summarise(rounds) {
  return Object.fromEntries(
    Object.keys(rounds[0]).map((key) => [key, summary(rounds.map((round) => round[key]))]),
  );
}

/** One row a target and cell. Ratios are medians of the rounds' ratios to the first target. */
function report(targets, results) {
  return results.flatMap(({ cell, rounds }) =>
    targets.map((target, t) => ({
      mode: cell.stream ? 'stream' : 'whole',
      concurrent: cell.concurrent,
      target: target.name,
      ...summarise(rounds[t]),
      ratio: summary(rounds[t].map((round, i) => round.tokensPerSecond / rounds[0][i].tokensPerSecond)),
    })),
  );
}

const percent = (summary) => (summary === undefined ? '-' : `${figure(summary.median * 100)} %`);

function print(rows) {
  const header = [
    'mode',
    'at once',
    'server',
    'tokens/s',
    'ratio',
    'first ms',
    'first p99',
    'CPU us/token',
    'outside decode',
    'us/token',
    'generator',
  ];
  const body = rows.map((row) => [
    row.mode,
    String(row.concurrent),
    row.target,
    spread(row.tokensPerSecond),
    figure(row.ratio.median),
    spread(row.firstMs),
    figure(row.firstMs99?.median),
    figure(row.cpuMicrosecondsPerToken?.median),
    percent(row.overheadShare),
    figure(row.overheadMicrosecondsPerToken?.median),
    percent(row.generatorShare),
  ]);
  console.log(markdownTable(header, body));
  for (const row of rows.filter(({ resent }) => resent.median > 0)) {
    const at = `${row.mode}, ${row.concurrent} at once`;
    console.log(
      `${row.target} hung up without an answer on ${figure(row.resent.median)} requests a round (${at}); they were sent again.`,
    );
  }
}

const values = readFlags(FLAGS, USAGE);
const { targets, stopAll } = await openTargets(values);
try {
  const results = await runRounds(targets, cellsOf(values), Number(values.rounds));
  const rows = report(targets, results);
  print(rows);
  saveJson(values.json, { benchmark: 'engine', environment: environment(), settings: values, rows });
} finally {
  await stopAll();
}
