import { findAhead, MAX_NAME, readCallContent } from './call-content.ts';
import type { CallFormat, CallRules, TagFormat, ToolSpec } from './format.ts';
import { type AnswerInput, type Reading, readerOf } from './input.ts';
import { argumentsFormat, isRaw, rawInput } from './json-arguments.ts';
import { either, GAP, items, optional, regex, sequence, text, textWithout } from './tags.ts';

const SECTION_BEGIN = '<|tool_calls_section_begin|>';
const SECTION_END = '<|tool_calls_section_end|>';
const CALL_BEGIN = '<|tool_call_begin|>';
const ARGUMENTS = '<|tool_call_argument_begin|>';
const CALL_END = '<|tool_call_end|>';

/**
 * Kimi K2: `<|tool_calls_section_begin|><|tool_call_begin|>functions.x:0<|tool_call_argument_begin|>{...}<|tool_call_end|>
 * <|tool_calls_section_end|>`. The model names its calls, counting through the whole conversation, and its template shows
 * results by these ids. Source: docs/tool_call_guidance.md of moonshotai/Kimi-K2-Instruct.
 */
export const kimi: CallFormat = {
  name: 'kimi',
  detects: (template) =>
    template.includes(CALL_BEGIN) ||
    template.includes(SECTION_BEGIN) ||
    (template.includes('tool_declare') && template.includes('<|im_middle|>')),
  controlTokens: [SECTION_BEGIN, SECTION_END, CALL_BEGIN, ARGUMENTS, CALL_END],
  calls,
  textOrCalls: (rules) => sequence(textWithout(SECTION_BEGIN, CALL_BEGIN), optional(calls(rules))),
  text: () => textWithout(SECTION_BEGIN, CALL_BEGIN),
  reader: (rules) => readerOf((input) => readCalls(input, rules)),
};

function calls({ tools, parallel }: CallRules): TagFormat {
  const call = sequence(text(`${CALL_BEGIN}functions.`), either(tools.map(named)), text(CALL_END));
  return sequence(text(SECTION_BEGIN), items(call, regex(GAP), parallel), text(SECTION_END));
}

function named(tool: ToolSpec): TagFormat {
  const content = isRaw(tool) ? rawInput(tool, CALL_END) : argumentsFormat(tool);
  return sequence(text(`${tool.name}:`), regex('\\d{1,4}'), text(ARGUMENTS), content);
}

function* readCalls(input: AnswerInput, { tools }: CallRules): Reading {
  for (;;) {
    const mark = yield* input.textBefore(SECTION_BEGIN, CALL_BEGIN);
    if (mark === undefined) return;
    const from = mark === CALL_BEGIN ? 0 : mark.length + (yield* input.blanks(mark.length));
    const head = yield* headAt(input, from, tools);
    if (!head) {
      input.showUnlessCut(mark.length);
      continue;
    }
    const { tool, id, length } = head;
    input.skip(length);
    input.call(tool.kind, tool.name, id);
    yield* readCallContent(input, tool, [CALL_END, SECTION_END]);
    yield* input.skipBlanksAnd(CALL_END);
    yield* input.skipBlanksAnd(SECTION_END);
  }
}

const ID = /^(?:functions\.)?(.+):\d+$/;
const CUT_ID = /^(?:functions\.)?(.+?):\d*(?:<[^>]*)?$/;

interface CallHead {
  readonly tool: ToolSpec;
  readonly id: string | undefined;
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
  const end = yield* findAhead(input, ARGUMENTS, begin, MAX_NAME);
  if (end === undefined && !input.isCut) return undefined;
  const id = input.rest.slice(begin, end).trim();
  const [, name] = id.match(end === undefined ? CUT_ID : ID) ?? [];
  const tool = tools.find((one) => one.name === name);
  if (end !== undefined) return tool && { tool, id, length: end + ARGUMENTS.length };
  // Its number may be cut too, so it is no id.
  return tool && { tool, id: undefined, length: input.rest.length };
}
