import type { CallCase, FormatSuite } from './conformance.fixture.ts';
import { mistral, mistralArgs } from './mistral.ts';
import { CALCULATE, WEATHER } from './tools.fixture.ts';

const shared: readonly CallCase[] = [
  {
    name: 'text without calls',
    output: 'The list [1] and [TOOL',
    parts: [{ text: 'The list [1] and [TOOL' }],
  },
  {
    name: 'a tool that is not there, in a list',
    output: '[TOOL_CALLS][{"name": "get_time", "arguments": {}}]',
    parts: [{ text: '[TOOL_CALLS][{"name": "get_time", "arguments": {}}]' }],
    taken: 'neither',
  },
  {
    name: 'a tool that is not there',
    output: '[TOOL_CALLS]get_time[ARGS]{}',
    parts: [{ text: '[TOOL_CALLS]get_time[ARGS]{}' }],
    taken: 'neither',
  },
];

export const mistralSuite: FormatSuite = {
  format: mistral,
  template: `{%- if tools is not none %}{{- "[AVAILABLE_TOOLS] [" }}{%- endif %}{{- "[TOOL_CALLS] [" }}{{- ', "id": "' + tool_call.id[-9:] + '"}' }}`,
  marks: ['}', ']'],
  opening: 'Well.[TOOL_CALLS]',
  cases: [
    ...shared,
    {
      name: 'one call',
      output: '[TOOL_CALLS][{"name": "get_weather", "arguments": {"city": "Paris"}}]',
      parts: [{ call: 'get_weather', arguments: '{"city": "Paris"}' }],
    },
    {
      name: 'text and two calls',
      output:
        'Let me see.[TOOL_CALLS] [{"name": "now", "arguments": {}}, {"name": "add", "arguments": {"a": 1, "b": 2}}]',
      parts: [
        { text: 'Let me see.' },
        { call: 'now', arguments: '{}' },
        { call: 'add', arguments: '{"a": 1, "b": 2}' },
      ],
    },
    {
      name: 'custom tools',
      output:
        '[TOOL_CALLS][{"name": "note", "arguments": {"input": "[TOOL_CALLS]\\n"}}, {"name": "sku", "arguments": {"input": "AB-123"}}][TOOL_CALLS]calculate[ARGS]1+(2+3)[TOOL_CALLS]calculate[ARGS]4',
      parts: [
        { call: 'note', kind: 'custom', arguments: '[TOOL_CALLS]\n' },
        { call: 'sku', kind: 'custom', arguments: 'AB-123' },
        { call: 'calculate', kind: 'custom', arguments: '1+(2+3)' },
        { call: 'calculate', kind: 'custom', arguments: '4' },
      ],
    },
    {
      name: 'ids on either side',
      output:
        '[TOOL_CALLS][{"id": "abc123DEF", "name": "now", "arguments": {}}, {"name": "now", "arguments": {}, "id": "ABCDEFGH9"}]',
      parts: [
        { call: 'now', arguments: '{}', id: 'abc123DEF' },
        { call: 'now', arguments: '{}' },
      ],
      taken: 'neither',
    },
    {
      name: 'an id that comes again',
      output:
        '[TOOL_CALLS][{"id": "abc123DEF", "name": "now", "arguments": {}}, {"id": "abc123DEF", "name": "now", "arguments": {}}]',
      parts: [
        { call: 'now', arguments: '{}', id: 'abc123DEF' },
        { call: 'now', arguments: '{}' },
      ],
      taken: 'neither',
    },
    {
      name: 'arguments that the schema does not allow',
      output: '[TOOL_CALLS][{"name": "add", "arguments": {"a": 1}}]',
      parts: [{ call: 'add', arguments: '{"a": 1}' }],
      taken: 'neither',
    },
    {
      name: 'a call that is cut off',
      output: '[TOOL_CALLS][{"name": "get_weather", "arguments": {"city": "Par',
      parts: [{ call: 'get_weather', arguments: '{"city": "Par' }],
      taken: 'neither',
    },
  ],
};

export const mistralArgsSuite: FormatSuite = {
  format: mistralArgs,
  template: `{%- if tools is not none %}{{- "[AVAILABLE_TOOLS]" }}{%- endif %}{{- '[TOOL_CALLS]' + tool_call.function.name }}{{- '[ARGS]' + tool_call['function']['arguments']|tojson }}`,
  marks: ['}', ']'],
  opening: 'Well.[TOOL_CALLS]',
  cases: [
    ...shared,
    {
      name: 'one call',
      output: '[TOOL_CALLS]get_weather[ARGS]{"city": "Paris"}',
      parts: [{ call: 'get_weather', arguments: '{"city": "Paris"}' }],
    },
    {
      name: 'text and two calls, with ids',
      output:
        'Let me see.[TOOL_CALLS]now[CALL_ID]abc123DEF[ARGS]{}[TOOL_CALLS]add[CALL_ID]abc123DEG[ARGS]{"a": 1, "b": 2}',
      parts: [
        { text: 'Let me see.' },
        { call: 'now', arguments: '{}', id: 'abc123DEF' },
        { call: 'add', arguments: '{"a": 1, "b": 2}', id: 'abc123DEG' },
      ],
    },
    {
      name: 'custom tools',
      output:
        '[TOOL_CALLS]note[ARGS]{"input": "[TOOL_CALLS]\\n"}[TOOL_CALLS]calculate[ARGS]1+(2+3)[TOOL_CALLS]sku[ARGS]{"input": "AB-123"}',
      parts: [
        { call: 'note', kind: 'custom', arguments: '[TOOL_CALLS]\n' },
        { call: 'calculate', kind: 'custom', arguments: '1+(2+3)' },
        { call: 'sku', kind: 'custom', arguments: 'AB-123' },
      ],
    },
    {
      name: 'a call whose second mark is not shown',
      output: '[TOOL_CALLS]get_weather{"city": "Paris"}',
      parts: [{ call: 'get_weather', arguments: '{"city": "Paris"}' }],
      taken: 'neither',
    },
    {
      name: 'a list, as older models write it',
      output: '[TOOL_CALLS][{"name": "get_weather", "arguments": {"city": "Paris"}}]',
      parts: [{ call: 'get_weather', arguments: '{"city": "Paris"}' }],
      taken: 'neither',
    },
    {
      name: 'an input that the grammar does not allow',
      rules: { tools: [CALCULATE] },
      output: '[TOOL_CALLS]calculate[ARGS]1+',
      parts: [{ call: 'calculate', kind: 'custom', arguments: '1+' }],
      taken: 'neither',
    },
    {
      name: 'arguments that the schema does not allow',
      rules: { tools: [WEATHER] },
      output: '[TOOL_CALLS]get_weather[ARGS]{}',
      parts: [{ call: 'get_weather', arguments: '{}' }],
      taken: 'neither',
    },
    {
      name: 'a call that is cut off',
      output: '[TOOL_CALLS]get_weather[ARGS]{"ci',
      parts: [{ call: 'get_weather', arguments: '{"ci' }],
      taken: 'neither',
    },
  ],
};
