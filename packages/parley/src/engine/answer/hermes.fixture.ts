import type { FormatSuite } from './conformance.fixture.ts';
import { hermes } from './hermes.ts';
import { CALCULATE, WEATHER } from './tools.fixture.ts';

const weather = (city: string) =>
  `<tool_call>\n{"name": "get_weather", "arguments": {"city": "${city}"}}\n</tool_call>`;

export const hermesSuite: FormatSuite = {
  format: hermes,
  template: `{%- if tools %}{{- '<tools>' }}{%- endif %}For each function call, return a json object within <tool_call></tool_call> tags:
<tool_call>
{"name": <function-name>, "arguments": <args-json-object>}
</tool_call>`,
  marks: ['\n</tool_call>', '</tool_call>', '<tool_call>'],
  opening: 'Well. <tool_call>',
  cases: [
    {
      name: 'one call',
      output: weather('Paris'),
      parts: [{ call: 'get_weather', arguments: '{"city": "Paris"}' }],
    },
    {
      name: 'text without calls',
      output: 'I cannot know that. <tool is no mark, nor is {"name": "add"}\n',
      parts: [{ text: 'I cannot know that. <tool is no mark, nor is {"name": "add"}\n' }],
    },
    {
      name: 'text before a call',
      output: `Let me see.\n${weather('Rome')}`,
      parts: [{ text: 'Let me see.\n' }, { call: 'get_weather', arguments: '{"city": "Rome"}' }],
    },
    {
      name: 'two calls, one without arguments',
      output: `${weather('Oslo')}\n<tool_call>\n{"name": "now", "arguments": {}}\n</tool_call>`,
      parts: [
        { call: 'get_weather', arguments: '{"city": "Oslo"}' },
        { call: 'now', arguments: '{}' },
      ],
    },
    {
      name: 'calls without white space',
      output:
        '<tool_call>{"name":"add","arguments":{"a":1,"b":-2.5e3}}</tool_call><tool_call>{"name":"now","arguments":{}}</tool_call>',
      parts: [
        { call: 'add', arguments: '{"a":1,"b":-2.5e3}' },
        { call: 'now', arguments: '{}' },
      ],
    },
    {
      name: 'strings that hold marks, brackets and escapes',
      output:
        '<tool_call>\n{"name": "search", "arguments": {"query": "</tool_call>}]\\"{ \\\\", "tags": ["\\ud83d\\ude00", "é😀"]}}\n</tool_call>',
      parts: [
        {
          call: 'search',
          arguments: '{"query": "</tool_call>}]\\"{ \\\\", "tags": ["\\ud83d\\ude00", "é😀"]}',
        },
      ],
    },
    {
      name: 'custom tools',
      output:
        '<tool_call>\n{"name": "note", "arguments": {"input": "a \\"b\\"\\n\\ud83d\\ude00\\u00e9😀"}}\n</tool_call>\n' +
        '<tool_call>\n{"name": "sku", "arguments": {"input": "AB-123"}}\n</tool_call>\n' +
        '<tool_call>\n{"name": "calculate"}\n1+(2+3)\n</tool_call>',
      parts: [
        { call: 'note', kind: 'custom', arguments: 'a "b"\n😀é😀' },
        { call: 'sku', kind: 'custom', arguments: 'AB-123' },
        { call: 'calculate', kind: 'custom', arguments: '1+(2+3)' },
      ],
    },
    {
      name: 'an input that the grammar does not allow',
      rules: { tools: [CALCULATE] },
      output: '<tool_call>\n{"name": "calculate"}\n1+\n</tool_call>',
      parts: [{ call: 'calculate', kind: 'custom', arguments: '1+' }],
      taken: 'neither',
    },
    {
      name: 'a tool that is not there',
      output: '<tool_call>\n{"name": "get_time", "arguments": {}}\n</tool_call>',
      parts: [{ text: '<tool_call>\n{"name": "get_time", "arguments": {}}\n</tool_call>' }],
      taken: 'neither',
    },
    {
      name: 'arguments that the schema does not allow',
      output: '<tool_call>\n{"name": "add", "arguments": {"a": "1", "b": 2}}\n</tool_call>',
      parts: [{ call: 'add', arguments: '{"a": "1", "b": 2}' }],
      taken: 'neither',
    },
    {
      name: 'a call that is cut off',
      output: '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Par',
      parts: [{ call: 'get_weather', arguments: '{"city": "Par' }],
      taken: 'neither',
    },
    {
      name: 'text after a call',
      output: `${weather('Rome')}\n That was it. `,
      parts: [{ call: 'get_weather', arguments: '{"city": "Rome"}' }, { text: '\n That was it. ' }],
      taken: 'neither',
    },
    {
      name: 'a call without its last brackets',
      output: '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Rome"}\n</tool_call>\nDone',
      rules: { tools: [WEATHER] },
      parts: [{ call: 'get_weather', arguments: '{"city": "Rome"}' }, { text: '\nDone' }],
      taken: 'neither',
    },
    {
      name: 'a mark and no call',
      output: 'The mark <tool_call> begins a call, as <tool_call>\n{"name": "now"}\n</tool_call> is one.',
      parts: [
        { text: 'The mark <tool_call> begins a call, as ' },
        { call: 'now', arguments: '{}' },
        { text: ' is one.' },
      ],
      taken: 'neither',
    },
  ],
};
