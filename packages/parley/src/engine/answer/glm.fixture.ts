import type { FormatSuite } from './conformance.fixture.ts';
import type { ToolSpec } from './format.ts';
import { glm } from './glm.ts';
import { CALCULATE, WEATHER } from './tools.fixture.ts';

/** As GLM-4.5 and 4.6 write it. */
const call = (name: string, given: Record<string, string> = {}) =>
  `<tool_call>${name}\n${Object.entries(given)
    .map(([key, value]) => `<arg_key>${key}</arg_key>\n<arg_value>${value}</arg_value>\n`)
    .join('')}</tool_call>`;

const paris = { call: 'get_weather', arguments: '{"city": "Paris"}' };

/** Its arguments cannot be told apart. */
const RANGE: ToolSpec = {
  kind: 'function',
  name: 'range',
  parameters: {
    anyOf: [{ required: ['from'] }, { required: ['to'] }],
    properties: { from: { type: 'integer' } },
  },
};

export const glmSuite: FormatSuite = {
  format: glm,
  template: `{{- '<tool_call>' + tc.name }}{% for k, v in _args.items() %}<arg_key>{{ k }}</arg_key>
<arg_value>{{ v | tojson if v is not string else v }}</arg_value>{% endfor %}</tool_call>`,
  marks: ['</arg_value>', '</tool_call>', '</arg_key>', '<arg_value>'],
  opening: 'Well. <tool_call>',
  cases: [
    { name: 'one call', output: call('get_weather', { city: 'Paris' }), parts: [paris] },
    {
      name: 'one call of GLM-4.7',
      output:
        '<tool_call>get_weather<arg_key>city</arg_key><arg_value>Paris</arg_value><arg_key>unit</arg_key><arg_value>celsius</arg_value></tool_call>',
      parts: [{ call: 'get_weather', arguments: '{"city": "Paris", "unit": "celsius"}' }],
    },
    {
      name: 'text without calls',
      output: 'A <tool is no mark, nor is <arg_key>.\n',
      parts: [{ text: 'A <tool is no mark, nor is <arg_key>.\n' }],
    },
    {
      name: 'text before a call',
      output: `Let me see.\n${call('get_weather', { city: 'Paris' })}`,
      parts: [{ text: 'Let me see.\n' }, paris],
    },
    {
      name: 'calls in parallel, one without arguments',
      output: `${call('get_weather', { city: 'Paris' })}\n${call('now')}\n<tool_call>now</tool_call>`,
      parts: [paris, { call: 'now', arguments: '{}' }, { call: 'now', arguments: '{}' }],
    },
    {
      name: 'values of all types',
      output: call('search', {
        exact: 'true',
        query: ' a "b"\n\\n {"c"} 😀é<arg_value> ',
        tags: '["</arg_value>", "x"]',
        within: '{"from": 1, "to": 2}',
        limit: 'null',
      }),
      parts: [
        {
          call: 'search',
          arguments:
            '{"exact": true, "query": " a \\"b\\"\\n\\\\n {\\"c\\"} 😀é<arg_value> ", "tags": ["</arg_value>", "x"], "within": {"from": 1, "to": 2}, "limit": null}',
        },
      ],
    },
    {
      name: 'a value that may be a string or a number',
      output: `${call('search', { query: '1', limit: '12' })}${call('search', { query: 'x', limit: '12 at most' })}`,
      parts: [
        { call: 'search', arguments: '{"query": "1", "limit": 12}' },
        { call: 'search', arguments: '{"query": "x", "limit": "12 at most"}' },
      ],
    },
    {
      name: 'custom tools',
      output: `${call('note', { input: 'a "b"\n<i>😀' })}\n${call('sku', { input: 'AB-123' })}\n${call('calculate', { input: '1+(2+3)' })}`,
      parts: [
        { call: 'note', kind: 'custom', arguments: 'a "b"\n<i>😀' },
        { call: 'sku', kind: 'custom', arguments: 'AB-123' },
        { call: 'calculate', kind: 'custom', arguments: '1+(2+3)' },
      ],
    },
    {
      name: 'an input that the grammar does not allow',
      rules: { tools: [CALCULATE] },
      output: call('calculate', { input: '1+' }),
      parts: [{ call: 'calculate', kind: 'custom', arguments: '1+' }],
      taken: 'neither',
    },
    {
      name: 'arguments that belong together, as one object',
      rules: { tools: [RANGE] },
      output: '<tool_call>range\n{"from": 1}\n</tool_call>',
      parts: [{ call: 'range', arguments: '{"from": 1}' }],
    },
    {
      name: 'a tool that is not there',
      output: call('get_time'),
      parts: [{ text: call('get_time') }],
      taken: 'neither',
    },
    {
      name: 'arguments that the schema does not allow, or does not know',
      output: call('add', { a: 'one', c: '2' }),
      parts: [{ call: 'add', arguments: '{"a": "one", "c": 2}' }],
      taken: 'neither',
    },
    {
      name: 'a value that is cut off',
      output: call('get_weather', { city: 'Paris' }).split('ris')[0]!,
      parts: [{ call: 'get_weather', arguments: '{"city": "Pa' }],
      taken: 'neither',
    },
    {
      name: 'a tag that is cut off',
      output: call('get_weather', { city: 'Paris', unit: '' }).split('_key>unit')[0]!,
      parts: [{ call: 'get_weather', arguments: '{"city": "Paris"' }],
      taken: 'neither',
    },
    {
      name: 'text after a call',
      rules: { tools: [WEATHER] },
      output: `${call('get_weather', { city: 'Paris' })}\nDone.`,
      parts: [paris, { text: '\nDone.' }],
      taken: 'neither',
    },
  ],
};
