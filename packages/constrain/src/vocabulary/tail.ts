import type { Trie } from './trie.ts';

/**
 * What tokens say after a scalar's end, merged: tokens that differ only before the end share a path. `lengths` are the
 * code points that each token spends before the end.
 */
export class Tail {
  readonly bytes: number[] = [];
  readonly children: Tail[] = [];
  readonly tokens: number[] = [];
  readonly lengths: number[] = [];

  child(byte: number): Tail {
    const at = this.bytes.indexOf(byte);
    if (at >= 0) return this.children[at]!;
    const made = new Tail();
    this.bytes.push(byte);
    this.children.push(made);
    return made;
  }

  /** Adds the tokens at and below a node of the trie, whose scalar has just ended. */
  add(trie: Trie, node: number, length: number): void {
    for (let t = trie.token[node]!; t >= 0; t = trie.same[t]!) {
      this.tokens.push(t);
      this.lengths.push(length);
    }
    for (let c = node + 1; c < trie.end[node]!; c = trie.end[c]!)
      this.child(trie.byte[c]!).add(trie, c, length);
  }
}
