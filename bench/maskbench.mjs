// MaskBench: how many real schemas compile, accept every valid instance token by token and refuse every invalid one,
// and how long compiles and masks take. The data are lines of {id, schema, tests: [{valid, data, description}]},
// plain or compressed with brotli.
//
//   npm run bench:maskbench -- <file> [--ranks o200k_base] [--every n] [--list]
import { createReadStream } from 'node:fs';
import { parseArgs } from 'node:util';
import { createBrotliDecompress } from 'node:zlib';
import { ConstraintError, compile, Vocabulary } from '@parley/constrain';
import { loadRanks } from './lib/tiktoken.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    ranks: { type: 'string', default: 'cl100k_base' },
    every: { type: 'string', default: '1' },
    list: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});
if (positionals.length !== 1) {
  console.error('usage: npm run bench:maskbench -- <file> [--ranks name] [--every n] [--only id] [--list]');
  process.exit(2);
}

/** Lines end with a line feed and nothing else; readline would also split at the separators that JSON may contain. */
async function* lines(path) {
  const file = createReadStream(path);
  let parts = [];
  for await (const chunk of path.endsWith('.br') ? file.pipe(createBrotliDecompress()) : file) {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      yield Buffer.concat([...parts, chunk.subarray(from, end)]).toString('utf8');
      parts = [];
      from = end + 1;
    }
    parts.push(chunk.subarray(from));
  }
  const last = Buffer.concat(parts).toString('utf8');
  if (last !== '') yield last;
}

const { tokens, endOfText, encode } = loadRanks(options.ranks);
const started = performance.now();
const vocabulary = Vocabulary.from(tokens, { endOfText: [endOfText] });
console.log(
  `vocabulary: ${options.ranks}, ${tokens.length} tokens, ${Math.round(performance.now() - started)} ms`,
);

const micros = (from) => (performance.now() - from) * 1000;
const has = (mask, id) => (mask[id >> 5] & (1 << (id & 31))) !== 0;

/** Whether each token of the instance is in its mask and the end of the text in the last one. */
function accepts(grammar, data, maskTimes) {
  const state = grammar.start(vocabulary);
  for (const id of [...encode(JSON.stringify(data)), endOfText]) {
    const from = performance.now();
    const mask = state.mask();
    maskTimes.push(micros(from));
    const allowed = has(mask, id);
    if (state.advance(id) !== allowed) throw new Error(`the mask and advance disagree on token ${id}`);
    if (!allowed) return false;
  }
  return true;
}

function judge({ schema, tests }, times) {
  const from = performance.now();
  let grammar;
  try {
    grammar = compile({ jsonSchema: schema });
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error;
    return { error };
  } finally {
    times.compile.push(micros(from));
  }
  const outcome = { validRejected: 0, invalidAccepted: 0, why: '' };
  for (const test of tests) {
    let accepted;
    try {
      accepted = accepts(grammar, test.data, times.mask);
    } catch (error) {
      if (error instanceof ConstraintError) return { error };
      throw error;
    }
    if (accepted === test.valid) continue;
    if (test.valid) outcome.validRejected++;
    else outcome.invalidAccepted++;
    outcome.why ||= `${test.valid ? 'valid' : 'invalid'}: ${test.description ?? ''} ${JSON.stringify(test.data).slice(0, 200)}`;
  }
  return outcome;
}

function quantiles(times) {
  const sorted = Float64Array.from(times).sort();
  const at = (q) =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0) * 10) / 10;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

const times = { compile: [], mask: [] };
const result = { schemas: 0, passing: 0, compileErrors: 0, validRejected: 0, invalidAccepted: 0 };
const errors = new Map();
let slowest = { id: '', ms: 0 };
let index = 0;
for await (const line of lines(positionals[0])) {
  if (index++ % Number(options.every) !== 0) continue;
  const entry = JSON.parse(line);
  if (options.only && entry.id !== options.only) continue;
  result.schemas++;
  const from = performance.now();
  const { error, validRejected, invalidAccepted, why } = judge(entry, times);
  const ms = performance.now() - from;
  if (ms > slowest.ms) slowest = { id: entry.id, ms: Math.round(ms) };
  if (error) {
    result.compileErrors++;
    const key = `${error.kind} ${error.keyword}`;
    errors.set(key, (errors.get(key) ?? 0) + 1);
    if (options.list)
      console.log(`${entry.id}: ${error.kind} (${entry.tests.length} tests): ${error.message}`);
  } else if (validRejected + invalidAccepted === 0) result.passing++;
  else {
    if (validRejected > 0) result.validRejected++;
    if (invalidAccepted > 0) result.invalidAccepted++;
    if (options.list) console.log(`${entry.id}: ${why}`);
  }
}

result.compileUs = quantiles(times.compile);
result.maskUs = quantiles(times.mask);
result.rssMb = Math.round(process.memoryUsage.rss() / 2 ** 20);
console.log(`passing ${result.passing} of ${result.schemas}; masks computed: ${times.mask.length}`);
console.log(`compile errors ${result.compileErrors}`);
for (const [key, count] of [...errors].sort((a, b) => b[1] - a[1])) console.log(`  ${count} ${key}`);
console.log(`valid rejected ${result.validRejected}, invalid accepted ${result.invalidAccepted} (schemas)`);
console.log(`slowest schema with all its tests: ${slowest.id}, ${slowest.ms} ms`);
console.log(JSON.stringify(result));
