#!/usr/bin/env node
// How long running streams wait while a schema is admitted that takes long to compile. See README.md, "Structured outputs".
import { environment, readFlags, saveJson } from './lib/command.mjs';
import { wideSchema } from './lib/forms.mjs';
import { summary } from './lib/statistics.mjs';
import { longestGaps } from './lib/stream-gaps.mjs';
import { figure, markdownTable, spread } from './lib/table.mjs';
import { openTargets, TARGET_FLAGS, TARGET_USAGE } from './lib/targets.mjs';

const USAGE = `usage: npm run bench:structured-stall -- [flags]
${TARGET_USAGE}
  --streams N                running beside the schema [7]
  --rounds N                 after one that is not counted [7]
  --fields N                 of the schema [1000]`;

const FLAGS = {
  ...TARGET_FLAGS,
  model: { type: 'string', default: 'bench/models/tiny-q8_0.gguf' },
  slots: { type: 'string', default: '8' },
  context: { type: 'string', default: '6144' },
  streams: { type: 'string', default: '7' },
  rounds: { type: 'string', default: '7' },
  fields: { type: 'string', default: '1000' },
};

function print(rows) {
  const header = [
    'server',
    'undisturbed ms',
    'beside a refused schema ms',
    'beside the schema ms',
    'its answer ms',
  ];
  const body = rows.map((row) => [
    row.target,
    spread(row.aloneMs),
    spread(row.refusedMs),
    spread(row.besideMs),
    figure(row.answerMs.median),
  ]);
  console.log(markdownTable(header, body));
}

const values = readFlags(FLAGS, USAGE);
const { targets, stopAll } = await openTargets(values);
try {
  const measured = targets.map(() => []);
  for (let round = 0; round <= Number(values.rounds); round++) {
    for (const [t, target] of targets.entries()) {
      const schema = wideSchema(Number(values.fields), round);
      const gaps = await longestGaps(target, { streams: Number(values.streams), schema, round });
      if (round > 0) measured[t].push(gaps);
    }
  }
  const rows = targets.map(({ name }, t) => ({
    target: name,
    ...Object.fromEntries(
      Object.keys(measured[t][0]).map((key) => [key, summary(measured[t].map((m) => m[key]))]),
    ),
  }));
  print(rows);
  saveJson(values.json, {
    benchmark: 'structured-stall',
    environment: environment(),
    settings: values,
    rows,
  });
  const [first] = rows;
  console.log(JSON.stringify({ gapMs: { alone: first.aloneMs.median, beside: first.besideMs.median } }));
} finally {
  await stopAll();
}
