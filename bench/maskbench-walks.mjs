// Random walks through masks, over the schemas of a MaskBench file: whatever a walk completes must be valid for ajv,
// and no mask may be empty before the text may end.
//
//   node --conditions=source bench/maskbench-walks.mjs <file> [--walks n] [--every n] [--list]
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { brotliDecompressSync } from 'node:zlib';
import { ConstraintError, compile } from '@parley/constrain';
import { seeded, walk } from '../packages/constrain/src/testing/texts.ts';
import { smallVocabulary } from '../packages/constrain/src/testing/vocabulary.ts';

const require = createRequire(new URL('../packages/constrain/package.json', import.meta.url));
const { default: Ajv } = require('ajv');
const { default: Ajv2020 } = require('ajv/dist/2020.js');
const { default: addFormats } = require('ajv-formats');

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    walks: { type: 'string', default: '4' },
    every: { type: 'string', default: '1' },
    list: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});

// The formats of the specification; ajv-formats has others besides, which are annotations here.
const STANDARD_FORMATS = [
  'date',
  'time',
  'date-time',
  'duration',
  'uri',
  'uri-reference',
  'uri-template',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'regex',
  'uuid',
  'json-pointer',
  'relative-json-pointer',
];

function validator(schema) {
  const { $schema, ...rest } = schema;
  for (const Class of [Ajv, Ajv2020]) {
    try {
      const settings = { strict: false, logger: false, multipleOfPrecision: 9, allowUnionTypes: true };
      return addFormats(new Class(settings), STANDARD_FORMATS).compile(rest);
    } catch {
      // The next dialect, or no verdict.
    }
  }
  return null;
}

const vocabulary = smallVocabulary();
const counts = { schemas: 0, refused: 0, unjudged: 0, walks: 0, unfinished: 0, deadEnds: 0, violations: 0 };
const raw = readFileSync(positionals[0]);
const lines = (positionals[0].endsWith('.br') ? brotliDecompressSync(raw) : raw).toString('utf8').split('\n');
for (const [index, line] of lines.entries()) {
  if (line === '' || index % Number(options.every) !== 0) continue;
  const { id, schema } = JSON.parse(line);
  if (options.only && options.only !== id) continue;
  counts.schemas++;
  const validate = validator(schema);
  if (!validate) counts.unjudged++;
  try {
    // In any order a walk seldom finds the names that an open object requires, so most walks keep the declared one.
    const grammars = [false, true].map((declaredOrder) => compile({ jsonSchema: schema }, { declaredOrder }));
    for (let seed = 0; seed < Number(options.walks); seed++) {
      const { bytes, complete, deadEnd } = walk(
        grammars[seed % 4 === 0 ? 0 : 1].start(vocabulary),
        vocabulary,
        seeded(seed + 1),
      );
      counts.walks++;
      if (deadEnd) counts.deadEnds++;
      else if (!complete) counts.unfinished++;
      const text = new TextDecoder('utf-8', { fatal: false }).decode(bytes);
      if (deadEnd && options.list) console.log(`${id}: dead end after ${text}`);
      if (!complete || !validate || validate(JSON.parse(text))) continue;
      counts.violations++;
      if (options.list)
        console.log(`${id}: ${JSON.stringify(validate.errors[0]).slice(0, 300)} in ${text.slice(0, 300)}`);
    }
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error;
    counts.refused++;
  }
}
console.log(JSON.stringify(counts));
