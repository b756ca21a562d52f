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
  if (rules.reasoning === 'open') yield* readText(input, 'reasoning', ENDS);
  else if (!(yield* beginsHeader(input))) yield* readText(input, 'text', rules.form ? [] : ENDS);
  while (input.rest !== '' || (yield* input.more())) {
    const header = yield* readHeader(input);
    if (!header) continue;
    const tool = calledTool(header, rules);
    if (tool) yield* readCall(input, tool);
    else if (header.channel === 'analysis') yield* readText(input, 'reasoning', ENDS);
    // A text of a form ends with the answer: in its strings marks are no marks.
    else yield* readText(input, 'text', rules.form ? [] : ENDS);
  }
}

/** Some answers are bare text, and those that go on with a text are. */
function* beginsHeader(input: AnswerInput): Reading<boolean> {
  const blanks = yield* input.blanks();
  for (const begin of [START, CHANNEL, MESSAGE, CONSTRAIN, 'to=']) {
    if (yield* input.startsWith(begin, blanks)) return true;
  }
  return false;
}

/** The header of the next message; undefined where what comes is none, and has been dealt with. */
function* readHeader(input: AnswerInput): Reading<Header | undefined> {
  for (;;) {
    const found = findMark(input.rest, [MESSAGE, END, CALL, RETURN]);
    if (found?.mark === MESSAGE && found.at <= MAX_HEADER) {
      const header = parseHeader(input.rest.slice(0, found.at));
      input.skip(found.at + MESSAGE.length);
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
      leaveHeader(input, input.rest.length);
      return undefined;
    }
  }
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

function* readText(input: AnswerInput, type: 'text' | 'reasoning', ends: readonly string[]): Reading {
  const mark = yield* input.before(ends, (length) => input.show(type, length));
  skipEnd(input, mark);
}

/** The mark that begins a message belongs to its header. */
function skipEnd(input: AnswerInput, mark: string | undefined): void {
  if (mark !== undefined && mark !== START) input.skip(mark.length);
}

function* readCall(input: AnswerInput, tool: ToolSpec): Reading {
  input.call(tool.kind, tool.name);
  yield* readCallContent(input, tool, ENDS);
  skipEnd(input, yield* input.before(ENDS, (length) => input.skip(length)));
}
