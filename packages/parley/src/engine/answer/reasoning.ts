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

/** Splits reasoning off the front of an answer; the rest goes to the other reader. */
export function reasoningReader(
  format: ReasoningFormat,
  state: 'open' | 'optional',
  rest: AnswerReader,
): AnswerReader {
  return readerOf((input) => readReasoning(input, format, state), rest);
}

function* readReasoning(
  input: AnswerInput,
  { begin, end }: ReasoningFormat,
  state: 'open' | 'optional',
): Reading {
  const blanks = yield* input.blanks();
  // Some models repeat the mark that the prompt ends in.
  if (yield* input.startsWith(begin, blanks)) input.skip(blanks + begin.length);
  else if (state === 'optional') return;
  input.skip(yield* input.blanks());
  for (;;) {
    const found = findMark(input.rest, [end]);
    const known = input.rest.slice(0, found?.at ?? input.rest.length - heldBack(input.rest, [end]));
    input.show('reasoning', known.trimEnd().length);
    if (found) {
      input.skip(known.length - known.trimEnd().length + end.length);
      input.skip(yield* input.blanks());
      return;
    }
    if (!(yield* input.more())) {
      input.show('reasoning', input.rest.length);
      return;
    }
  }
}
