import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile } from '@parley/constrain';
import { commandRSuite } from './command-r.fixture.ts';
import { commandR } from './command-r.ts';
import { runCases } from './conformance.fixture.ts';
import { composeDialect } from './dialect.ts';
import { accepts } from './random-text.fixture.ts';
import { itemsOf, readCut } from './transcript.fixture.ts';

runCases(commandRSuite);

test('the template of Command R+ is known', () => {
  assert.ok(
    commandR.detects(
      `{{- '<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>' }}{{- '\\nAction:\\n\`\`\`json\\n[\\n' }}`,
    ),
  );
  assert.ok(!commandR.detects(`{{- '<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>' + message.content }}`));
});

test('a form stands between the marks of text, which are taken off', () => {
  const rules = { calls: undefined, form: { type: 'regex', pattern: '[a-z]+' }, reasoning: 'none' } as const;
  const dialect = composeDialect(commandR, undefined);
  const format = dialect.structure(rules);
  assert.ok(format);
  const grammar = compile({ structuralTag: { format } });
  for (const output of ['yes', '<|START_RESPONSE|>yes<|END_RESPONSE|>', '<|START_TEXT|>yes<|END_TEXT|>']) {
    assert.ok(accepts(grammar, output), output);
    assert.deepEqual(itemsOf(readCut(dialect.reader(rules), output, 'each'), output), [{ text: 'yes' }]);
  }
  assert.ok(!accepts(grammar, '<|START_RESPONSE|>No<|END_RESPONSE|>'));
});
