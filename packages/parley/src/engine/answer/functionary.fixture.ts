import type { FormatSuite } from './conformance.fixture.ts';
import type { ToolSpec } from './format.ts';
import { functionary31, functionary32 } from './functionary.ts';
import { CALCULATE, NOTE, WEATHER } from './tools.fixture.ts';

const PYTHON_FUNCTION: ToolSpec = {
  kind: 'function',
  name: 'python',
  parameters: { type: 'object', properties: { code: { type: 'string' } }, required: ['code'] },
};
const PYTHON_CUSTOM: ToolSpec = { kind: 'custom', name: 'python', format: { type: 'text' } };

export const functionary31Suite: FormatSuite = {
  format: functionary31,
  template: `{%- if tools %}{{- 'Here is an example,\\n<function=example_function_name>{"example_name": "example_value"}</function>\\n' -}}{%- endif %}<|start_header_id|>`,
  marks: ['</function>'],
  opening: (name) => `Well.<function=${name}>`,
  cases: [
    {
      name: 'one call',
      output: '<function=get_weather>{"city": "Paris"}</function>',
      parts: [{ call: 'get_weather', arguments: '{"city": "Paris"}' }],
    },
    {
      name: 'text and two calls',
      output: 'Let me <see>.\n<function=now>{}</function><function=add>{"a": 1, "b": 2}</function>',
      parts: [
        { text: 'Let me <see>.\n' },
        { call: 'now', arguments: '{}' },
        { call: 'add', arguments: '{"a": 1, "b": 2}' },
      ],
    },
    {
      name: 'custom tools',
      output:
        '<function=note>{"input": "</function>\\n"}</function>\n<function=sku>{"input": "AB-123"}</function>\n<function=calculate>1+(2+3)</function>',
      parts: [
        { call: 'note', kind: 'custom', arguments: '</function>\n' },
        { call: 'sku', kind: 'custom', arguments: 'AB-123' },
        { call: 'calculate', kind: 'custom', arguments: '1+(2+3)' },
      ],
    },
    {
      name: 'code for a function',
      rules: { tools: [PYTHON_FUNCTION] },
      output: 'So:<|python_tag|>print("a")\n',
      parts: [{ text: 'So:' }, { call: 'python', arguments: '{"code": "print(\\"a\\")\\n"}' }],
      taken: 'neither',
    },
    {
      name: 'code for a custom tool',
      rules: { tools: [PYTHON_CUSTOM] },
      output: '<|python_tag|>print("a")\n',
      parts: [{ call: 'python', kind: 'custom', arguments: 'print("a")\n' }],
      taken: 'neither',
    },
    {
      name: 'code where there is no such tool',
      output: '<|python_tag|>print("a")',
      parts: [{ text: '<|python_tag|>print("a")' }],
      taken: 'neither',
    },
    {
      name: 'a tool that is not there',
      output: '<function=get_time>{}</function>',
      parts: [{ text: '<function=get_time>{}</function>' }],
      taken: 'neither',
    },
    {
      name: 'arguments that the schema does not allow',
      rules: { tools: [WEATHER] },
      output: '<function=get_weather>{}</function>',
      parts: [{ call: 'get_weather', arguments: '{}' }],
      taken: 'neither',
    },
    {
      name: 'an input that the grammar does not allow',
      rules: { tools: [CALCULATE] },
      output: '<function=calculate>1+</function>',
      parts: [{ call: 'calculate', kind: 'custom', arguments: '1+' }],
      taken: 'neither',
    },
    {
      name: 'a call that is cut off',
      output: '<function=get_weather>{"city": "</fun',
      parts: [{ call: 'get_weather', arguments: '{"city": "</fun' }],
      taken: 'neither',
    },
  ],
};

export const functionary32Suite: FormatSuite = {
  format: functionary32,
  template: `{%- if tools %}{%- endif %}{{ '>>>all\\n' + message['content'] }}{{ '>>>' + tool_call['function']['name'] + '\\n' + tool_call['function']['arguments'] }}`,
  marks: ['>>>'],
  opening: (name) => `all\nWell.>>>${name}\n`,
  cases: [
    {
      name: 'one call',
      output: 'get_weather\n{"city": "Paris"}',
      parts: [{ call: 'get_weather', arguments: '{"city": "Paris"}' }],
    },
    {
      name: 'text alone',
      output: 'all\nall\nis >> well',
      parts: [{ text: 'all\nis >> well' }],
    },
    {
      name: 'text and two calls, the first mark included',
      output: '>>>all\nLet me see.>>>now\n{}>>>add\n{"a": 1, "b": 2}',
      parts: [
        { text: 'Let me see.' },
        { call: 'now', arguments: '{}' },
        { call: 'add', arguments: '{"a": 1, "b": 2}' },
      ],
    },
    {
      name: 'custom tools',
      output:
        'note\n{"input": ">>>now\\n{}"}\n>>>sku\n{"input": "AB-123"}>>>calculate\n1+(2+3)>>>calculate\n4',
      parts: [
        { call: 'note', kind: 'custom', arguments: '>>>now\n{}' },
        { call: 'sku', kind: 'custom', arguments: 'AB-123' },
        { call: 'calculate', kind: 'custom', arguments: '1+(2+3)' },
        { call: 'calculate', kind: 'custom', arguments: '4' },
      ],
    },
    {
      name: 'code for a function',
      rules: { tools: [PYTHON_FUNCTION] },
      output: 'python\nprint("a")',
      parts: [{ call: 'python', arguments: '{"code": "print(\\"a\\")"}' }],
      taken: 'neither',
    },
    {
      name: 'bare text for a custom tool',
      rules: { tools: [NOTE] },
      output: 'note\n a "b"',
      parts: [{ call: 'note', kind: 'custom', arguments: ' a "b"' }],
      taken: 'neither',
    },
    {
      name: 'text after a call',
      output: 'now\n{}>>>all\nDone.',
      parts: [{ call: 'now', arguments: '{}' }, { text: 'Done.' }],
      taken: 'neither',
    },
    {
      name: 'a tool that is not there',
      output: '>>>get_time\n{}',
      parts: [{ text: '>>>get_time\n{}' }],
      taken: 'neither',
    },
    {
      name: 'arguments that the schema does not allow',
      rules: { tools: [WEATHER] },
      output: 'get_weather\n{}',
      parts: [{ call: 'get_weather', arguments: '{}' }],
      taken: 'neither',
    },
    {
      name: 'a call that is cut off',
      output: 'all\nSo:>>>get_weather\n{"city": "Pa',
      parts: [{ text: 'So:' }, { call: 'get_weather', arguments: '{"city": "Pa' }],
      taken: 'neither',
    },
  ],
};
