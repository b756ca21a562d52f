import { commandR } from './command-r.ts';
import type { FormatSuite } from './conformance.fixture.ts';
import { CALCULATE, WEATHER } from './tools.fixture.ts';

const call = (name: string, content: string, index = 0) =>
  `{"tool_call_id": "${index}", "tool_name": "${name}", "parameters": ${content}}`;
const weather = (city: string, index = 0) => call('get_weather', `{"city": "${city}"}`, index);
const action = (...calls: string[]) => `<|START_ACTION|>[\n    ${calls.join(',\n    ')}\n]<|END_ACTION|>`;
const response = (text: string) => `<|START_RESPONSE|>${text}<|END_RESPONSE|>`;
const paris = { call: 'get_weather', arguments: '{"city": "Paris"}' };

export const commandRSuite: FormatSuite = {
  format: commandR,
  template: `{% for tc in message.tool_calls %}<|START_ACTION|>[
    {"tool_call_id": "{{ tool_idx.value }}", "tool_name": "{{ tc['function']['name'] }}"{% endfor %}`,
  marks: ['}]', '<|END_ACTION|>', ']```', '```', '<|START_ACTION|>'],
  opening: 'Well. <|START_ACTION|>',
  cases: [
    { name: 'one call', output: action(weather('Paris')), parts: [paris] },
    {
      name: 'one call without white space',
      output: '<|START_ACTION|>[{"tool_name":"get_weather","parameters":{"city": "Paris"}}]<|END_ACTION|>',
      parts: [paris],
    },
    {
      name: 'one call of Command R+',
      output:
        'Plan: I look it up.\nAction:\n```json\n[\n    {\n        "tool_name": "get_weather",\n        "parameters": {"city": "Paris"}\n    }\n]```',
      parts: [{ text: 'Plan: I look it up.\n' }, paris],
    },
    {
      name: 'one call of Command R on its own line',
      output: 'Action: ```json\n[{"tool_name": "get_weather", "parameters": {"city": "Paris"}}]\n```',
      parts: [paris],
    },
    { name: 'text', output: response('It is 20 °C.'), parts: [{ text: 'It is 20 °C.' }] },
    {
      name: 'text of the later generation',
      output: '<|START_TEXT|>It is 20 °C.<|END_TEXT|>',
      parts: [{ text: 'It is 20 °C.' }],
    },
    {
      name: 'bare text',
      output: 'A <|START is no mark, nor is an Action: ```js block.',
      parts: [{ text: 'A <|START is no mark, nor is an Action: ```js block.' }],
    },
    {
      name: 'text before a call',
      output: `${response('Let me see.')}${action(weather('Paris'))}`,
      parts: [{ text: 'Let me see.' }, paris],
    },
    {
      name: 'calls in parallel',
      output: action(weather('Paris', 3), call('now', '{}', 4), call('add', '{"a": 1, "b": 2.5}', 5)),
      parts: [paris, { call: 'now', arguments: '{}' }, { call: 'add', arguments: '{"a": 1, "b": 2.5}' }],
    },
    {
      name: 'strings that hold brackets, escapes and marks',
      output: action(call('search', '{"query": "}]\\"{\\\\<|END_ACTION|>", "tags": ["\\ud83d\\ude00é😀"]}')),
      parts: [
        { call: 'search', arguments: '{"query": "}]\\"{\\\\<|END_ACTION|>", "tags": ["\\ud83d\\ude00é😀"]}' },
      ],
    },
    {
      name: 'custom tools, the last with a grammar',
      output: action(
        call('note', '{"input": "a \\"b\\"\\n😀"}'),
        call('sku', '{"input": "AB-123"}', 1),
        '{"tool_call_id": "2", "tool_name": "calculate"}\n1+(2+3)',
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
      output: action('{"tool_name": "calculate"}\n1+'),
      parts: [{ call: 'calculate', kind: 'custom', arguments: '1+' }],
      taken: 'neither',
    },
    {
      name: 'a tool that is not there',
      output: action(call('directly_answer', '{}')),
      parts: [{ text: action(call('directly_answer', '{}')) }],
      taken: 'neither',
    },
    {
      name: 'arguments that the schema does not allow',
      output: action(call('add', '{"a": "1", "b": 2}')),
      parts: [{ call: 'add', arguments: '{"a": "1", "b": 2}' }],
      taken: 'neither',
    },
    {
      name: 'a call that is cut off',
      output: action(weather('Paris')).split('ris"')[0]!,
      parts: [{ call: 'get_weather', arguments: '{"city": "Pa' }],
      taken: 'neither',
    },
    {
      name: 'text after calls',
      rules: { tools: [WEATHER] },
      output: `${action(weather('Paris'))}${response('Done.')}`,
      parts: [paris, { text: 'Done.' }],
      taken: 'neither',
    },
  ],
};
