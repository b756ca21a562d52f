import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Fuel } from '../errors.ts';
import { RePool } from '../regex/pool.ts';
import { compareDecimals, decimalOf, decimalText, isMultiple, leastCommonMultiple } from './decimal.ts';
import { allowsNumber } from './intersect.ts';
import { type NumberState, NumberStates } from './number-state.ts';
import { type NumberShape, numberShape } from './shape.ts';

const fuel = () => new Fuel(50_000_000, 'The test');

function reads(start: NumberState, text: string): boolean {
  let at: NumberState | null = start;
  for (const c of text) at = at?.step(c.charCodeAt(0)) ?? null;
  return at?.accepting ?? false;
}

/** Whether every state within a few digits leads to an end. */
function deadEnds(start: NumberState, depth: number): number {
  let found = 0;
  let layer = new Set([start]);
  for (let i = 0; i < depth; i++) {
    const next = new Set<NumberState>();
    for (const state of layer) {
      const out = [...'0123456789-.'].map((c) => state.step(c.charCodeAt(0))).filter((s) => s !== null);
      if (out.length === 0 && !state.accepting) found++;
      for (const s of out) next.add(s);
    }
    layer = next;
  }
  return found;
}

const bound = fc.option(
  fc.record({ value: fc.integer({ min: -300, max: 300 }), places: fc.nat(2), inclusive: fc.boolean() }),
);
const shapes = fc
  .record({
    low: bound,
    high: bound,
    step: fc.option(fc.constantFrom(1, 2, 7, 0.5, 0.25, 10, 0.1)),
    notSteps: fc.subarray([1, 3, 0.5], { maxLength: 1 }),
    excluded: fc.subarray([0, 1, 2.5, -3], { maxLength: 2 }),
  })
  .map(({ low, high, step, notSteps, excluded }): NumberShape => {
    const limit = (b: { value: number; places: number; inclusive: boolean } | null) =>
      b && { value: decimalOf(Number((b.value / 10 ** b.places).toFixed(b.places))), inclusive: b.inclusive };
    return numberShape({
      low: limit(low),
      high: limit(high),
      step: step === null ? null : decimalOf(step),
      notSteps: notSteps.map(decimalOf),
      excluded: excluded.map(decimalOf),
    });
  });

test('texts of numbers agree with arithmetic, and every digit that is allowed leads to a number', () => {
  const texts = fc
    .tuple(fc.boolean(), fc.nat(400), fc.nat(999), fc.nat(3))
    .map(([minus, whole, fraction, places]) => {
      const tail = places > 0 ? `.${String(fraction).padStart(3, '0').slice(0, places)}` : '';
      return `${minus ? '-' : ''}${whole}${tail}`;
    });
  fc.assert(
    fc.property(shapes, fc.array(texts, { minLength: 20, maxLength: 20 }), (shape, list) => {
      const states = new NumberStates(new RePool(fuel()), fuel());
      const live = states.live(shape);
      const start = states.start(shape);
      if (live) assert.equal(deadEnds(start, 4), 0, shape.key);
      for (const text of list) {
        const value = decimalOf(Number(text));
        const written =
          text.includes('.') && shape.step ? decimalText(value).replace('-0', '0') === text : true;
        const got = live && reads(start, text);
        if (got || written) assert.equal(got, allowsNumber(shape, value), `${shape.key} on ${text}`);
      }
    }),
    { numRuns: 300, seed: 5 },
  );
});

test('equal futures are one state, whatever the size of the bounds', () => {
  const states = new NumberStates(new RePool(fuel()), fuel());
  const start = states.start(
    numberShape({ low: { value: decimalOf(1e15), inclusive: true }, step: decimalOf(1) }),
  );
  assert.equal(start.step(0x32), start.step(0x33));
  assert.ok(reads(start, '1000000000000000') && !reads(start, '999999999999999'));
});

test('listed numbers may be written in both of their usual forms', () => {
  const states = new NumberStates(new RePool(fuel()), fuel());
  const start = states.start(numberShape({ values: [1e21, 0.5, -3].map(decimalOf) }));
  for (const text of ['1e+21', '1000000000000000000000', '0.5', '-3']) assert.ok(reads(start, text), text);
  assert.ok(!reads(start, '5') && !reads(start, '1e21'));
});

test('decimals are exact', () => {
  assert.equal(decimalText(decimalOf(1e-7)), '0.0000001');
  assert.equal(decimalText(decimalOf(-12.5)), '-12.5');
  assert.ok(isMultiple(decimalOf(0.07), decimalOf(0.01)));
  assert.equal(compareDecimals(decimalOf(0.1), decimalOf(0.10001)), -1);
  assert.equal(decimalText(leastCommonMultiple(decimalOf(0.5), decimalOf(0.75))), '1.5');
  assert.throws(() => decimalOf(Number.POSITIVE_INFINITY), RangeError);
});
