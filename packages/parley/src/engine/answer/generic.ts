import type { CallFormat, CallRules, TagFormat, ToolSpec } from './format.ts';
import { readTaggedCalls, taggedCalls } from './hermes.ts';
import { type AnswerInput, type Reading, readerOf } from './input.ts';
import { type CallKeys, declared, headPattern, jsonHead, readJsonCall } from './json-call.ts';
import { optional, regex, sequence } from './tags.ts';

const TAG = '<tool_call>';
const FENCES = ['```json', '```'] as const;
const KEYS: CallKeys = { name: ['name'], arguments: ['arguments', 'parameters'] };

/**
 * For templates that show tools, but not how calls are written. They are asked for as Hermes writes them, the form that most
 * models have seen; read is also an answer that begins with such an object or list, fenced or not.
 */
export const generic: CallFormat = {
  name: 'generic',
  detects: (template) => /\{[%{][^{}]*\btools\b/.test(template),
  controlTokens: [TAG, '</tool_call>'],
  calls: taggedCalls,
  textOrCalls: (rules) => sequence(textAlone(declared(rules)), optional(taggedCalls(rules))),
  text: textAlone,
  reader: (rules) => readerOf((input) => readGenericCalls(input, rules)),
};

/** Text without the tag that does not begin like a call. */
function textAlone(tools: readonly ToolSpec[]): TagFormat {
  const head = `\\s*(?:\`\`\`(?:json)?)?\\s*\\[?${headPattern(tools, KEYS)}`;
  return regex(`(?!${head}|[\\s\\S]*${TAG})[\\s\\S]*`);
}

function* readGenericCalls(input: AnswerInput, rules: CallRules): Reading {
  yield* readBareCalls(input, rules);
  yield* readTaggedCalls(input, rules);
}

/** Nothing is used up where there are none. */
function* readBareCalls(input: AnswerInput, { tools }: CallRules): Reading {
  let at = yield* input.blanks();
  let isFenced = false;
  for (const fence of FENCES) {
    if (isFenced || !(yield* input.startsWith(fence, at))) continue;
    isFenced = true;
    at += fence.length;
    at += yield* input.blanks(at);
  }
  const isList = (yield* input.at(at)) === '[';
  let head = yield* jsonHead(input, isList ? at + 1 : at, tools, KEYS);
  if (!head) return;
  while (head) {
    yield* readJsonCall(input, head, '');
    head = (yield* input.skipBlanksAnd(',')) ? yield* jsonHead(input, 0, tools, KEYS) : undefined;
  }
  if (isList) yield* input.skipBlanksAnd(']');
  if (isFenced) yield* input.skipBlanksAnd('```');
}
