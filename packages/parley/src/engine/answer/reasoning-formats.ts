import type { ReasoningFormat } from './format.ts';

interface Marks {
  readonly name: string;
  readonly begin: string;
  readonly end: string;
  /** White space that the family writes before and behind the end; default: none. */
  readonly around?: readonly [string, string];
  /** What a template of the family has in it; default: the end. */
  readonly sign?: RegExp;
}

const MARKS: readonly Marks[] = [
  // Cohere's Command R7B and Command A Reasoning.
  { name: 'command', begin: '<|START_THINKING|>', end: '<|END_THINKING|>' },
  // Magistral from 2507 on.
  { name: 'mistral', begin: '[THINK]', end: '[/THINK]' },
  // ByteDance's Seed-OSS.
  { name: 'seed', begin: '<seed:think>', end: '</seed:think>' },
  { name: 'kimi-vl', begin: '◁think▷', end: '◁/think▷' },
  { name: 'apertus', begin: '<|inner_prefix|>', end: '<|inner_suffix|>' },
  // EXAONE Deep.
  { name: 'thought', begin: '<thought>', end: '</thought>', around: ['\n', '\n\n'] },
  // Granite 3.2, in plain words.
  {
    name: 'granite',
    begin: 'Here is my thought process:',
    end: 'Here is my response:',
    around: ['\n\n', '\n\n'],
  },
  // Qwen3, DeepSeek R1 and V3.1, GLM 4.5, Granite 3.3, Nemotron, Kimi K2 Thinking, MiniMax M2 and most others.
  { name: 'think', begin: '<think>', end: '</think>', around: ['\n', '\n\n'], sign: /<\/?think>/ },
];

/** Asked in order; the first that knows the template is the model's. */
export const REASONING_FORMATS: readonly ReasoningFormat[] = MARKS.map(reasoningFormat);

function reasoningFormat({ name, begin, end, around = ['', ''], sign }: Marks): ReasoningFormat {
  return {
    name,
    begin,
    end,
    controlTokens: [begin, end],
    forcedEnd: around[0] + end + around[1],
    detects: (template) => (sign ? sign.test(template) : template.includes(end)),
  };
}
