import type { FormatSuite } from './conformance.fixture.ts';
import { llamaJson } from './llama-json.ts';
import { CALCULATE } from './tools.fixture.ts';

export const llamaJsonSuite: FormatSuite = {
  format: llamaJson,
  template: `{{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}{%- if tools is not none %}{{- 'Respond in the format {"name": function name, "parameters": dictionary of argument name and its value}.' }}{%- endif %}`,
  marks: ['}'],
  opening: (name) => `{"name": "${name}"`,
  single: true,
  cases: [
    {
      name: 'one call',
      output: '{"name": "get_weather", "parameters": {"city": "Paris"}}',
      parts: [{ call: 'get_weather', arguments: '{"city": "Paris"}' }],
    },
    {
      name: 'a call behind the tag of code',
      output: '<|python_tag|>{"name": "now", "parameters": {}}',
      parts: [{ call: 'now', arguments: '{}' }],
    },
    {
      name: 'text without calls',
      output: 'Use {"name": "add", "parameters": {"a": 1, "b": 2}} then.',
      parts: [{ text: 'Use {"name": "add", "parameters": {"a": 1, "b": 2}} then.' }],
    },
    {
      name: 'text that is JSON and no call',
      output: ' {"name": "Ada", "parameters": {}}',
      parts: [{ text: ' {"name": "Ada", "parameters": {}}' }],
    },
    {
      name: 'an input of text',
      output: '{"name": "note", "parameters": {"input": "{\\"a\\"}\\u00e9\\ud83d\\ude00"}}',
      parts: [{ call: 'note', kind: 'custom', arguments: '{"a"}é😀' }],
    },
    {
      name: 'an input of a grammar',
      output: '{"name": "calculate"}\n1+(2)',
      parts: [{ call: 'calculate', kind: 'custom', arguments: '1+(2)' }],
    },
    {
      name: 'an input that the grammar does not allow',
      rules: { tools: [CALCULATE] },
      output: '{"name": "calculate"}\n1+(2',
      parts: [{ call: 'calculate', kind: 'custom', arguments: '1+(2' }],
      taken: 'neither',
    },
    {
      name: 'a type beside the name, and white space around all',
      output: '\n{ "type": "function", "name": "now", "parameters": { } }\n',
      parts: [{ call: 'now', arguments: '{ }' }],
      taken: 'neither',
    },
    {
      name: 'calls one behind the other',
      output: '{"name": "now", "parameters": {}}; {"name": "add", "parameters": {"a": 1, "b": 2}}',
      parts: [
        { call: 'now', arguments: '{}' },
        { call: 'add', arguments: '{"a": 1, "b": 2}' },
      ],
      taken: 'neither',
    },
    {
      name: 'text before a tag and a built-in tool',
      output: 'So: <|python_tag|>search.call(query="a \\"b\\"")',
      parts: [{ text: 'So: ' }, { call: 'search', arguments: '{"query": "a \\"b\\""}' }],
      taken: 'neither',
    },
    {
      name: 'code behind the tag',
      output: '<|python_tag|>print("a")',
      parts: [{ text: '<|python_tag|>print("a")' }],
      taken: 'neither',
    },
    {
      name: 'arguments that the schema does not allow',
      output: '{"name": "add", "parameters": {"a": 1}}',
      parts: [{ call: 'add', arguments: '{"a": 1}' }],
      taken: 'neither',
    },
    {
      name: 'a call that is cut off',
      output: '{"name": "get_weather", "parameters": {"city": "Par\\u00',
      parts: [{ call: 'get_weather', arguments: '{"city": "Par\\u00' }],
      taken: 'neither',
    },
  ],
};
