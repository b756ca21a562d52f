/** Test support: tools for all call formats. */
import assert from 'node:assert/strict';
import { compile } from '@parley/constrain';
import Schema from 'typebox/schema';
import type { ToolSpec } from './format.ts';
import { accepts } from './random-text.fixture.ts';

const fn = (name: string, parameters?: Record<string, unknown>): ToolSpec => ({
  kind: 'function',
  name,
  parameters,
});

export const WEATHER = fn('get_weather', {
  type: 'object',
  properties: { city: { type: 'string' }, unit: { enum: ['celsius', 'fahrenheit'] } },
  required: ['city'],
  additionalProperties: false,
});
export const ADD = fn('add', {
  type: 'object',
  properties: { a: { type: 'integer' }, b: { type: 'number' } },
  required: ['a', 'b'],
  additionalProperties: false,
});
/** Without parameters. */
export const NOW = fn('now');
export const SEARCH = fn('search', {
  type: 'object',
  properties: {
    exact: { type: 'boolean' },
    query: { type: 'string', minLength: 1 },
    tags: { type: 'array', items: { type: 'string' }, maxItems: 3 },
    within: { $ref: '#/$defs/range' },
    limit: { type: ['integer', 'string', 'null'] },
  },
  required: ['query'],
  additionalProperties: false,
  $defs: {
    range: {
      type: 'object',
      properties: { from: { type: 'integer' }, to: { type: 'integer' } },
      required: ['from'],
      additionalProperties: false,
    },
  },
});
/** With arguments that depend on each other. Not one of DEFAULT_TOOLS. */
export const RELATED = fn('move', {
  type: 'object',
  properties: { x: { type: 'integer' }, y: { type: 'integer' } },
  dependentRequired: { x: ['y'], y: ['x'] },
  additionalProperties: false,
});
/** Without an argument that must be there, and with values of several kinds. Not one of DEFAULT_TOOLS. */
export const MIXED = fn('mixed', {
  type: 'object',
  properties: {
    flag: { type: ['boolean', 'null'] },
    text: { type: 'string', pattern: '^a[\\n/]*b?$' },
    choice: { enum: ['x', 1, null, ' y '] },
    either: {
      anyOf: [
        { type: 'string', minLength: 1 },
        { type: 'integer', minimum: 10 },
      ],
    },
    list: { type: 'array', items: { type: ['boolean', 'null', 'number'] } },
    any: {},
  },
  additionalProperties: false,
});
/** A custom tool for any text. */
export const NOTE: ToolSpec = { kind: 'custom', name: 'note', format: { type: 'text' } };
export const SKU: ToolSpec = {
  kind: 'custom',
  name: 'sku',
  format: { type: 'regex', pattern: '[A-Z]{2}-\\d{3}' },
};
export const CALCULATE: ToolSpec = {
  kind: 'custom',
  name: 'calculate',
  format: { type: 'lark', grammar: 'start: sum\nsum: term ("+" term)*\nterm: /[0-9]+/ | "(" sum ")"\n' },
};

export const DEFAULT_TOOLS: readonly ToolSpec[] = [WEATHER, ADD, NOW, SEARCH, NOTE, SKU, CALCULATE];

export const WALK_TOOLS: readonly ToolSpec[] = [...DEFAULT_TOOLS, RELATED, MIXED];

/** Checks the arguments of a call, or a custom tool's input, with means other than those that made them. */
export function checkArguments(tool: ToolSpec, text: string, output: string): void {
  const where = `${JSON.stringify(text)} in ${JSON.stringify(output)}`;
  if (tool.kind === 'function') {
    const value: unknown = JSON.parse(text);
    const { parameters = { type: 'object', maxProperties: 0 } } = tool;
    assert.ok(Schema.Check({ type: 'object', ...parameters }, value), where);
    return;
  }
  if (tool.format.type === 'regex') assert.match(text, new RegExp(`^(?:${tool.format.pattern})$`, 'u'));
  if (tool.format.type === 'lark') {
    assert.ok(accepts(compile({ grammar: tool.format.grammar, syntax: 'lark' }), text), where);
  }
}
