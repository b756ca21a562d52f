import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCases } from './conformance.fixture.ts';
import { phiSuite } from './phi.fixture.ts';
import { phi } from './phi.ts';

runCases(phiSuite);

test('the template that asks for functools is known', () => {
  assert.ok(
    phi.detects('All calls stand in one JSON list formatted as functools[{"name": ..., "arguments": ...}]'),
  );
  assert.ok(!phi.detects("{{ '<|user|>' + message.content }}"));
});
