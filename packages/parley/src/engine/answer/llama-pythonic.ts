import type { CallFormat, CallRules, TagFormat, ToolSpec } from './format.ts';
import { type AnswerInput, type Reading, readerOf } from './input.ts';
import { declared } from './json-call.ts';
import { pythonCall, pythonHead, readPythonCall } from './python-call.ts';
import { either, escapeRegex, items, optional, regex, sequence, text } from './tags.ts';

const START = '<|python_start|>';
const END = '<|python_end|>';

/** Llama 3.2 and 4, and others: a list of calls as in Python, `[f(a=1, b="x"), g()]`, and nothing beside it. */
export const llamaPythonic: CallFormat = {
  name: 'llama-pythonic',
  // The words in which the templates explain the form.
  detects: (template) => /\[func_name1\(/.test(template),
  controlTokens: [START, END],
  calls: pythonCalls,
  textOrCalls: (rules) => either([textAlone(declared(rules)), pythonCalls(rules)]),
  text: textAlone,
  reader: (rules) => readerOf((input) => readPythonCalls(input, rules)),
};

function pythonCalls({ tools, parallel }: CallRules): TagFormat {
  const calls = items(either(tools.map(pythonCall)), regex(', ?'), parallel);
  // Llama 4 puts marks around code now and then.
  return sequence(optional(text(START)), text('['), calls, text(']'), optional(text(END)));
}

/** Text that does not begin like calls. */
function textAlone(tools: readonly ToolSpec[]): TagFormat {
  const names = tools.map(({ name }) => escapeRegex(name)).join('|');
  return regex(`(?!\\s*(?:${escapeRegex(START)}|\\[\\s*(?:${names})\\())[\\s\\S]*`);
}

function* readPythonCalls(input: AnswerInput, { tools }: CallRules): Reading {
  let at = yield* input.blanks();
  if (yield* input.startsWith(START, at)) at += START.length + (yield* input.blanks(at + START.length));
  if ((yield* input.at(at)) !== '[') return;
  let head = yield* pythonHead(input, at + 1, tools);
  while (head && (yield* readPythonCall(input, head))) {
    head = (yield* input.skipBlanksAnd(',')) ? yield* pythonHead(input, 0, tools) : undefined;
  }
  yield* input.skipBlanksAnd(']');
  yield* input.skipBlanksAnd(END);
}
