import type { CallRules, TagFormat, ToolSpec } from './format.ts';
import type { AnswerInput, Reading } from './input.ts';
import { argumentsFormat, isRaw, rawInput } from './json-arguments.ts';
import { closeObject, readArguments } from './json-input.ts';
import { either, escapeRegex, GAP, regex, sequence, text } from './tags.ts';

/** Names of the properties that hold a tool's name and the call's arguments, the usual ones first. */
export interface CallKeys {
  readonly name: readonly [string, ...string[]];
  readonly arguments: readonly [string, ...string[]];
  /** A property before the name that may say, as text, the number of the call; it means nothing. */
  readonly index?: string;
  /** Pattern of the white space between what the object is made of; default: GAP. */
  readonly gap?: string;
}

/**
 * A call as a JSON object, as `{"name": "x", "arguments": {...}}`, and the mark that closes it; it may be empty. A tool
 * whose input cannot stand in JSON is only named there; its input follows on the next line, up to the mark on a line of
 * its own.
 */
export function jsonCall(tools: readonly ToolSpec[], keys: CallKeys, closing: string): TagFormat {
  const { index, gap = GAP } = keys;
  const number = index === undefined ? '' : `(?:"${index}"${gap}:${gap}"\\d{1,4}"${gap},${gap})?`;
  const head = regex(`\\{${gap}${number}"${keys.name[0]}"${gap}:${gap}`);
  return sequence(head, either(tools.map((tool) => afterName(tool, keys, closing))));
}

function afterName(tool: ToolSpec, keys: CallKeys, closing: string): TagFormat {
  const { gap = GAP } = keys;
  const name = text(`"${tool.name}"`);
  if (isRaw(tool)) {
    const end = rawEnd(closing);
    return sequence(name, regex(`${gap}\\}\\n`), rawInput(tool, end), text(end));
  }
  const between = regex(`${gap},${gap}"${keys.arguments[0]}"${gap}:${gap}`);
  const end = closing === '' ? '' : gap + escapeRegex(closing);
  return sequence(name, between, argumentsFormat(tool), regex(`${gap}\\}${end}`));
}

/** All tools of the request. */
export const declared = ({ tools, withheld = [] }: CallRules): readonly ToolSpec[] => [...tools, ...withheld];

/** Pattern of what `jsonHead` may take for the front of a call, for texts that must not begin like one. */
export function headPattern(tools: readonly ToolSpec[], keys: CallKeys): string {
  const names = tools.map(({ name }) => escapeRegex(name)).join('|');
  const others = '(?:"(?:id|type)"\\s*:\\s*"[^"\\\\]*"\\s*,\\s*)*';
  return `\\s*\\{\\s*${others}"(?:${keys.name.join('|')})"\\s*:\\s*"(?:${names})"`;
}

const rawEnd = (closing: string): string => (closing === '' ? '' : `\n${closing}`);

/** The front of a call: everything before its arguments. */
export interface CallHead {
  readonly tool: ToolSpec;
  readonly id: string | undefined;
  /** Code units up to where the arguments begin, or behind the object where it has none. */
  readonly length: number;
  readonly hasArguments: boolean;
  /** The answer ended behind the name, before the arguments. */
  readonly isCut?: true;
}

type Named = { -readonly [key in 'tool' | 'id']?: CallHead[key] };

/** Looks whether a call comes next, from a place of the input, and uses up nothing of it. */
export function* jsonHead(
  input: AnswerInput,
  from: number,
  tools: readonly ToolSpec[],
  keys: CallKeys,
): Reading<CallHead | undefined> {
  const named: Named = {};
  const head = yield* headAt(input, from, tools, keys, named);
  const { tool, id } = named;
  if (head || !tool || !input.isCut) return head;
  return { tool, id, length: input.rest.length, hasArguments: false, isCut: true };
}

function* headAt(
  input: AnswerInput,
  from: number,
  tools: readonly ToolSpec[],
  keys: CallKeys,
  named: Named,
): Reading<CallHead | undefined> {
  let at = from + (yield* input.blanks(from));
  if ((yield* input.at(at)) !== '{') return undefined;
  for (;;) {
    const key = yield* keyAt(input, at + 1);
    if (!key) return undefined;
    if (keys.arguments.includes(key.value)) {
      const isObject = (yield* input.at(key.end)) === '{';
      const { tool, id } = named;
      return tool && isObject ? { tool, id, length: key.end, hasArguments: true } : undefined;
    }
    const value = yield* stringAt(input, key.end);
    if (!value) return undefined;
    if (keys.name.includes(key.value)) {
      const tool = tools.find(({ name }) => name === value.value);
      if (!tool) return undefined;
      named.tool = tool;
    } else if (key.value === 'id') named.id = value.value;
    else if (key.value !== 'type' && key.value !== keys.index) return undefined;
    at = value.end + (yield* input.blanks(value.end));
    const next = yield* input.at(at);
    const { tool, id } = named;
    if (next === '}') return tool && { tool, id, length: at + 1, hasArguments: false };
    if (next !== ',') return undefined;
  }
}

/** Uses up a call of which the head was found, and the mark that closes it. */
export function* readJsonCall(input: AnswerInput, head: CallHead, closing: string): Reading {
  const { tool } = head;
  input.skip(head.length);
  input.call(tool.kind, tool.name, head.id);
  if (head.isCut) return;
  if (tool.kind === 'custom' && !head.hasArguments) return yield* readRaw(input, rawEnd(closing));
  if (!head.hasArguments) input.argue('{}');
  else if (!(yield* readArguments(input, tool)) || !(yield* closeObject(input))) return;
  yield* input.skipBlanksAnd(closing);
}

/** Gives what follows on the next line to the open call, up to a mark; without one all of it. */
function* readRaw(input: AnswerInput, end: string): Reading {
  if ((yield* input.at(0)) === '\n') input.skip(1);
  const marks = end === '' ? [] : [end];
  if (yield* input.before(marks, (length) => input.argueNext(length))) input.skip(end.length);
}

interface Found {
  readonly value: string;
  /** Place behind it. */
  readonly end: number;
}

/** A property's name with its colon and the white space around it. */
function* keyAt(input: AnswerInput, from: number): Reading<Found | undefined> {
  const key = yield* stringAt(input, from + (yield* input.blanks(from)));
  if (!key) return undefined;
  const colon = key.end + (yield* input.blanks(key.end));
  if ((yield* input.at(colon)) !== ':') return undefined;
  return { value: key.value, end: colon + 1 + (yield* input.blanks(colon + 1)) };
}

/** Names have at most 256 characters, and ids should not have more. */
const MAX_STRING = 300;

/** A JSON string without escapes. */
function* stringAt(input: AnswerInput, from: number): Reading<Found | undefined> {
  if ((yield* input.at(from)) !== '"') return undefined;
  for (let at = from + 1; at < from + MAX_STRING; at++) {
    const character = yield* input.at(at);
    if (character === '"') return { value: input.rest.slice(from + 1, at), end: at + 1 };
    if (character === '' || character === '\\') return undefined;
  }
  return undefined;
}
