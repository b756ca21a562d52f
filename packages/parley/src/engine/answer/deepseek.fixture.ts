import type { FormatSuite } from './conformance.fixture.ts';
import { deepseek } from './deepseek.ts';
import type { ToolSpec } from './format.ts';
import { CALCULATE, NOW, WEATHER } from './tools.fixture.ts';

const list = (...calls: string[]) => `<｜tool▁calls▁begin｜>${calls.join('')}<｜tool▁calls▁end｜>`;
/** As V3.1 writes it. */
const call = (name: string, content: string) =>
  `<｜tool▁call▁begin｜>${name}<｜tool▁sep｜>${content}<｜tool▁call▁end｜>`;
/** As V3 and R1 write it. */
const fenced = (name: string, content: string, language = 'json') =>
  call('function', `${name}\n\`\`\`${language}\n${content}\n\`\`\``);

const FUNCTION: ToolSpec = { ...NOW, name: 'function' };
const paris = { call: 'get_weather', arguments: '{"city": "Paris"}' };
const PARIS = '{"city": "Paris"}';

export const deepseekSuite: FormatSuite = {
  format: deepseek,
  template: `{{ '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>' + tool['function']['name'] + '<｜tool▁sep｜>' }}`,
  marks: ['<｜tool▁call▁end｜>', '<｜tool▁calls▁end｜>', '\n```<｜tool▁call▁end｜>', '<｜tool▁sep｜>'],
  opening: 'Well. <｜tool▁calls▁begin｜>',
  cases: [
    { name: 'one call of V3.1', output: list(call('get_weather', PARIS)), parts: [paris] },
    { name: 'one call of V3', output: list(fenced('get_weather', PARIS)), parts: [paris] },
    {
      name: 'text without calls',
      output: 'A <｜tool is no mark, nor is ```json\n{}\n```.',
      parts: [{ text: 'A <｜tool is no mark, nor is ```json\n{}\n```.' }],
    },
    {
      name: 'text before a call',
      output: `Let me see.${list(call('get_weather', PARIS))}`,
      parts: [{ text: 'Let me see.' }, paris],
    },
    {
      name: 'calls in parallel of V3.1',
      output: list(call('get_weather', PARIS), call('now', '{}'), call('add', '{"a":1,"b":2.5}')),
      parts: [paris, { call: 'now', arguments: '{}' }, { call: 'add', arguments: '{"a":1,"b":2.5}' }],
    },
    {
      name: 'calls in parallel of V3',
      output: list(fenced('get_weather', PARIS), '\n', fenced('now', '{}')),
      parts: [paris, { call: 'now', arguments: '{}' }],
    },
    {
      name: 'strings that hold marks, brackets and escapes',
      output: list(
        call('search', '{"query": "<｜tool▁call▁end｜>}]\\"{\\\\", "tags": ["\\ud83d\\ude00é😀"]}'),
        fenced('search', '{\n  "query": "```\\n"\n}'),
      ),
      parts: [
        {
          call: 'search',
          arguments: '{"query": "<｜tool▁call▁end｜>}]\\"{\\\\", "tags": ["\\ud83d\\ude00é😀"]}',
        },
        { call: 'search', arguments: '{\n  "query": "```\\n"\n}' },
      ],
    },
    {
      name: 'custom tools',
      output: list(
        call('note', '{"input": "a \\"b\\"\\n😀"}'),
        fenced('sku', '{"input": "AB-123"}'),
        call('calculate', '1+(2+3)'),
        fenced('calculate', '4+5', ''),
      ),
      parts: [
        { call: 'note', kind: 'custom', arguments: 'a "b"\n😀' },
        { call: 'sku', kind: 'custom', arguments: 'AB-123' },
        { call: 'calculate', kind: 'custom', arguments: '1+(2+3)' },
        { call: 'calculate', kind: 'custom', arguments: '4+5' },
      ],
    },
    {
      name: 'an input that the grammar does not allow',
      rules: { tools: [CALCULATE] },
      output: list(call('calculate', '1+')),
      parts: [{ call: 'calculate', kind: 'custom', arguments: '1+' }],
      taken: 'neither',
    },
    {
      name: 'a function by the name of function',
      rules: { tools: [FUNCTION, WEATHER] },
      output: list(call('function', '{}'), fenced('function', '{}'), fenced('get_weather', PARIS)),
      parts: [{ call: 'function', arguments: '{}' }, { call: 'function', arguments: '{}' }, paris],
    },
    {
      name: 'a tool that is not there',
      output: list(call('get_time', '{}'), fenced('get_time', '{}')),
      parts: [{ text: list(call('get_time', '{}'), fenced('get_time', '{}')) }],
      taken: 'neither',
    },
    {
      name: 'arguments that the schema does not allow',
      output: list(call('add', '{"a":"1","b":2}')),
      parts: [{ call: 'add', arguments: '{"a":"1","b":2}' }],
      taken: 'neither',
    },
    {
      name: 'a call that is cut off',
      output: list(fenced('get_weather', '{"city": "Par')).split('\n```<')[0]!,
      parts: [{ call: 'get_weather', arguments: '{"city": "Par' }],
      taken: 'neither',
    },
    {
      name: 'calls without the marks around all of them',
      output: `Well. ${call('now', '')}`,
      parts: [{ text: 'Well. ' }, { call: 'now', arguments: '{}' }],
      taken: 'neither',
    },
    {
      name: 'text after calls',
      output: `${list(fenced('get_weather', PARIS))} Done.`,
      parts: [paris, { text: ' Done.' }],
      taken: 'neither',
    },
  ],
};
