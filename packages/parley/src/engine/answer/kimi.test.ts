import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCases } from './conformance.fixture.ts';
import { kimiSuite } from './kimi.fixture.ts';
import { kimi } from './kimi.ts';

runCases(kimiSuite);

test("Kimi's first template, which shows no calls, is known by how it declares tools", () => {
  assert.ok(
    kimi.detects(`{{ '<|im_system|>tool_declare<|im_middle|>' }}{{ tools | tojson }}{{ '<|im_end|>' }}`),
  );
  assert.ok(!kimi.detects(`{{ '<|im_start|>system' }}{{ tools | tojson }}{{ '<|im_end|>' }}`));
});
