import type { FormatSuite } from './conformance.fixture.ts';
import { granite } from './granite.ts';
import { CALCULATE, WEATHER } from './tools.fixture.ts';

const call = (name: string, content: string) => `{"name": "${name}", "arguments": ${content}}`;
const weather = (city: string) => call('get_weather', `{"city": "${city}"}`);
const paris = { call: 'get_weather', arguments: '{"city": "Paris"}' };

export const graniteSuite: FormatSuite = {
  format: granite,
  template: `{{- '<|start_of_role|>system<|end_of_role|>' }}When a tool is needed, answer only with <|tool_call|> and a JSON list of the tools used.`,
  marks: ['}]', '<|tool_call|>'],
  opening: 'Well. <|tool_call|>',
  cases: [
    { name: 'one call', output: `<|tool_call|>[${weather('Paris')}]`, parts: [paris] },
    { name: 'a mark that is spelled', output: `<tool_call>[${weather('Paris')}]`, parts: [paris] },
    {
      name: 'text without calls',
      output: 'A <|tool is no mark, nor is [{"name": "now"}].',
      parts: [{ text: 'A <|tool is no mark, nor is [{"name": "now"}].' }],
    },
    {
      name: 'text before a call',
      output: `Let me see.\n<|tool_call|>[${weather('Paris')}]`,
      parts: [{ text: 'Let me see.\n' }, paris],
    },
    {
      name: 'calls in parallel',
      output: `<|tool_call|>[${weather('Paris')}, ${call('now', '{}')},${call('add', '{"a":1,"b":2.5}')}]`,
      parts: [paris, { call: 'now', arguments: '{}' }, { call: 'add', arguments: '{"a":1,"b":2.5}' }],
    },
    {
      name: 'strings that hold brackets, escapes and marks',
      output: `<|tool_call|>[${call('search', '{"query": "}]\\"{\\\\<|tool_call|>", "tags": ["\\ud83d\\ude00é😀"]}')}]`,
      parts: [
        { call: 'search', arguments: '{"query": "}]\\"{\\\\<|tool_call|>", "tags": ["\\ud83d\\ude00é😀"]}' },
      ],
    },
    {
      name: 'custom tools, the last with a grammar',
      output: `<|tool_call|>[${call('note', '{"input": "a \\"b\\"\\n😀"}')}, ${call('sku', '{"input": "AB-123"}')}, {"name": "calculate"}\n1+(2+3)\n]`,
      parts: [
        { call: 'note', kind: 'custom', arguments: 'a "b"\n😀' },
        { call: 'sku', kind: 'custom', arguments: 'AB-123' },
        { call: 'calculate', kind: 'custom', arguments: '1+(2+3)' },
      ],
    },
    {
      name: 'an input that the grammar does not allow',
      rules: { tools: [CALCULATE] },
      output: '<|tool_call|>[{"name": "calculate"}\n1+\n]',
      parts: [{ call: 'calculate', kind: 'custom', arguments: '1+' }],
      taken: 'neither',
    },
    {
      name: 'one call that is not in a list',
      output: `<|tool_call|> ${weather('Paris')}`,
      parts: [paris],
      taken: 'neither',
    },
    {
      name: 'a tool that is not there',
      output: `<|tool_call|>[${call('get_time', '{}')}]`,
      parts: [{ text: `<|tool_call|>[${call('get_time', '{}')}]` }],
      taken: 'neither',
    },
    {
      name: 'arguments that the schema does not allow',
      output: `<|tool_call|>[${call('add', '{"a":"1","b":2}')}]`,
      parts: [{ call: 'add', arguments: '{"a":"1","b":2}' }],
      taken: 'neither',
    },
    {
      name: 'a list that is cut off',
      output: `<|tool_call|>[${weather('Paris')}, {"name": "add", "arguments": {"a": 1`,
      parts: [paris, { call: 'add', arguments: '{"a": 1' }],
      taken: 'neither',
    },
    {
      name: 'text after calls',
      rules: { tools: [WEATHER] },
      output: `<|tool_call|>[${weather('Paris')}]\nDone.`,
      parts: [paris, { text: '\nDone.' }],
      taken: 'neither',
    },
  ],
};
