import type { AnswerReader, ReasoningFormat, TagFormat } from './format.ts';
import { type AnswerInput, type Reading, readerOf } from './input.ts';
import { findMark, heldBack } from './marker-scanner.ts';

/** White space that may stand around a block of reasoning. */
const BLANKS: TagFormat = { type: 'regex', pattern: '[ \\t\\r\\n]{0,8}' };

/** A block that is open already, or one that the model may begin, and the white space behind it. */
export function reasoningBlock({ begin, end }: ReasoningFormat, state: 'open' | 'optional'): TagFormat {
  const block = (from: string): TagFormat => ({
    type: 'tag',
    begin: from,
    content: { type: 'any_text' },
    end,
  });
  if (state === 'open') return { type: 'sequence', elements: [block(''), BLANKS] };
  return { type: 'optional', content: { type: 'sequence', elements: [BLANKS, block(begin), BLANKS] } };
}

export interface ReasoningReading {
  readonly state: 'open' | 'optional';
  /** Whether the marks and the white space beside them are shown as text. */
  readonly isRaw: boolean;
}

/** Splits reasoning off the front of an answer; the rest goes to the other reader. */
export function reasoningReader(
  format: ReasoningFormat,
  reading: ReasoningReading,
  rest: AnswerReader,
): AnswerReader {
  return readerOf((input) => readReasoning(input, format, reading), rest);
}

function* readReasoning(
  input: AnswerInput,
  { begin, end }: ReasoningFormat,
  { state, isRaw }: ReasoningReading,
): Reading {
  const mark = (length: number): void => (isRaw ? input.show('text', length) : input.skip(length));
  const blanks = yield* input.blanks();
  // Some models repeat the mark that the prompt ends in.
  if (yield* input.startsWith(begin, blanks)) mark(blanks + begin.length);
  else if (state === 'optional') return;
  mark(yield* input.blanks());
  for (;;) {
    const found = findMark(input.rest, [end]);
    const known = input.rest.slice(0, found?.at ?? input.rest.length - heldBack(input.rest, [end]));
    input.show('reasoning', known.trimEnd().length);
    if (found) {
      mark(known.length - known.trimEnd().length + end.length);
      mark(yield* input.blanks());
      return;
    }
    if (!(yield* input.more())) {
      input.show('reasoning', input.rest.length);
      return;
    }
  }
}
