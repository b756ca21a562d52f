import type { Fuel } from '../errors.ts';
import { type Exit, Lex, type LexNext } from '../machine/lex.ts';
import { StringLex } from '../machine/string-lex.ts';
import type { FreeReadings } from '../machine/string-reading.ts';
import { type Next, Struct } from '../machine/struct.ts';
import type { Tail } from '../vocabulary/tail.ts';
import type { Vocabulary } from '../vocabulary/vocabulary.ts';
import { allowAt, forbidBelow, orInto } from './bits.ts';
import { endingsByLength, freeReadings } from './free.ts';
import { collectLex, type LexMask } from './lex-mask.ts';
import { plainNode } from './plain-node.ts';

const MAX_LEX_MASKS = 200;

/** Fills masks by walking the vocabulary's tree beside a grammar's states. One for each grammar and vocabulary. */
export class Walker {
  readonly #vocabulary: Vocabulary;
  readonly #fuel: Fuel;
  readonly #lexMasks = new Map<Lex, LexMask>();
  #mask: Uint32Array = new Uint32Array(0);
  /** Tokens on whose way a value was not remembered: the mask has them only if they are checked one by one. */
  #doubtful: number[] = [];

  constructor(vocabulary: Vocabulary, fuel: Fuel) {
    this.#vocabulary = vocabulary;
    this.#fuel = fuel;
  }

  /** Adds the tokens that a place between scalars allows. @returns the tokens that must be checked one by one. */
  fromStruct(mask: Uint32Array, place: Struct): readonly number[] {
    this.#begin(mask);
    this.#walk(0, place, false);
    return this.#doubtful;
  }

  /** The same inside a scalar; `receiver` hears of its end. */
  fromLex(mask: Uint32Array, lex: Lex, receiver: Struct): readonly number[] {
    this.#begin(mask);
    const free = lex instanceof StringLex ? freeReadings(lex) : null;
    if (free) {
      this.#free(lex as StringLex, free, receiver);
      return this.#doubtful;
    }
    const known = this.#lexMask(lex);
    orInto(mask, known.body);
    if (known.usual) this.#exitTail(known.usual, this.#vocabulary.freeString.tail, receiver);
    for (const node of known.removed) this.#forbid(node);
    for (const [exit, tail] of known.tails) this.#exitTail(exit, tail, receiver);
    for (const { node, exit } of known.ends) this.#after(node, exit, receiver, false);
    return this.#doubtful;
  }

  #exitTail(exit: Exit, tail: Tail, receiver: Struct): void {
    const place = receiver.exit(exit);
    if (place) this.#tail(tail, place, null, { from: 0, to: Infinity }, false);
  }

  #forbid(node: number): void {
    forbidBelow(this.#mask, this.#vocabulary.trie, node);
    if (this.#doubtful.length === 0) return;
    this.#doubtful = this.#doubtful.filter((t) => !within(this.#vocabulary, t, node));
  }

  #begin(mask: Uint32Array): void {
    this.#mask = mask;
    this.#doubtful = [];
  }

  #allow(node: number, doubt: boolean): void {
    const { trie } = this.#vocabulary;
    if (!doubt) allowAt(this.#mask, trie, node);
    else for (let t = trie.token[node]!; t >= 0; t = trie.same[t]!) this.#doubtful.push(t);
  }

  #walk(node: number, place: Struct, doubt: boolean): void {
    const { byte, end } = this.#vocabulary.trie;
    for (let c = node + 1; c < end[node]!; c = end[c]!) {
      this.#fuel.spend();
      const to = place.step(byte[c]!);
      if (to !== null) this.#enter(c, to, place, doubt || doubtful(place, byte[c]!, to));
    }
  }

  #enter(node: number, to: Struct | Lex, from: Struct, doubt: boolean): void {
    const { end, token } = this.#vocabulary.trie;
    if (token[node]! >= 0) this.#allow(node, doubt);
    if (end[node]! === node + 1) return;
    if (to instanceof Struct) this.#walk(node, to, doubt);
    else this.#walkLex(node, to, from.receiver, doubt);
  }

  #walkLex(node: number, lex: Lex, receiver: Struct, doubt: boolean): void {
    const { byte, end, token } = this.#vocabulary.trie;
    for (let c = node + 1; c < end[node]!; c = end[c]!) {
      this.#fuel.spend();
      const to = lex.step(byte[c]!);
      if (to === null) continue;
      if (to instanceof Lex) {
        if (token[c]! >= 0) this.#allow(c, doubt);
        if (end[c]! !== c + 1) this.#walkLex(c, to, receiver, doubt);
      } else this.#after(c, to, receiver, doubt);
    }
  }

  /** At a node whose byte ended a scalar. */
  #after(node: number, exit: Exit, receiver: Struct, doubt: boolean): void {
    const place = receiver.exit(exit);
    if (!place) return;
    if (!exit.redo) {
      this.#enter(node, place, place, doubt);
      return;
    }
    const byte = this.#vocabulary.trie.byte[node]!;
    const to = place.step(byte);
    if (to !== null) this.#enter(node, to, place, doubt || doubtful(place, byte, to));
  }

  /** Merged tokens after a scalar's end, from a place or, where `lex` is not null, inside its next scalar. */
  #tail(
    tail: Tail,
    place: Struct,
    lex: Lex | null,
    lengths: { from: number; to: number },
    doubt: boolean,
  ): void {
    for (let i = 0; i < tail.tokens.length; i++) {
      const t = tail.tokens[i]!;
      if (tail.lengths[i]! < lengths.from || tail.lengths[i]! > lengths.to) continue;
      if (doubt) this.#doubtful.push(t);
      else this.#mask[t >> 5]! |= 1 << (t & 31);
    }
    for (let i = 0; i < tail.bytes.length; i++) {
      const byte = tail.bytes[i]!;
      const next: Next | LexNext = lex ? lex.step(byte) : place.step(byte);
      if (next === null) continue;
      let unsure = doubt || (!lex && doubtful(place, byte, next as Next));
      if (next instanceof Struct) this.#tail(tail.children[i]!, next, null, lengths, unsure);
      else if (next instanceof Lex)
        this.#tail(tail.children[i]!, lex ? place : place.receiver, next, lengths, unsure);
      else {
        const ended = place.exit(next);
        const after = ended && next.redo ? ended.step(byte) : ended;
        if (!after) continue;
        unsure ||= next.redo && doubtful(ended!, byte, after);
        if (after instanceof Struct) this.#tail(tail.children[i]!, after, null, lengths, unsure);
        else this.#tail(tail.children[i]!, ended!.receiver, after, lengths, unsure);
      }
    }
  }

  #lexMask(lex: Lex): LexMask {
    let known = this.#lexMasks.get(lex);
    if (known) return known;
    known = collectLex(this.#vocabulary, lex, this.#fuel);
    if (this.#lexMasks.size >= MAX_LEX_MASKS) this.#lexMasks.clear();
    this.#lexMasks.set(lex, known);
    return known;
  }

  /** Strings of which at most some words are special: the vocabulary's own slices answer. */
  #free(lex: StringLex, free: FreeReadings, receiver: Struct): void {
    const { freeString } = this.#vocabulary;
    orInto(this.#mask, freeString.body(free.room));
    for (const { exit, from, to } of endingsByLength(lex, free, freeString.maxEndLength)) {
      const place = receiver.exit(exit);
      if (place) this.#tail(freeString.tail, place, null, { from, to }, false);
    }
    for (const word of free.words) this.#special(lex, word, receiver);
  }

  /** Tokens that spell the rest of a special word and end the string there. */
  #special(lex: StringLex, word: string, receiver: Struct): void {
    const { trie, freeString } = this.#vocabulary;
    const quotes = [...(freeString.escapedEnds.get(word) ?? [])];
    const plain = plainNode(trie, word);
    if (plain >= 0) quotes.push(plain);
    if (quotes.length === 0) return;
    let exit: Exit | null = null;
    let at: Lex = lex;
    for (const b of new TextEncoder().encode(JSON.stringify(word).slice(1))) {
      const next = at.step(b);
      if (next === null) break;
      if (next instanceof Lex) at = next;
      else exit = next;
    }
    for (const node of quotes) {
      this.#forbid(node);
      if (exit) this.#after(node, exit, receiver, false);
    }
  }
}

/** Whether a token's bytes lead through a node of the trie. */
function within({ trie, tokens }: Vocabulary, token: number, node: number): boolean {
  let at = 0;
  for (const b of tokens[token]!) {
    at = trie.child(at, b);
    if (at === node) return true;
    if (at < 0) return false;
  }
  return false;
}

/** Whether this byte leads to where a value that was not remembered matters. */
function doubtful(from: Struct, byte: number, to: Next): boolean {
  if (!from.unsettled) return to instanceof Struct && to.unsettled;
  if (byte === 0x5d) return to instanceof Struct && to.unsettled;
  return !from.roomy || !(to instanceof Struct && to.unsettled);
}
