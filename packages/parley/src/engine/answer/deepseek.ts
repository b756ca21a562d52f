import { cutName, findAhead, MAX_NAME, readCallContent } from './call-content.ts';
import type { CallFormat, CallRules, TagFormat, ToolSpec } from './format.ts';
import { type AnswerInput, type Reading, readerOf } from './input.ts';
import { argumentsFormat, isRaw, rawInput } from './json-arguments.ts';
import { either, GAP, items, optional, regex, sequence, text, textWithout } from './tags.ts';

const CALLS_BEGIN = '<｜tool▁calls▁begin｜>';
const CALLS_END = '<｜tool▁calls▁end｜>';
const CALL_BEGIN = '<｜tool▁call▁begin｜>';
const CALL_END = '<｜tool▁call▁end｜>';
const SEPARATOR = '<｜tool▁sep｜>';
const FENCE = '```';

/**
 * DeepSeek. V3.1 and V3.2-Exp write `<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>x<｜tool▁sep｜>{...}<｜tool▁call▁end｜>
 * <｜tool▁calls▁end｜>`, R1 and V3 a kind before the name and a code block around the arguments. A model keeps to the form
 * of its template, so both are taken from every model.
 */
export const deepseek: CallFormat = {
  name: 'deepseek',
  detects: (template) => template.includes(CALLS_BEGIN) || template.includes(CALL_BEGIN),
  controlTokens: [CALLS_BEGIN, CALLS_END, CALL_BEGIN, CALL_END, SEPARATOR],
  calls,
  textOrCalls: (rules) => sequence(textWithout(CALLS_BEGIN, CALL_BEGIN), optional(calls(rules))),
  text: () => textWithout(CALLS_BEGIN, CALL_BEGIN),
  reader: (rules) => readerOf((input) => readCalls(input, rules)),
};

function calls({ tools, parallel }: CallRules): TagFormat {
  const call = sequence(text(CALL_BEGIN), either(tools.flatMap(named)), text(CALL_END));
  return sequence(
    text(CALLS_BEGIN),
    regex(GAP),
    items(call, regex(GAP), parallel),
    regex(GAP),
    text(CALLS_END),
  );
}

function named(tool: ToolSpec): TagFormat[] {
  const { name } = tool;
  if (isRaw(tool)) {
    return [
      sequence(text(`${name}${SEPARATOR}`), rawInput(tool, CALL_END)),
      sequence(
        text(`function${SEPARATOR}${name}\n${FENCE}`),
        regex('[a-z]{0,16}\\n'),
        rawInput(tool, `\n${FENCE}`),
        text(`\n${FENCE}`),
      ),
    ];
  }
  return [
    sequence(text(`${name}${SEPARATOR}`), argumentsFormat(tool)),
    sequence(text(`function${SEPARATOR}${name}\n${FENCE}json\n`), argumentsFormat(tool), text(`\n${FENCE}`)),
  ];
}

function* readCalls(input: AnswerInput, { tools }: CallRules): Reading {
  for (;;) {
    const mark = yield* input.textBefore(CALLS_BEGIN, CALL_BEGIN);
    if (mark === undefined) return;
    const from = mark === CALL_BEGIN ? 0 : mark.length + (yield* input.blanks(mark.length));
    const head = yield* headAt(input, from, tools);
    if (!head) {
      input.showUnlessCut(mark.length);
      continue;
    }
    input.skip(head.length);
    input.call(head.tool.kind, head.tool.name);
    yield* readCallContent(input, head.tool, [`\n${FENCE}${CALL_END}`, CALL_END, CALLS_END]);
    yield* input.skipBlanksAnd(FENCE);
    yield* input.skipBlanksAnd(CALL_END);
    yield* input.skipBlanksAnd(CALLS_END);
  }
}

interface CallHead {
  readonly tool: ToolSpec;
  /** Code units before the arguments. */
  readonly length: number;
}

function* headAt(
  input: AnswerInput,
  from: number,
  tools: readonly ToolSpec[],
): Reading<CallHead | undefined> {
  if (!(yield* input.startsWith(CALL_BEGIN, from))) return undefined;
  const begin = from + CALL_BEGIN.length;
  const separator = yield* findAhead(input, SEPARATOR, begin, MAX_NAME);
  if (separator === undefined) {
    const tool = input.isCut ? cutName(input.rest.slice(begin), SEPARATOR, tools) : undefined;
    return tool && { tool, length: input.rest.length };
  }
  const first = input.rest.slice(begin, separator).trim();
  const behind = separator + SEPARATOR.length;
  const fenced = first === 'function' ? yield* fencedAt(input, behind, tools) : undefined;
  if (fenced) return fenced;
  const tool = tools.find(({ name }) => name === first);
  return tool && { tool, length: behind };
}

/** The name and the beginning of a code block. */
function* fencedAt(
  input: AnswerInput,
  from: number,
  tools: readonly ToolSpec[],
): Reading<CallHead | undefined> {
  // Of a function by the name of `function` here come the arguments.
  if ((yield* input.at(from)) === '{') return undefined;
  const end = yield* findAhead(input, '\n', from, MAX_NAME);
  const tool = end !== undefined && tools.find(({ name }) => name === input.rest.slice(from, end).trim());
  if (end === undefined || !tool) return undefined;
  const fence = end + (yield* input.blanks(end));
  if (!(yield* input.startsWith(FENCE, fence))) return { tool, length: end + 1 };
  const line = yield* findAhead(input, '\n', fence, MAX_NAME);
  if (line !== undefined) return { tool, length: line + 1 };
  return input.isCut ? { tool, length: input.rest.length } : undefined;
}
