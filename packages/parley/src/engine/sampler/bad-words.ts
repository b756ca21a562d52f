import type { BadWords, SamplingOptions } from '../options.ts';
import type { TokenId, Vocabulary } from '../runtime.ts';
import { SortedStrings } from '../text/sorted-strings.ts';
import { isSpecial } from '../text/token-text.ts';
import { WordAutomaton, type WordState } from '../text/word-automaton.ts';
import { ClosingTokens } from './closing-tokens.ts';
import type { SamplerState } from './parameters.ts';
import type { SamplerWorkspace } from './workspace.ts';

const SPACE = 0x20;
/** Remembered steps of the automaton, some hundred bytes each; more are forgotten and made again. */
const STEP_LIMIT = 16_384;

/** Bans every token with which the completion's text would contain a bad word, however the word is cut into tokens. */
export function badWords(options: SamplingOptions, vocabulary: Vocabulary) {
  const { badWords: words, ignoreEos, stopTokenIds } = options;
  if (words === undefined) return undefined;
  const ending = [...stopTokenIds, ...(ignoreEos ? [] : vocabulary.endOfGeneration)];
  const rule = new BadWordRule(words, vocabulary, words.text.includeStop ? [] : ending);
  return (state: SamplerState) => rule.apply(state);
}

/** The rule for one completion. What a token adds to the text is what `OutputText` makes of it. */
class BadWordRule {
  readonly #options: BadWords['text'];
  readonly #vocabulary: Vocabulary;
  readonly #automaton: WordAutomaton;
  /** Tokens that add a whole word to the text. */
  readonly #containing: Int32Array;
  /** Tokens that end the text and add nothing to it. */
  readonly #ending: readonly TokenId[];
  #closing: { readonly normal: ClosingTokens; readonly special: ClosingTokens } | undefined;
  #state: WordState;
  /** How many tokens of the completion the state knows of. */
  #read = 0;
  #last: 'normal' | 'special' | undefined;

  constructor({ words, containing, text }: BadWords, vocabulary: Vocabulary, ending: readonly TokenId[]) {
    this.#options = text;
    this.#vocabulary = vocabulary;
    this.#automaton = new WordAutomaton(new SortedStrings(words));
    this.#state = this.#automaton.root;
    this.#containing = text.skipSpecialTokens
      ? containing.filter((token) => !isSpecial(vocabulary.kind(token)))
      : containing;
    this.#ending = ending;
  }

  apply({ workspace, completion }: SamplerState): void {
    while (this.#read < completion.length) this.#take(completion[this.#read++]!);
    const { row } = workspace;
    const before = this.#ending.map((token) => row[token]!);
    const containing = this.#containing;
    for (let i = 0; i < containing.length; i++) row[containing[i]!] = -Infinity;
    this.#banClosing('normal', workspace);
    if (!this.#options.skipSpecialTokens) this.#banClosing('special', workspace);
    for (const [i, token] of this.#ending.entries()) row[token] = before[i]!;
  }

  #take(token: TokenId): void {
    const kind = isSpecial(this.#vocabulary.kind(token)) ? 'special' : 'normal';
    if (kind === 'special' && this.#options.skipSpecialTokens) return;
    let state = this.#before(kind);
    for (const byte of this.#vocabulary.bytes(token)) state = this.#automaton.advance(state, byte);
    this.#state = state;
    this.#last = kind;
    if (this.#automaton.size <= STEP_LIMIT) return;
    this.#state = this.#automaton.forget(state);
    this.#closing?.normal.forget();
    this.#closing?.special.forget();
  }

  /** The state that a token's own bytes meet, behind the space that may come before it. */
  #before(kind: 'normal' | 'special'): WordState {
    const { skipSpecialTokens, spacesBetweenSpecialTokens } = this.#options;
    const last = this.#last;
    const spaced = !skipSpecialTokens && spacesBetweenSpecialTokens && last !== undefined;
    if (!spaced || (kind === 'normal' && last === 'normal')) return this.#state;
    return this.#automaton.advance(this.#state, SPACE);
  }

  #banClosing(kind: 'normal' | 'special', workspace: SamplerWorkspace): void {
    const state = this.#before(kind);
    if (state.depth === 0) return;
    if (this.#closing === undefined) {
      const { words } = this.#automaton;
      const { normal, special } = workspace.tokenOrders(this.#vocabulary);
      this.#closing = {
        normal: new ClosingTokens(words, normal),
        special: new ClosingTokens(words, special),
      };
    }
    this.#closing[kind].ban(state, workspace.row);
  }
}
