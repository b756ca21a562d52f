import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCases } from './conformance.fixture.ts';
import { graniteSuite } from './granite.fixture.ts';
import { granite } from './granite.ts';

runCases(graniteSuite);

test('Granite 4 is left to Hermes', () => {
  assert.ok(
    !granite.detects(
      `{{- '<|start_of_role|>assistant<|end_of_role|>' }}{{- '<tool_call>\\n{"name": "' }}<|tool_call|>`,
    ),
  );
});
