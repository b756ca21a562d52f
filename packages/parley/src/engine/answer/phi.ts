import { callList, readCallList } from './call-list.ts';
import type { CallFormat, CallRules, TagFormat } from './format.ts';
import { type AnswerInput, type Reading, readerOf } from './input.ts';
import { type CallKeys, jsonCall } from './json-call.ts';
import { either, GAP, items, optional, regex, sequence, text, textWithout } from './tags.ts';

const BEGIN = '<|tool_call|>';
const END = '<|/tool_call|>';
/** Only with the bracket behind it: the word alone is a module of Python. */
const FUNCTOOLS = 'functools';
const KEYS: CallKeys = { name: ['name'], arguments: ['arguments', 'parameters'] };

/**
 * Phi-4-mini: `<|tool_call|>[{"name": "x", "arguments": {...}}]<|/tool_call|>`, in some templates one object to a pair of
 * tags; and `functools[{"name": "x", "arguments": {...}}]`, which other templates of Phi-4 ask for. A model keeps to the
 * form of its template, so all are taken from every model.
 */
export const phi: CallFormat = {
  name: 'phi',
  detects: (template) =>
    (template.includes('<|tool|>') && template.includes('<|/tool|>')) || template.includes(`${FUNCTOOLS}[`),
  controlTokens: [BEGIN, END],
  calls,
  textOrCalls: (rules) => sequence(textWithout(BEGIN, `${FUNCTOOLS}[`), optional(calls(rules))),
  text: () => textWithout(BEGIN, `${FUNCTOOLS}[`),
  reader: (rules) => readerOf((input) => readCalls(input, rules)),
};

function calls(rules: CallRules): TagFormat {
  const { tools, parallel } = rules;
  const begin = regex(`<\\|tool_call\\|>${GAP}`);
  return either([
    sequence(begin, callList(rules, KEYS), regex(`${GAP}<\\|/tool_call\\|>`)),
    items(sequence(begin, jsonCall(tools, KEYS, END)), regex(GAP), parallel),
    sequence(text(FUNCTOOLS), callList(rules, KEYS)),
  ]);
}

function* readCalls(input: AnswerInput, rules: CallRules): Reading {
  for (;;) {
    const mark = yield* input.textBefore(BEGIN, `${FUNCTOOLS}[`);
    if (mark === undefined) return;
    const length = mark === BEGIN ? BEGIN.length : FUNCTOOLS.length;
    if (!(yield* readCallList(input, length, rules, KEYS, mark === BEGIN ? END : ''))) {
      input.showUnlessCut(mark.length);
    }
  }
}
