import type { CallFormat, CallRules, TagFormat, ToolSpec } from './format.ts';
import { type AnswerInput, type Reading, readerOf } from './input.ts';
import { argumentsFormat, isRaw, rawInput } from './json-arguments.ts';
import { type CallKeys, jsonCall, jsonHead, readJsonCall } from './json-call.ts';
import { readArguments } from './json-input.ts';
import { either, GAP, items, optional, regex, sequence, text, textWithout } from './tags.ts';

const CALLS = '[TOOL_CALLS]';
const ID = '[CALL_ID]';
const ARGUMENTS = '[ARGS]';
const KEYS: CallKeys = { name: ['name'], arguments: ['arguments', 'parameters'] };
const ID_LENGTH = 9;
const ID_CHARACTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** Mistral's tokenizers 3 to 7: `[TOOL_CALLS][{"name": "x", "arguments": {...}}, ...]`; ids behind the arguments are ours. */
export const mistral: CallFormat = {
  name: 'mistral',
  detects: (template) => template.includes(CALLS) && !template.includes(ARGUMENTS),
  ...family(blocks),
};

/** Mistral's tokenizers from 11 on: `[TOOL_CALLS]x[ARGS]{...}`, some with `[CALL_ID]abcdefghi` between, repeated. */
export const mistralArgs: CallFormat = {
  name: 'mistral-args',
  detects: (template) => template.includes(CALLS) && template.includes(ARGUMENTS),
  ...family(({ tools, parallel }) => items(either(tools.map(namedCall)), text(''), parallel)),
};

function family(calls: (rules: CallRules) => TagFormat): Omit<CallFormat, 'name' | 'detects'> {
  return {
    controlTokens: [CALLS, ID, ARGUMENTS],
    calls,
    textOrCalls: (rules) => sequence(textWithout(CALLS), optional(calls(rules))),
    text: () => textWithout(CALLS),
    reader: (rules) => readerOf((input) => readMistralCalls(input, rules)),
    newId,
  };
}

/** A list of calls; those whose input cannot stand in JSON are written in the newer form. */
function blocks({ tools, parallel }: CallRules): TagFormat {
  const inJson = tools.filter((tool) => !isRaw(tool));
  const forms = tools.filter(isRaw).map(namedCall);
  if (inJson.length > 0) {
    const call = jsonCall(inJson, KEYS, '');
    const list = items(call, regex(`${GAP},${GAP}`), parallel);
    forms.push(sequence(text(CALLS), regex(`${GAP}\\[${GAP}`), list, regex(`${GAP}\\]${GAP}`)));
  }
  return items(either(forms), text(''), parallel);
}

function namedCall(tool: ToolSpec): TagFormat {
  const id = optional(sequence(text(ID), regex(`[A-Za-z0-9]{${ID_LENGTH}}`)));
  const content = isRaw(tool) ? rawInput(tool, CALLS) : argumentsFormat(tool);
  return sequence(text(CALLS + tool.name), id, text(ARGUMENTS), content);
}

function newId(random: () => number): string {
  const draw = () => ID_CHARACTERS[Math.floor(random() * ID_CHARACTERS.length)];
  return Array.from({ length: ID_LENGTH }, draw).join('');
}

function* readMistralCalls(input: AnswerInput, { tools }: CallRules): Reading {
  while (yield* input.textBefore(CALLS)) {
    const blanks = yield* input.blanks(CALLS.length);
    const start = CALLS.length + blanks;
    const isList = (yield* input.at(start)) === '[';
    const found = isList ? yield* readList(input, start + 1, tools) : yield* readNamed(input, start, tools);
    if (!found) input.showUnlessCut(CALLS.length);
  }
}

/** False, and nothing used up: there is no call. */
function* readList(input: AnswerInput, from: number, tools: readonly ToolSpec[]): Reading<boolean> {
  let head = yield* jsonHead(input, from, tools, KEYS);
  if (!head) return false;
  while (head) {
    yield* readJsonCall(input, head, '');
    head = (yield* input.skipBlanksAnd(',')) ? yield* jsonHead(input, 0, tools, KEYS) : undefined;
  }
  yield* input.skipBlanksAnd(']');
  return true;
}

/** False, and nothing used up: there is no call. */
function* readNamed(input: AnswerInput, from: number, tools: readonly ToolSpec[]): Reading<boolean> {
  const name = yield* wordAt(input, from);
  const tool = tools.find((one) => one.name === name);
  if (!tool) return false;
  let end = from + name.length;
  let id: string | undefined;
  if (yield* input.startsWith(ID, end)) {
    id = yield* wordAt(input, end + ID.length);
    end += ID.length + id.length;
  }
  const isMarked = yield* input.startsWith(ARGUMENTS, end);
  if (isMarked) end += ARGUMENTS.length;
  const blanks = isRaw(tool) ? 0 : yield* input.blanks(end);
  const isObject = (yield* input.at(end + blanks)) === '{';
  const isCut = input.isCut && input.rest.length > from + name.length;
  if (!isObject && !isCut && !(isMarked && tool.kind === 'custom')) return false;
  const isCutBefore = isCut && !isMarked;
  input.skip(isCutBefore ? input.rest.length : end + blanks);
  // An id that the end of the answer cut is none.
  input.call(tool.kind, tool.name, (!isCutBefore && id) || undefined);
  if (isObject && !isRaw(tool)) yield* readArguments(input, tool);
  else yield* input.before([CALLS], (length) => input.argueNext(length));
  return true;
}

/** Letters of names and ids. */
function* wordAt(input: AnswerInput, from: number): Reading<string> {
  let end = from;
  while (/^[\w.:/-]$/.test(yield* input.at(end)) && end - from <= 256) end++;
  return input.rest.slice(from, end);
}
