import { Tail } from './tail.ts';
import type { Trie } from './trie.ts';

/** A token that ends a string after at least one escape: its text before the quote, and the node of the quote. */
export type EscapedEnd = { text: string; node: number };

type Position = { points: number; units: number; text: string | null };

/** Which tokens may stand in a JSON string of which nothing is required; computed once for each vocabulary. */
export class FreeString {
  /** Tokens that end the string, by what follows. */
  readonly tail = new Tail();
  readonly escapedEnds = new Map<string, number[]>();
  readonly maxEndLength: number;
  readonly #trie: Trie;
  readonly #words: number;
  readonly #byNeed: number[][] = [];
  readonly #masks = new Map<number, Uint32Array>();
  #longestEnd = 0;

  constructor(trie: Trie, tokenCount: number) {
    this.#trie = trie;
    this.#words = (tokenCount + 31) >> 5;
    this.#plain(0, { points: 0, units: 0, text: null });
    this.maxEndLength = this.#longestEnd;
  }

  /** Tokens that stay inside the string and need at most so many code points of room. */
  body(room: number): Uint32Array {
    const limit = Math.min(room, this.#byNeed.length - 1);
    let mask = this.#masks.get(limit);
    if (!mask) {
      mask = new Uint32Array(this.#words);
      for (let need = 0; need <= limit; need++) {
        for (const t of this.#byNeed[need] ?? []) mask[t >> 5]! |= 1 << (t & 31);
      }
      this.#masks.set(limit, mask);
    }
    return mask;
  }

  #record(node: number, need: number): void {
    while (this.#byNeed.length <= need) this.#byNeed.push([]);
    for (let t = this.#trie.token[node]!; t >= 0; t = this.#trie.same[t]!) this.#byNeed[need]!.push(t);
  }

  #plain(node: number, at: Position): void {
    const { byte, end } = this.#trie;
    for (let c = node + 1; c < end[node]!; c = end[c]!) {
      const b = byte[c]!;
      if (b === 0x22) this.#end(c, at);
      else if (b === 0x5c) this.#escape(c, at);
      else if (b >= 0x20 && b < 0x80) this.#point(c, at, b);
      else if (b >= 0xc2 && b <= 0xf4) {
        const left = b < 0xe0 ? 1 : b < 0xf0 ? 2 : 3;
        this.#utf8(c, at, b & (0x3f >> left), left, [0x80, 0x800, 0x10000][left - 1]!);
      }
    }
  }

  #point(node: number, at: Position, point: number): void {
    const text = at.text === null ? null : at.text + String.fromCodePoint(point);
    this.#record(node, at.points + 1);
    this.#plain(node, { points: at.points + 1, units: at.units, text });
  }

  #end(node: number, at: Position): void {
    this.tail.add(this.#trie, node, at.points);
    this.#longestEnd = Math.max(this.#longestEnd, at.points);
    if (at.text === null || at.units === 0) return;
    const list = this.escapedEnds.get(at.text) ?? [];
    list.push(node);
    this.escapedEnds.set(at.text, list);
  }

  #utf8(node: number, at: Position, value: number, left: number, least: number): void {
    this.#record(node, at.points + 1);
    const { byte, end } = this.#trie;
    for (let c = node + 1; c < end[node]!; c = end[c]!) {
      if (byte[c]! < 0x80 || byte[c]! > 0xbf) continue;
      const next = value * 64 + (byte[c]! & 0x3f);
      const low = next * 64 ** (left - 1);
      const high = low + 64 ** (left - 1) - 1;
      if (high < least || low > 0x10ffff || (low >= 0xd800 && high <= 0xdfff)) continue;
      if (left === 1) this.#point(c, at, next);
      else this.#utf8(c, at, next, left - 1, least);
    }
  }

  /** From here on the text is kept, because an escape hides which characters were written. */
  #escape(node: number, before: Position): void {
    const at = {
      points: before.points,
      units: before.units + 1,
      text: before.text ?? this.#textTo(node, before),
    };
    this.#record(node, at.points + 1);
    const { byte, end } = this.#trie;
    for (let c = node + 1; c < end[node]!; c = end[c]!) {
      const simple = '"\\/bfnrt'.indexOf(String.fromCharCode(byte[c]!));
      if (simple >= 0) this.#point(c, at, '"\\/\b\f\n\r\t'.charCodeAt(simple));
      else if (byte[c] === 0x75) this.#hex(c, at, 0, 4, 0);
    }
  }

  #hex(node: number, at: Position, value: number, left: number, high: number): void {
    this.#record(node, at.points + 1);
    const { byte, end } = this.#trie;
    for (let c = node + 1; c < end[node]!; c = end[c]!) {
      const digit = Number.parseInt(String.fromCharCode(byte[c]!), 16);
      if (Number.isNaN(digit)) continue;
      const next = value * 16 + digit;
      const from = next * 16 ** (left - 1);
      const to = from + 16 ** (left - 1) - 1;
      const lowHalf = to >= 0xdc00 && from <= 0xdfff;
      if (high === 0 && from >= 0x20 && to <= 0x7e) continue;
      if (high > 0 ? !lowHalf : from >= 0xdc00 && to <= 0xdfff) continue;
      if (left > 1) this.#hex(c, at, next, left - 1, high);
      else if (high > 0) this.#point(c, at, 0x10000 + (high - 0xd800) * 0x400 + next - 0xdc00);
      else if (next >= 0xd800 && next <= 0xdbff) this.#second(c, at, next);
      else this.#point(c, at, next);
    }
  }

  #second(node: number, at: Position, high: number): void {
    this.#record(node, at.points + 1);
    const backslash = this.#trie.child(node, 0x5c);
    if (backslash < 0) return;
    this.#record(backslash, at.points + 1);
    const u = this.#trie.child(backslash, 0x75);
    if (u >= 0) this.#hex(u, at, 0, 4, high);
  }

  /** The characters on the way to a node without escapes before it. */
  #textTo(node: number, at: Position): string {
    const bytes: number[] = [];
    const { byte, end } = this.#trie;
    for (let i = 0; i !== node; ) {
      let c = i + 1;
      while (!(node >= c && node < end[c]!)) c = end[c]!;
      if (c !== node) bytes.push(byte[c]!);
      i = c;
    }
    const text = new TextDecoder().decode(new Uint8Array(bytes));
    return at.points === 0 ? '' : text;
  }
}
