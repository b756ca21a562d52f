import type { CallRules, TagFormat, ToolSpec } from './format.ts';
import type { AnswerInput, Reading } from './input.ts';
import { isRaw } from './json-arguments.ts';
import { type CallHead, type CallKeys, jsonCall, jsonHead, readJsonCall } from './json-call.ts';
import { anyNumber, either, GAP, items, regex, sequence } from './tags.ts';

const CLOSE = ']';

/**
 * A JSON list of calls. A tool whose input cannot stand in JSON is the last one: its input follows its object on the next
 * line, and the list closes on a line of its own.
 */
export function callList({ tools, parallel }: CallRules, keys: CallKeys): TagFormat {
  const { gap = GAP } = keys;
  const plain = tools.filter((tool) => !isRaw(tool));
  const raw = tools.filter(isRaw);
  const comma = regex(`${gap},${gap}`);
  const lists: TagFormat[] = [];
  if (plain.length > 0) {
    lists.push(sequence(items(jsonCall(plain, keys, ''), comma, parallel), regex(`${gap}\\]`)));
  }
  if (raw.length > 0) {
    const before =
      plain.length > 0 && parallel ? [anyNumber(sequence(jsonCall(plain, keys, ''), comma))] : [];
    lists.push(sequence(...before, jsonCall(raw, keys, CLOSE)));
  }
  return sequence(regex(`\\[${gap}`), either(lists));
}

/**
 * Uses up the calls that come behind a mark of `length` code units, a list of them or one alone, and the mark that closes
 * them; it may be empty. False: none come, and nothing is used up.
 */
export function* readCallList(
  input: AnswerInput,
  length: number,
  { tools }: CallRules,
  keys: CallKeys,
  closing = '',
): Reading<boolean> {
  let from = length + (yield* input.blanks(length));
  const isList = (yield* input.at(from)) === '[';
  if (isList) from++;
  const head = yield* jsonHead(input, from, tools, keys);
  if (!head) return false;
  if (isList) {
    yield* readItems(input, head, tools, keys);
    if (closing !== '') yield* input.skipBlanksAnd(closing);
  } else yield* readJsonCall(input, head, closing);
  return true;
}

function* readItems(
  input: AnswerInput,
  first: CallHead,
  tools: readonly ToolSpec[],
  keys: CallKeys,
): Reading {
  let head: CallHead | undefined = first;
  while (head) {
    const isLast = head.tool.kind === 'custom' && !head.hasArguments;
    yield* readJsonCall(input, head, isLast ? CLOSE : '');
    if (isLast) return;
    const blanks = yield* input.blanks();
    const next = yield* input.at(blanks);
    if (next === CLOSE) input.skip(blanks + 1);
    head = next === ',' ? yield* jsonHead(input, blanks + 1, tools, keys) : undefined;
  }
}
