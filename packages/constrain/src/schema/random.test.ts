import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { compile } from '../compile.ts';
import { ConstraintError } from '../errors.ts';
import type { Grammar } from '../grammar.ts';
import { randomSchema, randomValue } from '../testing/random-schema.ts';
import { accepts, seeded, walk } from '../testing/texts.ts';
import { smallVocabulary } from '../testing/vocabulary.ts';

const RUNS = Number(process.env.CONSTRAIN_RUNS ?? 300);
const SEED = Number(process.env.CONSTRAIN_SEED ?? 11);

/** ajv's verdict; undefined where the program that ajv 8.20 makes of a schema throws, as for some nested branches. */
function judge(schema: object | boolean): (value: unknown) => boolean | undefined {
  const validate = new Ajv2020({ strict: false, logger: false }).compile(schema);
  return (value) => {
    try {
      return validate(value);
    } catch (error) {
      if (error instanceof TypeError) return undefined;
      throw error;
    }
  };
}

function compiled(schema: unknown, declaredOrder = false): Grammar | ConstraintError {
  try {
    return compile({ jsonSchema: schema }, { declaredOrder });
  } catch (error) {
    if (error instanceof ConstraintError) return error;
    throw error;
  }
}

test('random schemas: the same values as ajv, no dead ends, and walks that ajv accepts', () => {
  const vocabulary = smallVocabulary();
  const outcome = { judged: 0, empty: 0, refused: 0, walked: 0 };
  const property = fc.property(fc.integer(), (seed) => {
    const random = seeded(seed);
    const schema = randomSchema(random);
    const text = JSON.stringify(schema);
    const validate = judge(schema);
    const values = Array.from({ length: 15 }, () => randomValue(random));
    const grammar = compiled(schema);
    if (grammar instanceof ConstraintError) {
      const empty = grammar.message.startsWith('No value');
      for (const v of empty ? values : []) assert.notEqual(validate(v), true, `${text} is called empty`);
      outcome[empty ? 'empty' : 'refused']++;
      return;
    }
    outcome.judged++;
    for (const v of values) {
      const written = JSON.stringify(v);
      const verdict = validate(v);
      if (verdict === undefined) continue;
      assert.equal(accepts(grammar, vocabulary, written), verdict, `${text} on ${written}`);
    }
    const ordered = compiled(schema, true);
    for (const each of [grammar, ordered]) {
      if (each instanceof ConstraintError) continue;
      const { bytes, complete, deadEnd } = walk(each.start(vocabulary), vocabulary, random, 15);
      const walked = new TextDecoder().decode(bytes);
      assert.ok(!deadEnd, `${text} ends dead after ${walked}`);
      if (!complete) continue;
      outcome.walked++;
      assert.notEqual(validate(JSON.parse(walked)), false, `${text} allows ${walked}`);
    }
  });
  fc.assert(property, { numRuns: RUNS, seed: SEED, endOnFailure: true });
  assert.ok(outcome.judged > RUNS / 2 && outcome.walked > RUNS / 4, JSON.stringify(outcome));
  assert.ok(outcome.refused < RUNS / 10, JSON.stringify(outcome));
});
