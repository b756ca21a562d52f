import assert from 'node:assert/strict';
import { it } from 'node:test';
import { conforms } from './conforms.ts';

it('says what is wrong, and where', () => {
  const schema = {
    type: 'object',
    properties: { a: { type: 'array', items: { $ref: '#/$defs/node' } } },
    required: ['a'],
    additionalProperties: false,
    $defs: {
      node: {
        type: 'object',
        properties: { next: { $ref: '#/$defs/node' }, v: { type: 'integer', maximum: 5 } },
        required: ['v'],
      },
    },
  };
  assert.equal(conforms(schema, { a: [{ v: 1, next: { v: 2 } }] }), undefined);
  assert.match(conforms(schema, { a: [{ v: 1, next: { v: 9 } }] }) ?? '', /\/a\/0\/next\/v .*5/);
  assert.match(conforms(schema, {}) ?? '', /a/);
  assert.match(conforms(schema, { a: [], b: 1 }) ?? '', /\S/);
  assert.match(conforms({ type: 'string' }, 1) ?? '', /string/);
});

it('has an end for a schema without one', () => {
  assert.throws(() => conforms({ $ref: '#' }, {}), { name: 'UncheckableSchema' });
  const $defs: Record<string, object> = { d40: { type: 'string' } };
  for (let i = 0; i < 40; i++)
    $defs[`d${i}`] = { anyOf: [{ $ref: `#/$defs/d${i + 1}` }, { $ref: `#/$defs/d${i + 1}` }] };
  assert.throws(() => conforms({ $ref: '#/$defs/d0', $defs }, 1), {
    name: 'UncheckableSchema',
    message: /takes longer/,
  });
});
