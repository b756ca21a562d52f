import type { CallFormat, CallRules, TagFormat } from './format.ts';
import { type AnswerInput, type Reading, readerOf } from './input.ts';
import { anyNumber, either, GAP, items, optional, regex, sequence, text, textWithout } from './tags.ts';
import { readXmlFunction, type XmlMarks, xmlFunction, xmlHead } from './xml-function.ts';

interface Family {
  readonly name: string;
  readonly detects: (template: string) => boolean;
  /** Around calls. */
  readonly begin: string;
  readonly end: string;
  readonly marks: XmlMarks;
  /** Whether calls in parallel stand in one block. Otherwise each has a block of its own. */
  readonly inOneBlock: boolean;
}

const QWEN: XmlMarks = {
  open: ['<function=', '>'],
  close: '</function>',
  parameter: ['<parameter=', '>'],
  parameterEnd: '</parameter>',
  lineBreak: '\n',
};

/**
 * Qwen3-Coder and Nemotron 3: `<tool_call>\n<function=x>\n<parameter=a>\n1\n</parameter>\n</function>\n</tool_call>`.
 * Strings stand bare, other values as JSON.
 */
export const qwenXml: CallFormat = xmlFormat({
  name: 'qwen-xml',
  detects: (template) => template.includes('<tool_call>') && /<function=[\s\S]*<parameter=/.test(template),
  begin: '<tool_call>',
  end: '</tool_call>',
  marks: QWEN,
  inOneBlock: false,
});

/** Seed-OSS: the same with a tag of its own, and no line breaks around values. */
export const seedXml: CallFormat = xmlFormat({
  name: 'seed-xml',
  detects: (template) => template.includes('<seed:tool_call>'),
  begin: '<seed:tool_call>',
  end: '</seed:tool_call>',
  marks: { ...QWEN, lineBreak: '' },
  inOneBlock: false,
});

/** MiniMax M2: `<minimax:tool_call>\n<invoke name="x">\n<parameter name="a">1</parameter>\n</invoke>\n</minimax:tool_call>`. */
export const minimaxXml: CallFormat = xmlFormat({
  name: 'minimax-xml',
  detects: (template) => template.includes('<minimax:tool_call>'),
  begin: '<minimax:tool_call>',
  end: '</minimax:tool_call>',
  marks: {
    open: ['<invoke name="', '">'],
    close: '</invoke>',
    parameter: ['<parameter name="', '">'],
    parameterEnd: '</parameter>',
    lineBreak: '',
  },
  inOneBlock: true,
});

function xmlFormat(family: Family): CallFormat {
  const { name, detects, begin, end, marks } = family;
  return {
    name,
    detects,
    controlTokens: [begin, end],
    calls: (rules) => xmlCalls(family, rules),
    // Some models leave the outer tag out.
    textOrCalls: (rules) => sequence(textWithout(begin, marks.open[0]), optional(xmlCalls(family, rules))),
    text: () => textWithout(begin, marks.open[0]),
    reader: (rules) => readerOf((input) => readXmlCalls(input, family, rules)),
  };
}

function xmlCalls({ begin, end, marks, inOneBlock }: Family, { tools, parallel }: CallRules): TagFormat {
  const call = sequence(either(tools.map((tool) => xmlFunction(tool, marks))), regex(GAP));
  const block = (content: TagFormat) => sequence(text(begin), regex(GAP), content, text(end));
  if (inOneBlock) return block(parallel ? sequence(call, anyNumber(call)) : call);
  return items(block(call), regex(GAP), parallel);
}

function* readXmlCalls(input: AnswerInput, { begin, end, marks }: Family, { tools }: CallRules): Reading {
  for (;;) {
    const mark = yield* input.textBefore(begin, marks.open[0]);
    if (mark === undefined) return;
    const from = mark === begin ? begin.length + (yield* input.blanks(begin.length)) : 0;
    let head = yield* xmlHead(input, from, tools, marks);
    if (!head) input.showUnlessCut(mark.length);
    for (; head; head = yield* xmlHead(input, yield* input.blanks(), tools, marks)) {
      yield* readXmlFunction(input, head, marks);
      if (yield* input.skipBlanksAnd(end)) break;
    }
  }
}
