import type { FormatSuite } from './conformance.fixture.ts';
import { phi } from './phi.ts';
import { CALCULATE, WEATHER } from './tools.fixture.ts';

const call = (name: string, content: string) => `{"name": "${name}", "arguments": ${content}}`;
const weather = (city: string) => call('get_weather', `{"city": "${city}"}`);
const tagged = (content: string) => `<|tool_call|>${content}<|/tool_call|>`;
const paris = { call: 'get_weather', arguments: '{"city": "Paris"}' };

export const phiSuite: FormatSuite = {
  format: phi,
  template: `{{ '<|' + message['role'] + '|>' + message['content'] + '<|tool|>' + message['tools'] + '<|/tool|>' }}`,
  marks: ['}]', '<|/tool_call|>', '\n<|/tool_call|>', '<|tool_call|>'],
  opening: 'Well. <|tool_call|>',
  cases: [
    { name: 'one call', output: tagged(`[${weather('Paris')}]`), parts: [paris] },
    { name: 'one call that is not in a list', output: tagged(weather('Paris')), parts: [paris] },
    { name: 'one call of functools', output: `functools[${weather('Paris')}]`, parts: [paris] },
    {
      name: 'text without calls',
      output: 'import functools; a <|tool is no mark, nor is functools.cache [1].',
      parts: [{ text: 'import functools; a <|tool is no mark, nor is functools.cache [1].' }],
    },
    {
      name: 'text before a call',
      output: `Let me see.\n${tagged(`[${weather('Paris')}]`)}`,
      parts: [{ text: 'Let me see.\n' }, paris],
    },
    {
      name: 'text before a call of functools',
      output: `Let me see. functools[${weather('Paris')}]`,
      parts: [{ text: 'Let me see. ' }, paris],
    },
    {
      name: 'calls in parallel',
      output: tagged(`[${weather('Paris')}, ${call('now', '{}')}]`),
      parts: [paris, { call: 'now', arguments: '{}' }],
    },
    {
      name: 'calls in parallel with tags of their own',
      output: `${tagged(weather('Paris'))}${tagged(call('now', '{}'))}`,
      parts: [paris, { call: 'now', arguments: '{}' }],
    },
    {
      name: 'calls in parallel of functools',
      output: `functools[\n  ${weather('Paris')},\n ${call('add', '{"a":1,"b":2.5}')}\n]`.replace(
        '\n  ',
        '\n ',
      ),
      parts: [paris, { call: 'add', arguments: '{"a":1,"b":2.5}' }],
    },
    {
      name: 'strings that hold brackets, escapes and marks',
      output: tagged(
        `[${call('search', '{"query": "}]\\"{\\\\<|/tool_call|>", "tags": ["\\ud83d\\ude00é😀"]}')}]`,
      ),
      parts: [
        { call: 'search', arguments: '{"query": "}]\\"{\\\\<|/tool_call|>", "tags": ["\\ud83d\\ude00é😀"]}' },
      ],
    },
    {
      name: 'custom tools, the last with a grammar',
      output: tagged(
        `[${call('note', '{"input": "a \\"b\\"\\n😀"}')}, ${call('sku', '{"input": "AB-123"}')}, {"name": "calculate"}\n1+(2+3)\n]`,
      ),
      parts: [
        { call: 'note', kind: 'custom', arguments: 'a "b"\n😀' },
        { call: 'sku', kind: 'custom', arguments: 'AB-123' },
        { call: 'calculate', kind: 'custom', arguments: '1+(2+3)' },
      ],
    },
    {
      name: 'an input that the grammar does not allow',
      rules: { tools: [CALCULATE] },
      output: tagged('{"name": "calculate"}\n1+\n'),
      parts: [{ call: 'calculate', kind: 'custom', arguments: '1+' }],
      taken: 'neither',
    },
    {
      name: 'a tool that is not there',
      output: `functools[${call('get_time', '{}')}]`,
      parts: [{ text: `functools[${call('get_time', '{}')}]` }],
      taken: 'neither',
    },
    {
      name: 'arguments that the schema does not allow',
      output: tagged(`[${call('add', '{"a":"1","b":2}')}]`),
      parts: [{ call: 'add', arguments: '{"a":"1","b":2}' }],
      taken: 'neither',
    },
    {
      name: 'a call that is cut off',
      output: `functools[${weather('Paris').slice(0, -5)}`,
      parts: [{ call: 'get_weather', arguments: '{"city": "Par' }],
      taken: 'neither',
    },
    {
      name: 'text after calls',
      rules: { tools: [WEATHER] },
      output: `${tagged(`[${weather('Paris')}]`)} Done.`,
      parts: [paris, { text: ' Done.' }],
      taken: 'neither',
    },
  ],
};
