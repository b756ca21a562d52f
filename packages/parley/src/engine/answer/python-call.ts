import { escapeJson } from './escapes.ts';
import type { TagFormat, ToolSpec } from './format.ts';
import type { AnswerInput, Reading } from './input.ts';
import { argumentsFormat, argumentsSchema, isRaw, rawInput } from './json-arguments.ts';
import { type Parameter, plainParameters } from './plain-parameters.ts';
import { readPythonText, readPythonValue } from './python-value.ts';
import { either, optional, regex, sequence, text } from './tags.ts';

const NAMES = /^[A-Za-z_]\w*$/;
/** Where all are optional, the form grows with their square. */
const MAX_OPTIONAL = 24;
const COMMA = regex(', ?');
const TRIPLE = '"""';

/**
 * A call as in Python, `f(a=1, b="x")`. Arguments that cannot be written one by one are a dictionary, `f(**{"a": 1})`; the
 * input of a grammar is a raw string, `f(input=r"""...""")`.
 */
export function pythonCall(tool: ToolSpec): TagFormat {
  return sequence(text(`${tool.name}(`), callArguments(tool), text(')'));
}

function callArguments(tool: ToolSpec): TagFormat {
  if (isRaw(tool)) return sequence(text(`input=r${TRIPLE}`), rawInput(tool, TRIPLE), text(TRIPLE));
  const parameters = plainParameters(tool, NAMES);
  const isPlain =
    parameters && (parameters.length <= MAX_OPTIONAL || parameters.some((one) => one.isRequired));
  return isPlain ? listOf(parameters) : sequence(text('**'), argumentsFormat(tool));
}

function listOf(parameters: readonly Parameter[]): TagFormat {
  const first = parameters.findIndex(({ isRequired }) => isRequired);
  if (first >= 0) {
    return sequence(
      ...parameters.slice(0, first).map((one) => optional(sequence(keyword(one), COMMA))),
      keyword(parameters[first]!),
      ...following(parameters.slice(first + 1)),
    );
  }
  if (parameters.length === 0) return text('');
  const beginnings = parameters.map((one, i) =>
    sequence(keyword(one), ...following(parameters.slice(i + 1))),
  );
  return optional(either(beginnings));
}

const following = (parameters: readonly Parameter[]): TagFormat[] =>
  parameters.map((one) => {
    const next = sequence(COMMA, keyword(one));
    return one.isRequired ? next : optional(next);
  });

const keyword = ({ name, schema }: Parameter): TagFormat => sequence(text(`${name}=`), literal(schema));

/** JSON but for the words that Python spells otherwise; within lists and dictionaries they are JSON's as well. */
function literal(schema: Parameter['schema']): TagFormat {
  const { type } = schema;
  const hasValues = 'enum' in schema || 'const' in schema;
  if (hasValues || (typeof type !== 'string' && !Array.isArray(type)))
    return { type: 'json_schema', json_schema: schema };
  const types: readonly unknown[] = Array.isArray(type) ? type : [type];
  const words = types.flatMap((one) =>
    one === 'boolean' ? ['True', 'False'] : one === 'null' ? ['None'] : [],
  );
  const others = types.filter((one) => one !== 'boolean' && one !== 'null');
  const forms: TagFormat[] = words.map((word) => text(word));
  if (others.length > 0) forms.push({ type: 'json_schema', json_schema: { ...schema, type: others } });
  return either(forms);
}

export interface PythonHead {
  readonly tool: ToolSpec;
  /** Code units up to behind the bracket. */
  readonly length: number;
}

/** Looks whether a call of one of the tools comes next; `suffix` stands between its name and the bracket. */
export function* pythonHead(
  input: AnswerInput,
  from: number,
  tools: readonly ToolSpec[],
  suffix = '',
): Reading<PythonHead | undefined> {
  const start = from + (yield* input.blanks(from));
  let end = start;
  while (/^[\w.:/-]$/.test(yield* input.at(end)) && end - start <= 300) end++;
  const written = input.rest.slice(start, end);
  const tool = tools.find(({ name }) => name + suffix === written);
  return tool && (yield* input.at(end)) === '(' ? { tool, length: end + 1 } : undefined;
}

/** Uses up a call of which the head was found. False: it is not closed. */
export function* readPythonCall(input: AnswerInput, { tool, length }: PythonHead): Reading<boolean> {
  input.skip(length);
  input.call(tool.kind, tool.name);
  if (tool.kind === 'function') return yield* readKeywords(input, tool);
  yield* readKeyword(input);
  return (yield* readPythonText(input)) && (yield* input.skipBlanksAnd(')'));
}

function* readKeywords(input: AnswerInput, tool: ToolSpec): Reading<boolean> {
  const names = Object.keys(argumentsSchema(tool).properties ?? {});
  for (let count = 0; ; count++) {
    if (yield* input.skipBlanksAnd(')')) {
      input.argue(count === 0 ? '{}' : '}');
      return true;
    }
    if (count > 0) {
      if (!(yield* input.skipBlanksAnd(','))) return false;
      // A comma may stand behind the last argument too.
      if (yield* input.startsWith(')', yield* input.blanks())) continue;
    } else if (yield* input.skipBlanksAnd('**')) {
      return (yield* readPythonValue(input)) && (yield* input.skipBlanksAnd(')'));
    }
    const keyword = yield* readKeyword(input);
    if (keyword === undefined && input.isCut) {
      input.skip(input.rest.length);
      return false;
    }
    const name = keyword ?? names[count] ?? `argument${count + 1}`;
    input.argue(`${count === 0 ? '{' : ', '}"${escapeJson(name)}": `);
    if (!(yield* readPythonValue(input))) return false;
  }
}

/** Uses up the name of an argument; undefined where its value stands alone. */
function* readKeyword(input: AnswerInput): Reading<string | undefined> {
  const start = yield* input.blanks();
  let end = start;
  while (/^\w$/.test(yield* input.at(end))) end++;
  const sign = end + (yield* input.blanks(end));
  if (end === start || (yield* input.at(sign)) !== '=') return undefined;
  const name = input.rest.slice(start, end);
  input.skip(sign + 1);
  return name;
}
