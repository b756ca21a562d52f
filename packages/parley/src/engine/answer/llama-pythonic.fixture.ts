import type { FormatSuite } from './conformance.fixture.ts';
import { llamaPythonic } from './llama-pythonic.ts';
import { CALCULATE, RELATED, WEATHER } from './tools.fixture.ts';

export const llamaPythonicSuite: FormatSuite = {
  format: llamaPythonic,
  template: `{%- if tools is not none %}{{- 'Respond in the format [func_name1(params_name1=params_value1, params_name2=params_value2...), func_name2(params)] ' }}{{- '"parameters": ' }}{{- '<|start_header_id|>' }}{%- endif %}`,
  marks: ['""")', '")', ')', ']'],
  opening: (name) => `[${name}(`,
  cases: [
    {
      name: 'one call',
      output: '[get_weather(city="Paris", unit="celsius")]',
      parts: [{ call: 'get_weather', arguments: '{"city": "Paris", "unit": "celsius"}' }],
    },
    {
      name: 'two calls, one without arguments',
      output: '[now(), add(a=1, b=-2.5)]',
      parts: [
        { call: 'now', arguments: '{}' },
        { call: 'add', arguments: '{"a": 1, "b": -2.5}' },
      ],
    },
    {
      name: 'values of all kinds',
      output:
        '[search(exact=True, query="[x(\\"y\\\\)]\\u00e9\\ud83d\\ude00😀", tags=["a", ")"], within={"from": 1, "to": 2}, limit=None)]',
      parts: [
        {
          call: 'search',
          arguments:
            '{"exact": true, "query": "[x(\\"y\\\\)]é😀😀", "tags": ["a", ")"], "within": {"from": 1, "to": 2}, "limit": null}',
        },
      ],
    },
    {
      name: 'text without calls',
      output: '[1] is a note, as [now()] is a call.',
      parts: [{ text: '[1] is a note, as [now()] is a call.' }],
    },
    {
      name: 'custom tools',
      output: '[note(input="a \\"b\\"\\n"), sku(input="AB-123"), calculate(input=r"""1+(2+3)""")]',
      parts: [
        { call: 'note', kind: 'custom', arguments: 'a "b"\n' },
        { call: 'sku', kind: 'custom', arguments: 'AB-123' },
        { call: 'calculate', kind: 'custom', arguments: '1+(2+3)' },
      ],
    },
    {
      name: 'marks around calls',
      output: '<|python_start|>[now()]<|python_end|>',
      parts: [{ call: 'now', arguments: '{}' }],
    },
    {
      name: 'arguments that are related, as a dictionary',
      rules: { tools: [RELATED] },
      output: '[move(**{"x": 1, "y": 2})]',
      parts: [{ call: 'move', arguments: '{"x": 1, "y": 2}' }],
    },
    {
      name: 'related arguments of which one is missing',
      rules: { tools: [RELATED] },
      output: '[move(**{"x": 1})]',
      parts: [{ call: 'move', arguments: '{"x": 1}' }],
      taken: 'neither',
    },
    {
      name: 'what else Python allows',
      output:
        "\n[ search('''it's \"\\\n\\x41\\U0001f600\\d''', tags = ('a', 'b',), within={'from': 1_000, 2: [.5, nan, {}],}, exact=False,) , now()\n]\n",
      parts: [
        {
          call: 'search',
          arguments:
            '{"exact": "it\'s \\"A😀\\\\d", "tags": ["a", "b"], "within": {"from": 1000, "2": [0.5, "nan", {}]}, "exact": false}',
        },
        { call: 'now', arguments: '{}' },
      ],
      taken: 'neither',
    },
    {
      name: 'a tool that is not there',
      output: '[get_time()]',
      parts: [{ text: '[get_time()]' }],
      taken: 'textOrCalls',
    },
    {
      name: 'arguments that the schema does not allow',
      output: '[add(a="1", b=2)]',
      parts: [{ call: 'add', arguments: '{"a": "1", "b": 2}' }],
      taken: 'neither',
    },
    {
      name: 'an argument that is missing',
      rules: { tools: [WEATHER] },
      output: '[get_weather(unit="celsius")]',
      parts: [{ call: 'get_weather', arguments: '{"unit": "celsius"}' }],
      taken: 'neither',
    },
    {
      name: 'an input that the grammar does not allow',
      rules: { tools: [CALCULATE] },
      output: '[calculate(input=r"""1+""")]',
      parts: [{ call: 'calculate', kind: 'custom', arguments: '1+' }],
      taken: 'neither',
    },
    {
      name: 'a call that is cut off',
      output: '[get_weather(city="Par',
      parts: [{ call: 'get_weather', arguments: '{"city": "Par' }],
      taken: 'neither',
    },
    {
      name: 'text behind calls',
      output: '[now()] is it.',
      parts: [{ call: 'now', arguments: '{}' }, { text: ' is it.' }],
      taken: 'neither',
    },
  ],
};
