#!/usr/bin/env node
// Makes random-weight GGUF files for measurements. See README.md, "Models".
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { PRESETS, STANDARD_SET } from './gguf/presets.mjs';
import { TYPES } from './gguf/tensors.mjs';
import { writeGguf } from './gguf/write.mjs';

const USAGE = `usage: make-gguf.mjs                     the files of the benchmarks, in bench/models/
       make-gguf.mjs --preset ${Object.keys(PRESETS).join('|')}
         [--out FILE.gguf] [--type ${Object.keys(TYPES).join('|')}] [--vocab N] [--context N] [--layers N]
         [--seed N] [--name NAME] [--template FILE|none] [--force]`;

const OPTIONS = {
  preset: { type: 'string' },
  out: { type: 'string' },
  type: { type: 'string', default: 'Q4_0' },
  vocab: { type: 'string' },
  context: { type: 'string' },
  layers: { type: 'string' },
  seed: { type: 'string', default: '1' },
  name: { type: 'string' },
  template: { type: 'string' },
  force: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
};

function fail(message) {
  console.error(`${message}\n${USAGE}`);
  process.exit(2);
}

function wholeNumber(name, text) {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text))
    fail(`--${name} must be a whole number above 0, not ${JSON.stringify(text)}`);
  return Number(text);
}

function defaultPath({ preset, type, vocabulary }) {
  const size = vocabulary === undefined ? '' : `-v${vocabulary}`;
  return join(import.meta.dirname, 'models', `${preset}${size}-${type.toLowerCase()}.gguf`);
}

function make(path, { preset, type, vocabulary, context, layers, seed, name, template, force }) {
  if (!force && existsSync(path)) {
    console.error(`${path}: there already`);
    return;
  }
  mkdirSync(dirname(path), { recursive: true });
  const given = Object.entries({ vocabulary, context, layers }).filter(([, value]) => value !== undefined);
  const shape = { ...PRESETS[preset], ...Object.fromEntries(given) };
  const weights = writeGguf(path, { name: name ?? basename(path, '.gguf'), shape, type, seed, template });
  console.error(
    `${path}: ${(weights / 1e6).toFixed(1)} M weights, ${(statSync(path).size / 1e6).toFixed(1)} MB`,
  );
}

function readTemplate(value) {
  if (value === undefined) return undefined;
  return value === 'none' ? null : readFileSync(value, 'utf8');
}

function main() {
  let values;
  try {
    ({ values } = parseArgs({ options: OPTIONS }));
  } catch (error) {
    fail(error.message);
  }
  if (values.help) {
    console.log(USAGE);
    return;
  }
  if (values.preset === undefined) {
    for (const model of STANDARD_SET) make(defaultPath(model), { ...model, force: values.force });
    return;
  }
  if (!Object.hasOwn(PRESETS, values.preset)) fail(`there is no preset ${JSON.stringify(values.preset)}`);
  if (!Object.hasOwn(TYPES, values.type)) fail(`there is no type ${JSON.stringify(values.type)}`);
  const model = {
    ...values,
    vocabulary: wholeNumber('vocab', values.vocab),
    context: wholeNumber('context', values.context),
    layers: wholeNumber('layers', values.layers),
    seed: wholeNumber('seed', values.seed),
    template: readTemplate(values.template),
  };
  make(values.out ?? defaultPath(model), model);
}

main();
