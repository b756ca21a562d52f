import type { FormatSuite } from './conformance.fixture.ts';
import { kimi } from './kimi.ts';
import { CALCULATE, WEATHER } from './tools.fixture.ts';

const section = (...calls: string[]) =>
  `<|tool_calls_section_begin|>${calls.join('')}<|tool_calls_section_end|>`;
const call = (id: string, content: string) =>
  `<|tool_call_begin|>${id}<|tool_call_argument_begin|>${content}<|tool_call_end|>`;
const weather = (city: string, index = 0) => call(`functions.get_weather:${index}`, `{"city": "${city}"}`);

const paris = { call: 'get_weather', arguments: '{"city": "Paris"}', id: 'functions.get_weather:0' };

export const kimiSuite: FormatSuite = {
  format: kimi,
  template: `{%- for tool_call in message.tool_calls -%}
<|tool_call_begin|>{{ tool_call.id }}<|tool_call_argument_begin|>{{ tool_call.function.arguments | tojson }}<|tool_call_end|>
{%- endfor -%}`,
  marks: ['<|tool_call_end|>', '<|tool_calls_section_end|>', '<|tool_call_argument_begin|>'],
  opening: 'Well. <|tool_calls_section_begin|>',
  cases: [
    { name: 'one call', output: section(weather('Paris')), parts: [paris] },
    {
      name: 'text without calls',
      output: 'A <|tool is no mark, nor is functions.now:0.\n',
      parts: [{ text: 'A <|tool is no mark, nor is functions.now:0.\n' }],
    },
    {
      name: 'text before a call',
      output: `Let me see.${section(weather('Paris'))}`,
      parts: [{ text: 'Let me see.' }, paris],
    },
    {
      name: 'calls in parallel, numbered through the conversation',
      output: section(
        weather('Oslo', 7),
        '\n',
        call('functions.now:8', '{}'),
        call('functions.add:9', '{"a":1,"b":2.5}'),
      ),
      parts: [
        { call: 'get_weather', arguments: '{"city": "Oslo"}', id: 'functions.get_weather:7' },
        { call: 'now', arguments: '{}', id: 'functions.now:8' },
        { call: 'add', arguments: '{"a":1,"b":2.5}', id: 'functions.add:9' },
      ],
    },
    {
      name: 'strings that hold marks, brackets and escapes',
      output: section(
        call('functions.search:0', '{"query": "<|tool_call_end|>}]\\"{\\\\", "tags": ["\\ud83d\\ude00é😀"]}'),
      ),
      parts: [
        {
          call: 'search',
          arguments: '{"query": "<|tool_call_end|>}]\\"{\\\\", "tags": ["\\ud83d\\ude00é😀"]}',
          id: 'functions.search:0',
        },
      ],
    },
    {
      name: 'custom tools',
      output: section(
        call('functions.note:0', '{"input": "a \\"b\\"\\n😀"}'),
        call('functions.sku:1', '{"input": "AB-123"}'),
        call('functions.calculate:2', '1+(2+3)'),
      ),
      parts: [
        { call: 'note', kind: 'custom', arguments: 'a "b"\n😀', id: 'functions.note:0' },
        { call: 'sku', kind: 'custom', arguments: 'AB-123', id: 'functions.sku:1' },
        { call: 'calculate', kind: 'custom', arguments: '1+(2+3)', id: 'functions.calculate:2' },
      ],
    },
    {
      name: 'an input that the grammar does not allow',
      rules: { tools: [CALCULATE] },
      output: section(call('functions.calculate:0', '1+')),
      parts: [{ call: 'calculate', kind: 'custom', arguments: '1+', id: 'functions.calculate:0' }],
      taken: 'neither',
    },
    {
      name: 'two calls of one id',
      output: section(weather('Paris'), weather('Rome')),
      parts: [paris, { call: 'get_weather', arguments: '{"city": "Rome"}' }],
    },
    {
      name: 'calls without the section around them, and without the namespace',
      output: `Well.\n${call('get_weather:0', ' {"city": "Paris"} ')}`,
      parts: [{ text: 'Well.\n' }, { ...paris, id: 'get_weather:0' }],
      taken: 'neither',
    },
    {
      name: 'a tool that is not there',
      output: section(call('functions.get_time:0', '{}')),
      parts: [{ text: section(call('functions.get_time:0', '{}')) }],
      taken: 'neither',
    },
    {
      name: 'arguments that the schema does not allow',
      output: section(call('functions.add:0', '{"a":"1","b":2}')),
      parts: [{ call: 'add', arguments: '{"a":"1","b":2}', id: 'functions.add:0' }],
      taken: 'neither',
    },
    {
      name: 'a call that is cut off',
      output: section(weather('Paris')).split('ris"')[0]!,
      parts: [{ ...paris, arguments: '{"city": "Pa' }],
      taken: 'neither',
    },
    {
      name: 'a call without arguments at all',
      output: section(call('functions.now:0', '')),
      parts: [{ call: 'now', arguments: '{}', id: 'functions.now:0' }],
      taken: 'neither',
    },
    {
      name: 'text after calls',
      rules: { tools: [WEATHER] },
      output: `${section(weather('Paris'))} Done.`,
      parts: [paris, { text: ' Done.' }],
      taken: 'neither',
    },
  ],
};
