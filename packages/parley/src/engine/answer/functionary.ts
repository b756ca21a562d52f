import { escapeJson } from './escapes.ts';
import type { CallFormat, CallRules, TagFormat, ToolSpec } from './format.ts';
import { type AnswerInput, type Reading, readerOf } from './input.ts';
import { argumentsFormat, argumentsSchema, isRaw, rawInput } from './json-arguments.ts';
import { readArguments } from './json-input.ts';
import { anyNumber, either, GAP, items, optional, regex, sequence, text, textWithout } from './tags.ts';

const OPEN = '<function=';
const CLOSE = '</function>';
const PYTHON = '<|python_tag|>';

/** Functionary 3.1: `<function=x>{...}</function>`, one behind the other; code is only read: `<|python_tag|>print(1)`. */
export const functionary31: CallFormat = {
  name: 'functionary-3.1',
  detects: (template) => template.includes('<function=example_function_name>{'),
  controlTokens: [PYTHON],
  calls: taggedFunctions,
  textOrCalls: (rules) => sequence(textWithout(OPEN, PYTHON), optional(taggedFunctions(rules))),
  text: () => textWithout(OPEN, PYTHON),
  reader: (rules) => readerOf((input) => readTaggedFunctions(input, rules)),
};

function taggedFunctions({ tools, parallel }: CallRules): TagFormat {
  const calls = tools.map((tool) => {
    const open = `${OPEN}${tool.name}>`;
    if (isRaw(tool)) return sequence(text(open), rawInput(tool, CLOSE), text(CLOSE));
    return sequence(text(open), regex(GAP), argumentsFormat(tool), regex(`${GAP}<\\/function>`));
  });
  return items(either(calls), regex(GAP), parallel);
}

function* readTaggedFunctions(input: AnswerInput, { tools }: CallRules): Reading {
  for (;;) {
    const mark = yield* input.textBefore(OPEN, PYTHON);
    if (mark === undefined) return;
    const tool = mark === PYTHON ? interpreter(tools) : yield* toolAt(input, OPEN, tools, '>');
    if (!tool) {
      input.showUnlessCut(mark.length);
      continue;
    }
    input.skip(mark === PYTHON ? PYTHON.length : OPEN.length + tool.name.length + 1);
    input.call(tool.kind, tool.name);
    if (mark === PYTHON) yield* readCode(input, tool, []);
    else {
      yield* readBody(input, tool, CLOSE);
      yield* input.skipBlanksAnd(CLOSE);
    }
  }
}

const TO = '>>>';
const ALL = 'all\n';

/**
 * Functionary 3.2: every piece names whom it is for, `>>>all\ntext>>>x\n{...}`; the prompt ends in the first `>>>`. Code is
 * written bare as well: `>>>python\nprint(1)`.
 */
export const functionary32: CallFormat = {
  name: 'functionary-3.2',
  detects: (template) => template.includes('>>>all\\n') || template.includes('>>>all\n'),
  controlTokens: [],
  calls: (rules) => sequence(optional(text(TO)), addressedCalls(rules)),
  textOrCalls: (rules) => {
    const toUser = sequence(text(ALL), textWithout(TO), optional(sequence(text(TO), addressedCalls(rules))));
    return sequence(optional(text(TO)), either([toUser, addressedCalls(rules)]));
  },
  text: () => sequence(optional(text(TO)), text(ALL), textWithout(TO)),
  framed: (form) => sequence(optional(text(TO)), text(ALL), form),
  reader: (rules) => readerOf((input) => readAddressed(input, rules)),
};

function addressedCalls({ tools, parallel }: CallRules): TagFormat {
  const call = either(tools.map(addressed));
  return parallel ? sequence(call, anyNumber(sequence(text(TO), call))) : call;
}

function addressed(tool: ToolSpec): TagFormat {
  const name = text(`${tool.name}\n`);
  if (isRaw(tool)) return sequence(name, rawInput(tool, TO));
  return sequence(name, argumentsFormat(tool), regex('\\n?'));
}

function* readAddressed(input: AnswerInput, { tools }: CallRules): Reading {
  for (let mark = (yield* input.startsWith(TO)) ? TO : ''; ; mark = TO) {
    const tool = yield* toolAt(input, mark, tools, '\n');
    if (tool) {
      input.skip(mark.length + tool.name.length + 1);
      input.call(tool.kind, tool.name);
      yield* readBody(input, tool, TO);
    } else if (yield* input.startsWith(mark + ALL)) input.skip(mark.length + ALL.length);
    else input.showUnlessCut(mark.length);
    // Without tools only the first mark is one.
    if (tools.length === 0 || !(yield* input.textBefore(TO))) return;
  }
}

/** The tool whose name comes next, between two marks. */
function* toolAt(
  input: AnswerInput,
  before: string,
  tools: readonly ToolSpec[],
  behind: string,
): Reading<ToolSpec | undefined> {
  for (const tool of tools) if (yield* input.startsWith(before + tool.name + behind)) return tool;
  return undefined;
}

function* readBody(input: AnswerInput, tool: ToolSpec, end: string): Reading {
  const blanks = yield* input.blanks();
  if (isRaw(tool) || (yield* input.at(blanks)) !== '{') return yield* readCode(input, tool, [end]);
  input.skip(blanks);
  yield* readArguments(input, tool);
}

/** Text that is the whole of a call: of a function's arguments the first. */
function* readCode(input: AnswerInput, tool: ToolSpec, marks: readonly string[]): Reading {
  if (tool.kind === 'custom') {
    yield* input.before(marks, (length) => input.argueNext(length));
    return;
  }
  const [name = 'code'] = Object.keys(argumentsSchema(tool).properties ?? {});
  input.argue(`{"${escapeJson(name)}": "`);
  yield* input.before(marks, (length) => {
    const code = input.rest.slice(0, length);
    input.skip(length);
    input.argue(escapeJson(code));
  });
  input.argue('"}');
}

const INTERPRETERS = ['python', 'ipython', 'code_interpreter'];

const interpreter = (tools: readonly ToolSpec[]): ToolSpec | undefined =>
  tools.find(({ name }) => INTERPRETERS.includes(name));
