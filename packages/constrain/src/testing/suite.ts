import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { compile } from '../compile.ts';
import { ConstraintError } from '../errors.ts';
import type { Grammar } from '../grammar.ts';
import type { CompileOptions } from '../options.ts';
import type { Draft } from '../schema/dialect.ts';
import { accepts } from './texts.ts';
import { smallVocabulary } from './vocabulary.ts';

export const SUITE_DRAFTS = ['draft4', 'draft6', 'draft7', 'draft2019-09', 'draft2020-12'] as const;
export type SuiteDraft = (typeof SUITE_DRAFTS)[number];

/** `data` and `spelled` are the same value: as JSON.stringify writes it, and with the numbers as the suite spells them. */
export type SuiteTest = { description: string; valid: boolean; data: string; spelled: string };
/** `file`: the path within the draft's folder, without its ending. */
export type SuiteGroup = { file: string; description: string; schema: unknown; tests: SuiteTest[] };

/** Tests of a group by outcome; `wrong` says how. */
export type SuiteOutcome = { passed: number; refused: number; wrong: string[]; reason: string };

type Packed = Record<string, { description: string; schema: unknown; tests: PackedTest[] }[]>;
type PackedTest = { description: string; data: unknown; valid: boolean };

/** Optional files whose cases cannot be put to this package, and why. */
export const LEFT_OUT: ReadonlyMap<string, string> = new Map([
  ['optional/bignum', 'numbers have at most 30 digits before the point'],
  ['optional/float-overflow', 'numbers have at most 30 digits before the point'],
  ['optional/content', 'contentEncoding and contentMediaType are annotations'],
  ['optional/zeroTerminatedFloats', '1.0 and 1 are one value'],
]);

/** The official suite's cases of one draft. */
export function readSuite(draft: SuiteDraft): SuiteGroup[] {
  const path = new URL(`../../test-suite/${draft}.json.br`, import.meta.url);
  const text = brotliDecompressSync(readFileSync(path)).toString('utf8');
  const { files } = JSON.parse(text) as { files: Packed };
  const { files: spelled } = JSON.parse(text, keepSpelling) as { files: Packed };
  const kept = Object.entries(files).filter(([file]) => !LEFT_OUT.has(file));
  return kept.flatMap(([file, groups]) =>
    groups.map((group, g) => ({
      file,
      description: group.description,
      schema: group.schema,
      tests: group.tests.map(({ description, valid, data }, t) => ({
        description,
        valid,
        data: JSON.stringify(data),
        spelled: JSON.stringify(spelled[file]![g]!.tests[t]!.data),
      })),
    })),
  );
}

/** `JSON.rawJSON` and the reviver's third argument are newer than the type library. */
const { rawJSON } = JSON as unknown as { rawJSON: (text: string) => unknown };

function keepSpelling(this: unknown, _key: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number' && context?.source ? rawJSON(context.source) : value;
}

/**
 * A schema that cannot be enforced, or costs too much, refuses all of its tests. Of the others, every valid instance is
 * taken byte by byte and complete at its end, and no invalid one is, however its numbers are spelled.
 */
export function judgeGroup(group: SuiteGroup, options: CompileOptions): SuiteOutcome {
  const vocabulary = smallVocabulary();
  const outcome: SuiteOutcome = { passed: 0, refused: 0, wrong: [], reason: '' };
  try {
    const grammar = compiled(group.schema, options);
    for (const test of group.tests) {
      const takes = (text: string) => grammar !== null && accepts(grammar, vocabulary, text);
      const taken = takes(test.data);
      const well = taken === test.valid && (test.valid || !takes(test.spelled));
      if (well) outcome.passed++;
      else outcome.wrong.push(`${test.valid ? 'refuses' : 'takes'} ${test.spelled} (${test.description})`);
    }
    return outcome;
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error;
    const all = group.tests.length;
    const refused = error.kind !== 'invalid';
    const wrong = refused ? [] : group.tests.map(() => error.message);
    return { passed: 0, refused: refused ? all : 0, wrong, reason: `${error.kind}: ${error.message}` };
  }
}

/** Null for a schema that no value satisfies. */
function compiled(jsonSchema: unknown, options: CompileOptions): Grammar | null {
  try {
    return compile({ jsonSchema }, options);
  } catch (error) {
    if (error instanceof ConstraintError && error.message.startsWith('No value can satisfy')) return null;
    throw error;
  }
}

/** How the suite means its cases: by their draft, with formats enforced where formats are what is tested. */
export function suiteOptions(draft: SuiteDraft, file: string): CompileOptions {
  return { draft: DRAFTS[draft], formats: file.startsWith('optional/format/') ? 'standard' : 'annotation' };
}

const DRAFTS = {
  draft4: '4',
  draft6: '6',
  draft7: '7',
  'draft2019-09': '2019-09',
  'draft2020-12': '2020-12',
} as const satisfies Record<SuiteDraft, Draft>;
