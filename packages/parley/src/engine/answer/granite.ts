import { callList, readCallList } from './call-list.ts';
import type { CallFormat, CallRules, TagFormat } from './format.ts';
import { type AnswerInput, type Reading, readerOf } from './input.ts';
import type { CallKeys } from './json-call.ts';
import { either, GAP, optional, regex, sequence, text, textWithout } from './tags.ts';

/** The token, and the same spelled, which the 3.1 models write at times. */
const BEGINS = ['<|tool_call|>', '<tool_call>'];
const KEYS: CallKeys = { name: ['name'], arguments: ['arguments', 'parameters'] };

/** Granite 3.0 to 3.3: `<|tool_call|>[{"name": "x", "arguments": {...}}]`, and nothing behind it. Granite 4 writes Hermes. */
export const granite: CallFormat = {
  name: 'granite',
  detects: (template) =>
    template.includes('<|start_of_role|>') &&
    template.includes('<|tool_call|>') &&
    !template.includes('<tool_call>'),
  controlTokens: ['<|tool_call|>'],
  calls,
  textOrCalls: (rules) => sequence(textWithout(...BEGINS), optional(calls(rules))),
  text: () => textWithout(...BEGINS),
  reader: (rules) => readerOf((input) => readCalls(input, rules)),
};

function calls(rules: CallRules): TagFormat {
  return sequence(either(BEGINS.map(text)), regex(GAP), callList(rules, KEYS));
}

function* readCalls(input: AnswerInput, rules: CallRules): Reading {
  for (;;) {
    const mark = yield* input.textBefore(...BEGINS);
    if (mark === undefined) return;
    if (!(yield* readCallList(input, mark.length, rules, KEYS))) input.showUnlessCut(mark.length);
  }
}
