import type { CallFormat, CallRules, TagFormat, ToolSpec } from './format.ts';
import { type AnswerInput, type Reading, readerOf } from './input.ts';
import { type CallKeys, declared, headPattern, jsonCall, jsonHead, readJsonCall } from './json-call.ts';
import { pythonHead, readPythonCall } from './python-call.ts';
import { either, escapeRegex, optional, regex, sequence, text } from './tags.ts';

const TAG = '<|python_tag|>';
const KEYS: CallKeys = { name: ['name'], arguments: ['parameters', 'arguments'] };

/**
 * Llama 3.1 and later: one call and nothing beside it, `{"name": "x", "parameters": {...}}`, sometimes behind
 * `<|python_tag|>`. The built-in tools are called as `<|python_tag|>x.call(query="...")`, which is only read.
 */
export const llamaJson: CallFormat = {
  name: 'llama-json',
  detects: (template) =>
    /<\|(?:python_tag|start_header_id|header_start)\|>/.test(template) && /"parameters\\?": /.test(template),
  controlTokens: [TAG],
  calls: llamaCall,
  textOrCalls: (rules) => either([textAlone(declared(rules)), llamaCall(rules)]),
  text: textAlone,
  reader: (rules) => readerOf((input) => readLlamaCalls(input, rules)),
};

/** The templates refuse conversations with several calls in one message. */
function llamaCall({ tools }: CallRules): TagFormat {
  return sequence(optional(text(TAG)), jsonCall(tools, KEYS, ''));
}

/** Text that does not begin like a call. */
function textAlone(tools: readonly ToolSpec[]): TagFormat {
  return regex(`(?!${headPattern(tools, KEYS)}|[\\s\\S]*${escapeRegex(TAG)})[\\s\\S]*`);
}

function* readLlamaCalls(input: AnswerInput, { tools }: CallRules): Reading {
  let head = yield* jsonHead(input, 0, tools, KEYS);
  while (head) {
    yield* readJsonCall(input, head, '');
    const separator = yield* input.blanks();
    const isMore = (yield* input.at(separator)) === ';';
    head = isMore ? yield* jsonHead(input, separator + 1, tools, KEYS) : undefined;
  }
  while (yield* input.textBefore(TAG)) {
    const call = yield* jsonHead(input, TAG.length, tools, KEYS);
    const builtIn = call ? undefined : yield* pythonHead(input, TAG.length, tools, '.call');
    if (call) yield* readJsonCall(input, call, '');
    else if (builtIn) yield* readPythonCall(input, builtIn);
    else input.showUnlessCut(TAG.length);
  }
}
