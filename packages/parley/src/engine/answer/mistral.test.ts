import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCases } from './conformance.fixture.ts';
import { mistralArgsSuite, mistralSuite } from './mistral.fixture.ts';
import { mistral, mistralArgs } from './mistral.ts';
import { seeded } from './random-text.fixture.ts';

for (const suite of [mistralSuite, mistralArgsSuite]) runCases(suite);

test('ids are nine letters or digits', () => {
  for (const format of [mistral, mistralArgs]) {
    const random = seeded(1);
    const ids = Array.from({ length: 100 }, () => format.newId?.(random) ?? '');
    for (const id of ids) assert.match(id, /^[A-Za-z0-9]{9}$/);
    assert.equal(new Set(ids).size, 100);
  }
});
