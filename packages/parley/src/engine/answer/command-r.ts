import { callList, readCallList } from './call-list.ts';
import type { CallFormat, CallRules, TagFormat } from './format.ts';
import { type AnswerInput, type Reading, readerOf } from './input.ts';
import type { CallKeys } from './json-call.ts';
import { either, optional, regex, sequence, text, textWithout } from './tags.ts';

const BEGIN = '<|START_ACTION|>';
const END = '<|END_ACTION|>';
/** Of Command R and R+ of 2024. */
const OLD_BEGINS = ['Action: ```json', 'Action:\n```json'];
const OLD_END = '```';
/** Around text, in two generations. */
const TEXT_BEGINS = ['<|START_RESPONSE|>', '<|START_TEXT|>'];
const TEXT_ENDS = ['<|END_RESPONSE|>', '<|END_TEXT|>'];

/** These families indent what they write. */
const GAP = '[ \\n]{0,24}';
const KEYS: CallKeys = {
  name: ['tool_name', 'name'],
  arguments: ['parameters', 'arguments'],
  // It counts through the conversation in ways that templates do not agree on, so calls get ids of ours.
  index: 'tool_call_id',
  gap: GAP,
};

/**
 * Cohere. Command R7B and Command A: `<|START_ACTION|>[{"tool_call_id": "0", "tool_name": "x", "parameters": {...}}]
 * <|END_ACTION|>`, and text as `<|START_RESPONSE|>...<|END_RESPONSE|>`. Command R and R+ before them:
 * `Action: ```json\n[{"tool_name": "x", "parameters": {...}}]```` and bare text. A model keeps to the form of its
 * template, so both are taken from every model.
 */
export const commandR: CallFormat = {
  name: 'command-r',
  detects: (template) =>
    template.includes(BEGIN) ||
    (template.includes('<|START_OF_TURN_TOKEN|>') && template.includes('Action:')),
  controlTokens: [BEGIN, END, ...TEXT_BEGINS, ...TEXT_ENDS],
  calls,
  textOrCalls: (rules) => sequence(textWithout(BEGIN, ...OLD_BEGINS), optional(calls(rules))),
  text: () => textWithout(BEGIN, ...OLD_BEGINS),
  framed: (form) =>
    sequence(optional(either(TEXT_BEGINS.map(text))), form, optional(either(TEXT_ENDS.map(text)))),
  reader: (rules) => readerOf((input) => readAnswer(input, rules)),
};

function calls(rules: CallRules): TagFormat {
  return either([
    sequence(regex(`<\\|START_ACTION\\|>${GAP}`), callList(rules, KEYS), regex(`${GAP}<\\|END_ACTION\\|>`)),
    sequence(regex(`Action:[ \\n]\`\`\`json${GAP}`), callList(rules, KEYS), regex(`${GAP}\`\`\``)),
  ]);
}

function* readAnswer(input: AnswerInput, rules: CallRules): Reading {
  const frame = [...TEXT_BEGINS, ...TEXT_ENDS];
  for (;;) {
    const mark = yield* input.textBefore(BEGIN, ...OLD_BEGINS, ...frame);
    if (mark === undefined) return;
    if (frame.includes(mark)) input.skip(mark.length);
    else if (!(yield* readCallList(input, mark.length, rules, KEYS, mark === BEGIN ? END : OLD_END))) {
      input.showUnlessCut(mark.length);
    }
  }
}
