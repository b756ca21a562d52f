/** Test support: grammars over a vocabulary of single bytes, and random texts that they allow. */
import { type ConstraintState, type Grammar, Vocabulary } from '@parley/constrain';

const END = 256;
const VOCABULARY = Vocabulary.from(
  [...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)), new Uint8Array(0)],
  { endOfText: [END] },
);
const ENCODER = new TextEncoder();

export const bytesOf = (text: string): Uint8Array => ENCODER.encode(text);

const textOf = (bytes: readonly number[]): string =>
  new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));

/** Whether the grammar takes the text and may end after it. */
export function accepts(grammar: Grammar, text: string): boolean {
  const state = grammar.start(VOCABULARY);
  return bytesOf(text).every((byte) => state.advance(byte)) && state.complete;
}

/** A small generator of uniform numbers in [0, 1), the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ((state ^ (state >>> 15)) >>> 0) / 2 ** 32;
  };
}

const JSON_CLOSERS = ['}', ']', '"', ':', ' ', ','];
const PATIENCE = 200;
const LIMIT = 1500;

/** Follows the masks at random, and after a while whatever closes. Undefined where it came to no end within a limit. */
export function randomText(
  grammar: Grammar,
  random: () => number,
  marks: readonly string[],
  opening = '',
): string | undefined {
  const state = grammar.start(VOCABULARY);
  const bytes: number[] = [];
  const take = (more: Iterable<number>): void => {
    for (const byte of more) {
      if (!state.advance(byte)) throw new Error(`byte ${byte} is not allowed behind ${Buffer.from(bytes)}`);
      bytes.push(byte);
    }
  };
  take(bytesOf(opening));
  const endings = [...marks, ...JSON_CLOSERS].map(bytesOf);
  while (bytes.length < LIMIT) {
    const hurry = bytes.length > PATIENCE;
    if (state.complete && (hurry || random() < 0.2)) {
      return textOf(bytes);
    }
    const next = suggested(state, endings, random, hurry) ?? randomByte(state, random);
    if (next.length === 0 && state.complete) return textOf(bytes);
    if (next.length === 0) throw new Error(`nothing may come behind ${Buffer.from(bytes)}`);
    take(next);
  }
  return undefined;
}

/** One of the texts that may come as a whole: in a hurry mostly the first, else now and then any. */
function suggested(
  state: ConstraintState,
  texts: readonly Uint8Array[],
  random: () => number,
  hurry: boolean,
): Uint8Array | undefined {
  if (hurry) return random() < 0.9 ? texts.find((text) => isAllowed(state, text)) : undefined;
  const any = random() < 0.1 ? texts[Math.floor(random() * texts.length)] : undefined;
  return any && isAllowed(state, any) ? any : undefined;
}

function isAllowed(state: ConstraintState, text: Uint8Array): boolean {
  let taken = 0;
  while (taken < text.length && state.advance(text[taken]!)) taken++;
  state.rollback(taken);
  return taken === text.length;
}

/** Mostly what people type: of 256 bytes most lead into rare characters. Empty where nothing may come. */
function randomByte(state: ConstraintState, random: () => number): readonly number[] {
  const mask = state.mask();
  const allowed: number[] = [];
  for (let byte = 0; byte < END; byte++) if ((mask[byte >> 5]! >> (byte & 31)) & 1) allowed.push(byte);
  const plain = allowed.filter((byte) => byte >= 0x20 && byte < 0x7f);
  const from = plain.length > 0 && random() < 0.9 ? plain : allowed;
  return from.length === 0 ? [] : [from[Math.floor(random() * from.length)]!];
}
