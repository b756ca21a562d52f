import { invalidRequest } from '@parley/protocol/errors';
import type { PreparedBadWords } from '../options.ts';
import type { Vocabulary } from '../runtime.ts';
import { type PackedStrings, packStrings, SortedStrings } from '../text/sorted-strings.ts';
import { WordAutomaton } from '../text/word-automaton.ts';

/** Remembered steps of the automaton, some hundred bytes each; more are forgotten and made again. */
const STEP_LIMIT = 65_536;

/** Goes through the whole vocabulary for `bad_words`, which takes too long for the engine's thread. */
export class BadWordFinder {
  readonly #vocabulary: Vocabulary;
  #tokens: PackedStrings | undefined;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  /**
   * The words as bytes, with all tokens that contain one; undefined without words.
   * Throws an ApiError 400 for words that no comparison of bytes can find.
   */
  prepare(words: readonly string[]): PreparedBadWords | undefined {
    if (words.length === 0) return undefined;
    const encoder = new TextEncoder();
    const packed = packStrings(
      words.map((word, index) => {
        checkWord(word, `bad_words[${index}]`);
        return encoder.encode(word);
      }),
    );
    return { words: packed, containing: this.#containing(packed) };
  }

  #containing(words: PackedStrings): Int32Array {
    const { size } = this.#vocabulary;
    this.#tokens ??= packStrings(Array.from({ length: size }, (_, id) => this.#vocabulary.bytes(id)));
    const { bytes, offsets } = this.#tokens;
    const automaton = new WordAutomaton(new SortedStrings(words));
    const { root } = automaton;
    const found: number[] = [];
    for (let token = 0; token < size; token++) {
      const end = offsets[token + 1]!;
      let state = root;
      for (let at = offsets[token]!; at < end && !state.whole; at++) {
        state = automaton.advance(state, bytes[at]!);
      }
      if (state.whole) found.push(token);
      if (automaton.size > STEP_LIMIT) automaton.forget(root);
    }
    return Int32Array.from(found);
  }
}

function checkWord(word: string, param: string): void {
  if (word === '') throw invalidRequest(param, `${param} must not be empty.`);
  if (!word.toWellFormed().includes('\ufffd')) return;
  throw invalidRequest(
    param,
    `${param} must not contain U+FFFD or half of a character: in an answer these stand for bytes that are no text.`,
  );
}
