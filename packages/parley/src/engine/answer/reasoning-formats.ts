import type { ReasoningFormat } from './format.ts';

interface Marks {
  readonly name: string;
  readonly begin: string;
  readonly end: string;
  /** What a template of the family says of it; default: it has the mark that ends a block. */
  readonly sign?: RegExp;
}

const MARKS: readonly Marks[] = [
  // Cohere's Command A Reasoning and Command R7B.
  { name: 'command', begin: '<|START_THINKING|>', end: '<|END_THINKING|>' },
  // Magistral.
  { name: 'mistral', begin: '[THINK]', end: '[/THINK]' },
  { name: 'seed', begin: '<seed:think>', end: '</seed:think>' },
  { name: 'kimi-vl', begin: '◁think▷', end: '◁/think▷' },
  // Magistral's first version, Hunyuan and EXAONE Deep used words of their own; these are what is left of them.
  { name: 'thought', begin: '<thought>', end: '</thought>' },
  // Qwen3, DeepSeek R1 and V3.1, GLM 4.5, Granite 3.3, Nemotron, Kimi K2 Thinking, MiniMax M2 and most others.
  { name: 'think', begin: '<think>', end: '</think>', sign: /<\/?think>/ },
];

/** Asked in order; the first whose mark is in the template is the model's. */
export const REASONING_FORMATS: readonly ReasoningFormat[] = MARKS.map(({ name, begin, end, sign }) => ({
  name,
  begin,
  end,
  controlTokens: [begin, end],
  forcedEnd: `\n${end}\n\n`,
  detects: (template) => (sign ? sign.test(template) : template.includes(end)),
}));
