import { bareValue, readBareValue } from './bare-value.ts';
import type { TagFormat, ToolSpec } from './format.ts';
import type { AnswerInput, Reading } from './input.ts';
import { argumentsFormat, isRaw, rawInput } from './json-arguments.ts';
import { readArguments } from './json-input.ts';
import { type Parameter, plainParameters } from './plain-parameters.ts';
import { GAP, optional, regex, sequence, text } from './tags.ts';

/** Tags of a call whose arguments are tagged one by one. */
export interface XmlMarks {
  /** Before and behind the name of the function. */
  readonly open: readonly [string, string];
  readonly close: string;
  /** Before and behind the name of a parameter. */
  readonly parameter: readonly [string, string];
  readonly parameterEnd: string;
  /** Between a parameter's tags and its value. */
  readonly lineBreak: '' | '\n';
}

const NAMES = /^[^<>"\s]{1,256}$/;

/** A call; arguments that cannot be written one by one are a JSON object instead. */
export function xmlFunction(tool: ToolSpec, marks: XmlMarks): TagFormat {
  const [before, behind] = marks.open;
  const parameters = plainParameters(tool, NAMES);
  const content = parameters?.map((one) => {
    const written = parameterFormat(one, tool, marks);
    return one.isRequired ? written : optional(written);
  }) ?? [argumentsFormat(tool), regex(GAP)];
  return sequence(text(before + tool.name + behind), regex(GAP), ...content, text(marks.close));
}

function parameterFormat(one: Parameter, tool: ToolSpec, marks: XmlMarks): TagFormat {
  const [before, behind] = marks.parameter;
  const { parameterEnd: end, lineBreak } = marks;
  const value = isRaw(tool) ? rawInput(tool, end) : bareValue(one, end);
  return sequence(text(before + one.name + behind + lineBreak), value, text(lineBreak + end), regex(GAP));
}

/** Looks whether a call of one of the tools comes next. */
export function* xmlHead(
  input: AnswerInput,
  from: number,
  tools: readonly ToolSpec[],
  marks: XmlMarks,
): Reading<{ readonly tool: ToolSpec; readonly length: number } | undefined> {
  const found = yield* nameAt(input, from, marks.open);
  const tool = found && tools.find(({ name }) => name === found.name);
  return tool && { tool, length: found.end };
}

/** Uses up a call of which the head was found; gives its arguments as JSON. */
export function* readXmlFunction(
  input: AnswerInput,
  { tool, length }: { readonly tool: ToolSpec; readonly length: number },
  marks: XmlMarks,
): Reading {
  input.skip(length);
  input.call(tool.kind, tool.name);
  const blanks = yield* input.blanks();
  if ((yield* input.at(blanks)) === '{') {
    input.skip(blanks);
    yield* readArguments(input, tool);
  } else if (tool.kind === 'custom') yield* readInput(input, marks);
  else if (!(yield* readParameters(input, tool, marks))) return;
  yield* input.skipBlanksAnd(marks.close);
}

/** False: the answer ended inside of them. */
function* readParameters(input: AnswerInput, tool: ToolSpec, marks: XmlMarks): Reading<boolean> {
  const known = new Map(plainParameters(tool, NAMES)?.map(({ name, kind }) => [name, kind]));
  for (let count = 0; ; count++) {
    const name = yield* readParameterName(input, marks);
    if (name === undefined) {
      if (input.isCut) {
        input.skip(input.rest.length);
        return false;
      }
      input.argue(count === 0 ? '{}' : '}');
      return true;
    }
    input.argue(`${count === 0 ? '{' : ', '}${JSON.stringify(name)}: `);
    if (!(yield* readBareValue(input, known.get(name) ?? 'any', ends(marks)))) return false;
    input.skip(marks.lineBreak.length * Number(input.rest.startsWith('\n')) + marks.parameterEnd.length);
  }
}

/** The input of a custom tool, as it is. */
function* readInput(input: AnswerInput, marks: XmlMarks): Reading {
  if ((yield* readParameterName(input, marks)) === undefined) {
    if (input.isCut) input.skip(input.rest.length);
    return;
  }
  const mark = yield* input.before(ends(marks), (length) => input.argueNext(length));
  if (mark !== undefined) input.skip(mark.length);
}

function ends({ parameterEnd, lineBreak }: XmlMarks): string[] {
  return lineBreak === '' ? [parameterEnd] : [lineBreak + parameterEnd, parameterEnd];
}

/** Uses up the tag that opens a parameter; nothing where none comes next. */
function* readParameterName(input: AnswerInput, marks: XmlMarks): Reading<string | undefined> {
  const found = yield* nameAt(input, yield* input.blanks(), marks.parameter);
  if (!found) return undefined;
  input.skip(found.end);
  if (marks.lineBreak !== '' && (yield* input.at(0)) === marks.lineBreak) input.skip(1);
  return found.name;
}

function* nameAt(
  input: AnswerInput,
  from: number,
  [before, behind]: readonly [string, string],
): Reading<{ readonly name: string; readonly end: number } | undefined> {
  if (!(yield* input.startsWith(before, from))) return undefined;
  const start = from + before.length;
  let end = start;
  while (NAMES.test(yield* input.at(end)) && end - start <= 256) end++;
  if (!(yield* input.startsWith(behind, end))) return undefined;
  return { name: input.rest.slice(start, end), end: end + behind.length };
}
