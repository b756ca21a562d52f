import type { FormatSuite } from './conformance.fixture.ts';
import { minimaxXml, qwenXml, seedXml } from './qwen-xml.ts';
import { CALCULATE, RELATED, WEATHER } from './tools.fixture.ts';

const weather = (city: string) =>
  `<tool_call>\n<function=get_weather>\n<parameter=city>\n${city}\n</parameter>\n</function>\n</tool_call>`;

export const qwenXmlSuite: FormatSuite = {
  format: qwenXml,
  template: `{%- if tools %}# Tools{%- endif %}If you choose to call a function ONLY reply in the following format with NO suffix:

<tool_call>
<function=example_function_name>
<parameter=example_parameter_1>
value_1
</parameter>
</function>
</tool_call>`,
  marks: ['\n</parameter>\n', '</parameter>', '</function>', '</tool_call>', '<tool_call>', '<function='],
  opening: 'Well.\n<tool_call>\n',
  cases: [
    {
      name: 'one call',
      output: weather('Paris'),
      parts: [{ call: 'get_weather', arguments: '{"city": "Paris"}' }],
    },
    {
      name: 'text without calls',
      output: 'I <tool> cannot </tool_call> say <parameter=a>, <functi',
      parts: [{ text: 'I <tool> cannot </tool_call> say <parameter=a>, <functi' }],
    },
    {
      name: 'text and two calls, one without arguments',
      output: `Let me see.\n${weather('Oslo')}\n<tool_call>\n<function=now>\n</function>\n</tool_call>`,
      parts: [
        { text: 'Let me see.\n' },
        { call: 'get_weather', arguments: '{"city": "Oslo"}' },
        { call: 'now', arguments: '{}' },
      ],
    },
    {
      name: 'values of all kinds',
      output:
        '<tool_call>\n<function=search>\n<parameter=exact>\ntrue\n</parameter>\n<parameter=query>\nline "1"\n\n\\2 é😀\t\n\n</parameter>\n' +
        '<parameter=tags>\n["</parameter>", "]"]\n</parameter>\n<parameter=within>\n{"from": 1}\n</parameter>\n<parameter=limit>\n5\n</parameter>\n</function>\n</tool_call>',
      parts: [
        {
          call: 'search',
          arguments:
            '{"exact": true, "query": "line \\"1\\"\\n\\n\\\\2 é😀\\t\\n", "tags": ["</parameter>", "]"], "within": {"from": 1}, "limit": 5}',
        },
      ],
    },
    ...['null', 'few', '"5"', '5 or so'].map((limit) => ({
      name: `${limit} where text and numbers may come`,
      output: `<tool_call>\n<function=search>\n<parameter=query>\n1\n</parameter>\n<parameter=limit>\n${limit}\n</parameter>\n</function>\n</tool_call>`,
      parts: [
        {
          call: 'search',
          arguments: `{"query": "1", "limit": ${limit === 'null' ? limit : JSON.stringify(limit)}}`,
        },
      ],
    })),
    {
      name: 'custom tools',
      output:
        '<tool_call>\n<function=note>\n<parameter=input>\na "b"\n\n{\n</parameter>\n</function>\n</tool_call>\n' +
        '<tool_call>\n<function=sku>\n<parameter=input>\nAB-123\n</parameter>\n</function>\n</tool_call>\n' +
        '<tool_call>\n<function=calculate>\n<parameter=input>\n1+(2+3)\n</parameter>\n</function>\n</tool_call>',
      parts: [
        { call: 'note', kind: 'custom', arguments: 'a "b"\n\n{' },
        { call: 'sku', kind: 'custom', arguments: 'AB-123' },
        { call: 'calculate', kind: 'custom', arguments: '1+(2+3)' },
      ],
    },
    {
      name: 'arguments that are related, as one object',
      rules: { tools: [RELATED] },
      output: '<tool_call>\n<function=move>\n{"x": 1, "y": 2}\n</function>\n</tool_call>',
      parts: [{ call: 'move', arguments: '{"x": 1, "y": 2}' }],
    },
    {
      name: 'related arguments of which one is missing',
      rules: { tools: [RELATED] },
      output: '<tool_call>\n<function=move>\n{"x": 1}\n</function>\n</tool_call>',
      parts: [{ call: 'move', arguments: '{"x": 1}' }],
      taken: 'neither',
    },
    {
      name: 'a call without the outer tag',
      output: 'Well\n<function=get_weather>\n<parameter=city>\nRome\n</parameter>\n</function>\n</tool_call>',
      parts: [{ text: 'Well\n' }, { call: 'get_weather', arguments: '{"city": "Rome"}' }],
      taken: 'neither',
    },
    {
      name: 'values without line breaks',
      output:
        '<tool_call><function=add><parameter=a>1</parameter><parameter=b>True</parameter></function></tool_call>',
      parts: [{ call: 'add', arguments: '{"a": 1, "b": true}' }],
      taken: 'neither',
    },
    {
      name: 'values of wrong kinds',
      output:
        '<tool_call>\n<function=add>\n<parameter=a>\none\n</parameter>\n<parameter=c>\n[x] y\n</parameter>\n</function>\n</tool_call>',
      parts: [{ call: 'add', arguments: '{"a": "one", "c": "[x] y"}' }],
      taken: 'neither',
    },
    {
      name: 'a tool that is not there',
      output: '<tool_call>\n<function=get_time>\n</function>\n</tool_call>',
      parts: [{ text: '<tool_call>\n<function=get_time>\n</function>\n</tool_call>' }],
      taken: 'neither',
    },
    {
      name: 'an input that the grammar does not allow',
      rules: { tools: [CALCULATE] },
      output:
        '<tool_call>\n<function=calculate>\n<parameter=input>\n1+\n</parameter>\n</function>\n</tool_call>',
      parts: [{ call: 'calculate', kind: 'custom', arguments: '1+' }],
      taken: 'neither',
    },
    {
      name: 'a call that is cut off',
      output: '<tool_call>\n<function=get_weather>\n<parameter=city>\nPar',
      parts: [{ call: 'get_weather', arguments: '{"city": "Par' }],
      taken: 'neither',
    },
    {
      name: 'text after a call',
      rules: { tools: [WEATHER] },
      output: `${weather('Rome')}\nThat was it.`,
      parts: [{ call: 'get_weather', arguments: '{"city": "Rome"}' }, { text: '\nThat was it.' }],
      taken: 'neither',
    },
  ],
};

export const seedXmlSuite: FormatSuite = {
  format: seedXml,
  template:
    '{% if tools %}<seed:tool_call>\n<function=example_function_name>\n<parameter=example_parameter_1>value_1</parameter>{% endif %}',
  marks: ['</parameter>\n', '</function>', '</seed:tool_call>', '<seed:tool_call>', '<function='],
  opening: 'Well.\n<seed:tool_call>\n',
  cases: [
    {
      name: 'calls in parallel, values with line breaks of their own',
      output:
        '<seed:tool_call>\n<function=get_weather>\n<parameter=city>\nOslo\n</parameter>\n<parameter=unit>celsius</parameter>\n</function>\n</seed:tool_call>\n' +
        '<seed:tool_call>\n<function=add>\n<parameter=a>1</parameter>\n<parameter=b>2.5</parameter>\n</function>\n</seed:tool_call>',
      parts: [
        { call: 'get_weather', arguments: '{"city": "\\nOslo\\n", "unit": "celsius"}' },
        { call: 'add', arguments: '{"a": 1, "b": 2.5}' },
      ],
    },
    {
      name: 'a value that the schema does not allow',
      output:
        '<seed:tool_call>\n<function=get_weather>\n<parameter=city>Oslo</parameter>\n<parameter=unit>kelvin</parameter>\n</function>\n</seed:tool_call>',
      parts: [{ call: 'get_weather', arguments: '{"city": "Oslo", "unit": "kelvin"}' }],
      taken: 'neither',
    },
  ],
};

export const minimaxXmlSuite: FormatSuite = {
  format: minimaxXml,
  template:
    '{% if tools %}<minimax:tool_call>\n<invoke name="tool-name-1">\n<parameter name="param-key-1">param-value-1</parameter>{% endif %}',
  marks: ['</parameter>\n', '</invoke>', '</minimax:tool_call>', '<minimax:tool_call>', '<invoke name="'],
  opening: 'Well.\n<minimax:tool_call>\n',
  cases: [
    {
      name: 'calls in one block',
      output:
        'So:\n<minimax:tool_call>\n<invoke name="get_weather">\n<parameter name="city">Oslo</parameter>\n</invoke>\n<invoke name="now">\n</invoke>\n</minimax:tool_call>',
      parts: [
        { text: 'So:\n' },
        { call: 'get_weather', arguments: '{"city": "Oslo"}' },
        { call: 'now', arguments: '{}' },
      ],
    },
    {
      name: 'an argument that is missing',
      output: '<minimax:tool_call>\n<invoke name="get_weather">\n</invoke>\n</minimax:tool_call>',
      parts: [{ call: 'get_weather', arguments: '{}' }],
      taken: 'neither',
    },
  ],
};
