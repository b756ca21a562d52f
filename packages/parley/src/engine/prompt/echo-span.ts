import type { TokenId, Vocabulary } from '../runtime.ts';
import type { TextSpan } from './request.ts';

/**
 * The tokens that make up the bytes before the code unit `end` of the prompt's text, as many as `echo` has. Undefined where
 * the text has no such part. Bytes in front that the text does not have (a token that the tokenizer adds, the space of
 * sentencepiece) are passed over.
 */
export function echoSpan(
  { echo, end, text }: { readonly echo: string; readonly end: number; readonly text: string },
  tokens: readonly TokenId[],
  vocabulary: Vocabulary,
): TextSpan | undefined {
  const from = end - echo.length;
  if (from < 0 || text.slice(from, end) !== echo) return undefined;
  const lengths = tokens.map((token) => vocabulary.bytes(token).length);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const surplus = total - Buffer.byteLength(text);
  if (surplus < 0) return undefined;
  const first = surplus + Buffer.byteLength(text.slice(0, from));
  const span = spanOf(lengths, first, first + Buffer.byteLength(echo));
  return holds(span, echo, tokens, vocabulary) ? span : undefined;
}

/** Not so where a tokenizer changes the text, as one that normalises characters. */
function holds(
  { start, end, skip, drop }: TextSpan,
  echo: string,
  tokens: readonly TokenId[],
  vocabulary: Vocabulary,
): boolean {
  const bytes = Buffer.concat(tokens.slice(start, end).map((token) => vocabulary.bytes(token)));
  return bytes.subarray(skip, bytes.length - drop).equals(Buffer.from(echo));
}

/** The tokens between two bytes of a text, given the length of each. */
function spanOf(lengths: readonly number[], first: number, last: number): TextSpan {
  let start = 0;
  let at = 0;
  while (start < lengths.length && at + lengths[start]! <= first) at += lengths[start++]!;
  if (first === last) return { start, end: start, skip: 0, drop: 0 };
  const skip = first - at;
  let end = start;
  while (end < lengths.length && at < last) at += lengths[end++]!;
  return { start, end, skip, drop: at - last };
}

export function wholeSpan(tokens: readonly TokenId[]): TextSpan {
  return { start: 0, end: tokens.length, skip: 0, drop: 0 };
}

/** The same tokens once the first `count` of the prompt are gone; undefined where some of them went too. */
export function withoutFirst(span: TextSpan | undefined, count: number): TextSpan | undefined {
  if (span === undefined || span.start < count) return undefined;
  return { ...span, start: span.start - count, end: span.end - count };
}
