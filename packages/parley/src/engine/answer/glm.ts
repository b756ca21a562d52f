import { bareValue, readBareValue } from './bare-value.ts';
import { findAhead, MAX_NAME } from './call-content.ts';
import type { CallFormat, CallRules, TagFormat, ToolSpec } from './format.ts';
import { type AnswerInput, type Reading, readerOf } from './input.ts';
import { argumentsFormat, isRaw, rawInput } from './json-arguments.ts';
import { readArguments } from './json-input.ts';
import { type Parameter, plainParameters } from './plain-parameters.ts';
import { either, GAP, items, optional, regex, sequence, text, textWithout } from './tags.ts';

const BEGIN = '<tool_call>';
const END = '</tool_call>';
const KEY = '<arg_key>';
const KEY_END = '</arg_key>';
const VALUE = '<arg_value>';
const VALUE_END = '</arg_value>';

/** Parameters of other names make the arguments one JSON object. */
const NAMES = /^[^<>"\s]{1,256}$/;

/**
 * GLM-4.5 and 4.6: `<tool_call>x\n<arg_key>a</arg_key>\n<arg_value>1</arg_value>\n</tool_call>`; GLM-4.7 the same without
 * line breaks. Strings stand bare, other values as JSON.
 */
export const glm: CallFormat = {
  name: 'glm',
  detects: (template) => template.includes(KEY) && template.includes(VALUE),
  controlTokens: [BEGIN, END, KEY, KEY_END, VALUE, VALUE_END],
  calls,
  textOrCalls: (rules) => sequence(textWithout(BEGIN), optional(calls(rules))),
  text: () => textWithout(BEGIN),
  reader: (rules) => readerOf((input) => readCalls(input, rules)),
};

function calls({ tools, parallel }: CallRules): TagFormat {
  const call = sequence(text(BEGIN), either(tools.map(named)), text(END));
  return items(call, regex(GAP), parallel);
}

function named(tool: ToolSpec): TagFormat {
  const parameters = plainParameters(tool, NAMES);
  const content = parameters?.map((one) => {
    const written = tagged(one, tool);
    return one.isRequired ? written : optional(written);
  }) ?? [argumentsFormat(tool), regex(GAP)];
  return sequence(text(tool.name), regex('\\n?'), ...content);
}

function tagged(one: Parameter, tool: ToolSpec): TagFormat {
  const value = isRaw(tool) ? rawInput(tool, VALUE_END) : bareValue(one, VALUE_END);
  return sequence(
    text(KEY + one.name + KEY_END),
    regex('\\n?'),
    text(VALUE),
    value,
    text(VALUE_END),
    regex('\\n?'),
  );
}

function* readCalls(input: AnswerInput, { tools }: CallRules): Reading {
  while (yield* input.textBefore(BEGIN)) {
    const head = yield* headAt(input, tools);
    if (!head) {
      input.showUnlessCut(BEGIN.length);
      continue;
    }
    const { tool, length } = head;
    input.skip(length);
    input.call(tool.kind, tool.name);
    const blanks = yield* input.blanks();
    if ((yield* input.at(blanks)) === '{') {
      input.skip(blanks);
      yield* readArguments(input, tool);
    } else if (tool.kind === 'custom') yield* readInput(input);
    else yield* readParameters(input, tool);
    yield* input.skipBlanksAnd(END);
  }
}

/** The name ends with its line, or where the next tag or an object begins. */
function* headAt(
  input: AnswerInput,
  tools: readonly ToolSpec[],
): Reading<{ readonly tool: ToolSpec; readonly length: number } | undefined> {
  let end = BEGIN.length + (yield* input.blanks(BEGIN.length));
  for (const limit = end + MAX_NAME; ; end++) {
    const character = yield* input.at(end);
    if (character === '' || end > limit) return undefined;
    if (character === '\n' || character === '<' || character === '{') break;
  }
  const name = input.rest.slice(BEGIN.length, end).trim();
  const tool = tools.find((one) => one.name === name);
  return tool && { tool, length: end };
}

/** Leaves the mark behind them. Where the answer ends before it, the object stays open. */
function* readParameters(input: AnswerInput, tool: ToolSpec): Reading {
  const kinds = new Map(plainParameters(tool, NAMES)?.map(({ name, kind }) => [name, kind]));
  for (let opening = '{'; ; opening = ', ') {
    const name = yield* readName(input);
    if (name === undefined) {
      const blanks = yield* input.blanks();
      const rest = input.rest.slice(blanks);
      // A tag that is cut off is no text.
      if (input.ended && !rest.startsWith(END)) input.skip(isBegun(rest) ? input.rest.length : 0);
      else input.argue(opening === '{' ? '{}' : '}');
      return;
    }
    input.argue(`${opening}${JSON.stringify(name)}: `);
    if (!(yield* readBareValue(input, kinds.get(name) ?? 'any', [VALUE_END]))) return;
    input.skip(VALUE_END.length);
  }
}

const isBegun = (rest: string): boolean =>
  rest.startsWith(KEY) || [KEY, END].some((tag) => tag.startsWith(rest));

/** Uses up everything before a value; nothing where no argument comes next. */
function* readName(input: AnswerInput): Reading<string | undefined> {
  const start = yield* input.blanks();
  if (!(yield* input.startsWith(KEY, start))) return undefined;
  const end = yield* findAhead(input, KEY_END, start + KEY.length, MAX_NAME);
  if (end === undefined) return undefined;
  const value = end + KEY_END.length + (yield* input.blanks(end + KEY_END.length));
  if (!(yield* input.startsWith(VALUE, value))) return undefined;
  const name = input.rest.slice(start + KEY.length, end).trim();
  input.skip(value + VALUE.length);
  return name;
}

/** The input of a custom tool, as it is. */
function* readInput(input: AnswerInput): Reading {
  if ((yield* readName(input)) === undefined) return;
  if (yield* input.before([VALUE_END], (length) => input.argueNext(length))) input.skip(VALUE_END.length);
}
