/** Test support: answers in Harmony, written for these tests. */
import type { AnswerRules, CallRules } from './format.ts';
import { DEFAULT_TOOLS } from './tools.fixture.ts';
import type { Item } from './transcript.fixture.ts';

export const ANY: CallRules & { required: boolean } = {
  tools: DEFAULT_TOOLS,
  parallel: true,
  required: false,
};
const ROME = { type: 'json_schema', json_schema: { enum: ['Rome', 'Ro<|end|>me'] } } as const;

export const harmonyRules = (rules: Partial<AnswerRules> = {}): AnswerRules => ({
  calls: ANY,
  form: undefined,
  reasoning: 'optional',
  ...rules,
});

const thought = (text: string) => `<|channel|>analysis<|message|>${text}<|end|><|start|>assistant`;
const final = (text: string) => `<|channel|>final<|message|>${text}`;
export const weather = (city: string, type = ' <|constrain|>json') =>
  `<|channel|>commentary to=functions.get_weather${type}<|message|>{"city": "${city}"}`;

export interface HarmonyCase {
  readonly name: string;
  readonly output: string;
  readonly rules?: Partial<AnswerRules>;
  readonly items: readonly Item[];
  /** Whether the constraint takes it; default: yes. */
  readonly refused?: boolean;
}

const PARIS: Item = { call: 'get_weather', arguments: '{"city": "Paris"}' };

export const HARMONY_CASES: readonly HarmonyCase[] = [
  { name: 'text', output: final('It is < 20 °C 😀.'), items: [{ text: 'It is < 20 °C 😀.' }] },
  {
    name: 'reasoning before text',
    output: thought('Simple.') + final('4'),
    items: [{ reasoning: 'Simple.' }, { text: '4' }],
  },
  {
    name: 'reasoning before a call',
    output: thought('They want the weather.') + weather('Paris'),
    items: [{ reasoning: 'They want the weather.' }, PARIS],
  },
  {
    name: 'several thoughts',
    output: thought('One.') + thought(' Two.') + final('3'),
    items: [{ reasoning: 'One.\n\n Two.' }, { text: '3' }],
  },
  {
    name: 'a call without a space before its type',
    output: weather('Paris', '<|constrain|>json'),
    items: [PARIS],
  },
  { name: 'a call with a plain type', output: weather('Paris', ' json'), items: [PARIS] },
  { name: 'a call without a type', output: weather('Paris', ''), items: [PARIS] },
  {
    name: 'a call whose recipient stands in the part of the role',
    output: ' to=functions.get_weather<|channel|>commentary json<|message|>{"city": "Paris"}',
    items: [PARIS],
  },
  {
    name: 'an announcement before a call',
    output: `${thought('Two steps.')}<|channel|>commentary<|message|>I look it up.<|end|><|start|>assistant${weather('Paris')}`,
    items: [{ reasoning: 'Two steps.' }, { text: 'I look it up.' }, PARIS],
  },
  {
    name: 'calls in parallel',
    output: `${weather('Paris')}<|end|><|start|>assistant to=functions.now<|channel|>commentary <|constrain|>json<|message|>{}`,
    items: [PARIS, { call: 'now', arguments: '{}' }],
  },
  {
    name: 'strings that hold marks and escapes',
    output: weather('<|end|>}\\"\\u00e9é😀'),
    items: [{ call: 'get_weather', arguments: '{"city": "<|end|>}\\"\\u00e9é😀"}' }],
  },
  {
    name: 'a custom tool',
    output: '<|channel|>commentary to=functions.note json<|message|>{"input": "a \\"b\\"\\nc 😀"}',
    items: [{ call: 'note', kind: 'custom', arguments: 'a "b"\nc 😀' }],
  },
  {
    name: 'a custom tool with a grammar',
    output: ' to=functions.calculate<|channel|>commentary code<|message|>1+(2+3)',
    items: [{ call: 'calculate', kind: 'custom', arguments: '1+(2+3)' }],
  },
  {
    name: 'a beginning that the prompt lacks',
    output: `<|start|>assistant${thought('Hm.')}${final('Yes')}`,
    items: [{ reasoning: 'Hm.' }, { text: 'Yes' }],
  },
  {
    name: 'a prompt that ends inside of a thought',
    output: `ink about it.<|end|><|start|>assistant${final('Yes')}`,
    rules: { reasoning: 'open' },
    items: [{ reasoning: 'ink about it.' }, { text: 'Yes' }],
  },
  {
    name: 'a prompt that ends inside of the answer',
    output: ' and so on.',
    rules: { reasoning: 'none' },
    items: [{ text: ' and so on.' }],
  },
  {
    name: 'a form',
    output: thought('Italy.') + final('"Ro<|end|>me"'),
    rules: { form: ROME },
    items: [{ reasoning: 'Italy.' }, { text: '"Ro<|end|>me"' }],
  },
  {
    name: 'a form whose type is named',
    output: '<|channel|>final <|constrain|>json<|message|>"Rome"',
    rules: { form: ROME, calls: undefined },
    items: [{ text: '"Rome"' }],
  },
  { name: 'a call in place of a form', output: weather('Paris'), rules: { form: ROME }, items: [PARIS] },
  {
    name: 'a text that has not the form',
    output: final('Rome'),
    rules: { form: ROME, calls: undefined },
    items: [{ text: 'Rome' }],
    refused: true,
  },
  {
    name: 'an announcement where there must be calls only',
    output: `<|channel|>commentary<|message|>Now.<|end|><|start|>assistant${weather('Paris')}`,
    rules: { calls: { ...ANY, required: true } },
    items: [PARIS],
    refused: true,
  },
  {
    name: 'no text where a call is required',
    output: final('No.'),
    rules: { calls: { ...ANY, required: true } },
    items: [],
    refused: true,
  },
  {
    name: 'a thought where none was wanted',
    output: thought('Hm.') + final('Yes'),
    rules: { reasoning: 'none' },
    items: [{ reasoning: 'Hm.' }, { text: 'Yes' }],
    refused: true,
  },
  {
    name: 'two calls where one is allowed',
    output: `${weather('Paris')}<|end|><|start|>assistant${weather('Rome')}`,
    rules: { calls: { ...ANY, parallel: false } },
    items: [PARIS, { call: 'get_weather', arguments: '{"city": "Rome"}' }],
    refused: true,
  },
  {
    name: 'a call that is cut off',
    output: thought('Hm.') + weather('Paris').slice(0, -4),
    items: [{ reasoning: 'Hm.' }, { call: 'get_weather', arguments: '{"city": "Par' }],
    refused: true,
  },
  {
    name: 'a header that is cut off',
    output: `${thought('Hm.')}<|channel|>commentary to=functions.get_w`,
    items: [{ reasoning: 'Hm.' }],
    refused: true,
  },
  {
    name: 'a thought that is cut off',
    output: '<|channel|>analysis<|message|>Hm <|en',
    items: [{ reasoning: 'Hm <|en' }],
    refused: true,
  },
  { name: 'bare text', output: 'Hello, to=you <|x', items: [{ text: 'Hello, to=you <|x' }], refused: true },
  {
    name: 'a message without the mark before its content',
    output: '<|channel|>commentary Hello<|end|>',
    items: [{ text: 'Hello' }],
    refused: true,
  },
  {
    name: 'marks that end the generation, and messages without a beginning',
    output: `${weather('Paris')}<|call|>commentary${weather('Rome')}<|call|><|start|>assistant${final('Done')}<|return|>`,
    items: [PARIS, { call: 'get_weather', arguments: '{"city": "Rome"}' }, { text: 'Done' }],
    refused: true,
  },
  {
    name: 'a message without an end',
    output: `<|channel|>analysis<|message|>Hm.<|start|>assistant${final('Yes')}`,
    items: [{ reasoning: 'Hm.' }, { text: 'Yes' }],
    refused: true,
  },
  {
    name: 'a call without a namespace and without arguments',
    output: '<|channel|>commentary to=now<|message|><|call|>',
    items: [{ call: 'now', arguments: '{}' }],
    refused: true,
  },
  {
    name: 'recipients that are no tools',
    output: `<|channel|>analysis to=python code<|message|>1+1<|end|><|start|>assistant<|channel|>commentary to=functions.other json<|message|>{}`,
    items: [{ reasoning: '1+1' }, { text: '{}' }],
    refused: true,
  },
  {
    name: 'a result that the model made up',
    output: `${weather('Paris')}<|end|><|start|>functions.get_weather to=assistant<|channel|>commentary<|message|>20`,
    items: [PARIS, { text: '20' }],
    refused: true,
  },
  {
    name: 'a header without an end',
    output: `<|start|>assistant ${'x'.repeat(1500)}`,
    items: [{ text: `<|start|>assistant ${'x'.repeat(1500)}` }],
    refused: true,
  },
];
