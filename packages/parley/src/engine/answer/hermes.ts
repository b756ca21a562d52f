import type { CallFormat, CallRules, TagFormat } from './format.ts';
import { type AnswerInput, type Reading, readerOf } from './input.ts';
import { type CallKeys, jsonCall, jsonHead, readJsonCall } from './json-call.ts';
import { GAP, items, optional, regex, sequence, textWithout } from './tags.ts';

const BEGIN = '<tool_call>';
const END = '</tool_call>';
const KEYS: CallKeys = { name: ['name'], arguments: ['arguments', 'parameters'] };

/**
 * Hermes 2 Pro, Qwen2.5, Qwen3 and the shipped model: `<tool_call>\n{"name": "x", "arguments": {...}}\n</tool_call>`,
 * several of them one behind the other.
 */
export const hermes: CallFormat = {
  name: 'hermes',
  detects: (template) =>
    template.includes(BEGIN) && /"arguments\\?"/.test(template) && !/<function=|<arg_key>/.test(template),
  controlTokens: [BEGIN, END],
  calls: taggedCalls,
  textOrCalls: (rules) => sequence(textWithout(BEGIN), optional(taggedCalls(rules))),
  text: () => textWithout(BEGIN),
  reader: (rules) => readerOf((input) => readTaggedCalls(input, rules)),
};

/** One or more calls between tags. */
export function taggedCalls({ tools, parallel }: CallRules): TagFormat {
  const call = sequence(regex(`${BEGIN}${GAP}`), jsonCall(tools, KEYS, END));
  return items(call, regex(GAP), parallel);
}

export function* readTaggedCalls(input: AnswerInput, { tools }: CallRules): Reading {
  while (yield* input.textBefore(BEGIN)) {
    const head = yield* jsonHead(input, BEGIN.length, tools, KEYS);
    if (!head) input.showUnlessCut(BEGIN.length);
    else yield* readJsonCall(input, head, END);
  }
}
