import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile } from '@parley/constrain';
import type { FunctionSpec } from './format.ts';
import { argumentsFormat } from './json-arguments.ts';
import { accepts } from './random-text.fixture.ts';

const grammarOf = (parameters: FunctionSpec['parameters']) =>
  compile({ structuralTag: { format: argumentsFormat({ kind: 'function', name: 'f', parameters }) } });

test('arguments are an object, whatever the schema leaves open', () => {
  const reference = {
    definitions: { a: { properties: { n: { type: 'integer' } } } },
    $ref: '#/definitions/a',
  };
  const cases: [FunctionSpec['parameters'], string[], string[]][] = [
    [undefined, ['{}'], ['{"a":1}', '[]', 'null']],
    [{}, ['{}', '{"a":1}'], ['[]', '1']],
    [{ type: ['object', 'null'] }, ['{}'], ['null']],
    [{ properties: { n: { type: 'integer' } }, required: ['n'] }, ['{"n":1}'], ['{}', '{"n":"1"}', '"n"']],
    [reference, ['{"n":1}', '{}'], ['{"n":"1"}', '1']],
    [{ ...reference, $schema: 'http://json-schema.org/draft-07/schema#' }, ['{"n":1}'], ['{"n":"1"}', '1']],
    [
      { allOf: [{ required: ['a'] }], $defs: {}, ...reference },
      ['{"a":0,"n":1}'],
      ['{"n":1}', '{"a":0,"n":""}'],
    ],
  ];
  for (const [parameters, taken, refused] of cases) {
    const grammar = grammarOf(parameters);
    for (const text of taken) assert.ok(accepts(grammar, text), `${text} for ${JSON.stringify(parameters)}`);
    for (const text of refused)
      assert.ok(!accepts(grammar, text), `${text} for ${JSON.stringify(parameters)}`);
  }
});

test('a schema that no object satisfies is refused', () => {
  assert.throws(() => grammarOf({ type: 'string' }), /No value can satisfy/);
});
