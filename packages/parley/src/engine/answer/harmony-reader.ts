import { readCallContent } from './call-content.ts';
import type { AnswerReader, AnswerRules, ToolSpec } from './format.ts';
import { CALL, CHANNEL, CONSTRAIN, END, FUNCTIONS, MESSAGE, RETURN, START } from './harmony-marks.ts';
import { type AnswerInput, type Reading, readerOf } from './input.ts';
import { findMark } from './marker-scanner.ts';

/** What ends the content of a message; a new one may begin without an end of the last. */
const ENDS = [END, CALL, RETURN, START];

/** A header is some words; what is longer is none. */
const MAX_HEADER = 1000;

interface Header {
  readonly channel: string | undefined;
  readonly recipient: string | undefined;
}

/** Reads the messages of an answer, the first of which the prompt may have begun. */
export function harmonyReader(rules: AnswerRules): AnswerReader {
  return readerOf((input) => readMessages(input, rules));
}

function* readMessages(input: AnswerInput, rules: AnswerRules): Reading {
  // A text of a form ends with the answer: in its strings marks are no marks.
  const textEnds = rules.form ? [] : ENDS;
  const shown: Shown = { text: false, reasoning: false };
  if (rules.reasoning === 'open') yield* readText(input, 'reasoning', ENDS, shown);
  else if (!(yield* beginsHeader(input))) yield* readText(input, 'text', textEnds, shown);
  while (input.rest !== '' || (yield* input.more())) {
    const header = yield* readHeader(input, rules);
    if (!header) continue;
    const tool = calledTool(header, rules);
    const type = header.channel === 'analysis' ? 'reasoning' : 'text';
    if (tool) yield* readCall(input, tool);
    else {
      const ends = type === 'text' ? textEnds : ENDS;
      yield* skipMessageMark(input, type, ends, shown);
      yield* readText(input, type, ends, shown);
    }
  }
}

/** What kinds of text there were. */
type Shown = Record<'text' | 'reasoning', boolean>;

/** Two texts of a kind do not run into each other; an empty one needs no line of its own. */
function* skipMessageMark(
  input: AnswerInput,
  type: 'text' | 'reasoning',
  ends: readonly string[],
  shown: Shown,
): Reading {
  let isEmpty = (yield* input.at(MESSAGE.length)) === '';
  for (const end of ends) isEmpty ||= yield* input.startsWith(end, MESSAGE.length);
  if (shown[type] && !isEmpty) input.separate(type, MESSAGE.length);
  else input.skip(MESSAGE.length);
}

/** Some answers are bare text, and those that go on with a text are. */
function* beginsHeader(input: AnswerInput): Reading<boolean> {
  const blanks = yield* input.blanks();
  for (const begin of [START, CHANNEL, MESSAGE, CONSTRAIN, 'to=']) {
    if (yield* input.startsWith(begin, blanks)) return true;
  }
  // Of a mark the end of the answer may have left a part.
  const rest = input.rest.slice(blanks);
  return input.isCut && rest !== '' && (START.startsWith(rest) || CHANNEL.startsWith(rest));
}

/** Uses up the header of the next message, without the mark behind it; undefined where what comes is none, and has been dealt with. */
function* readHeader(input: AnswerInput, rules: AnswerRules): Reading<Header | undefined> {
  for (;;) {
    const found = findMark(input.rest, [MESSAGE, END, CALL, RETURN]);
    if (found?.mark === MESSAGE && found.at <= MAX_HEADER) {
      const header = parseHeader(input.rest.slice(0, found.at));
      input.skip(found.at);
      return header;
    }
    if (found && found.at <= MAX_HEADER) {
      leaveHeader(input, found.at);
      input.skip(found.mark.length);
      return undefined;
    }
    if (input.rest.length > MAX_HEADER) {
      input.show('text', MAX_HEADER);
      return undefined;
    }
    if (!(yield* input.more())) {
      leaveCutHeader(input, rules);
      return undefined;
    }
  }
}

/** The answer ended within a header: where it names a tool already, it is a call. */
function leaveCutHeader(input: AnswerInput, rules: AnswerRules): void {
  const named = input.rest.match(/^.*[\s<]/s)?.[0].slice(0, -1) ?? '';
  const tool = calledTool(parseHeader(named), rules);
  const isRecipient = /\st?o?$/.test(input.rest);
  if (isRecipient) input.skip(input.rest.length);
  else leaveHeader(input, input.rest.length);
  if (tool) input.call(tool.kind, tool.name);
}

function parseHeader(header: string): Header {
  const [, channel] = header.match(/<\|channel\|>\s*([^\s<]+)/) ?? [];
  const [, recipient] = header.match(/(?:^|[\s>])to=([^\s<]+)/) ?? [];
  return { channel, recipient };
}

/** Of a message without a mark before its content the header is left out, and a header cut short is no text either. */
function leaveHeader(input: AnswerInput, length: number): void {
  const words = input.rest.slice(0, length).match(/^\s*(?:<[^>]*>?[^\s<]*|to=[^\s<]*|\s)*/)?.[0] ?? '';
  input.skip(words.length);
  input.show('text', length - words.length);
}

/** The recipient of a function has a namespace; models leave it out at times, and built-in tools have none. */
function calledTool({ recipient }: Header, { calls }: AnswerRules): ToolSpec | undefined {
  if (recipient === undefined || !calls) return undefined;
  const bare = recipient.startsWith(FUNCTIONS) ? recipient.slice(FUNCTIONS.length) : recipient;
  return calls.tools.find(({ name }) => name === bare) ?? calls.tools.find(({ name }) => name === recipient);
}

function* readText(
  input: AnswerInput,
  type: 'text' | 'reasoning',
  ends: readonly string[],
  shown: Shown,
): Reading {
  const mark = yield* input.before(ends, (length) => {
    shown[type] ||= length > 0;
    input.show(type, length);
  });
  skipEnd(input, mark);
}

/** The mark that begins a message belongs to its header. */
function skipEnd(input: AnswerInput, mark: string | undefined): void {
  if (mark !== undefined && mark !== START) input.skip(mark.length);
}

function* readCall(input: AnswerInput, tool: ToolSpec): Reading {
  input.skip(MESSAGE.length);
  input.call(tool.kind, tool.name);
  yield* readCallContent(input, tool, ENDS);
  skipEnd(input, yield* input.before(ENDS, (length) => input.skip(length)));
}
