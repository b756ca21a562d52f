import type { Trie } from '../vocabulary/trie.ts';

/** Allows every token that ends at a node of the trie. */
export function allowAt(mask: Uint32Array, trie: Trie, node: number): void {
  for (let t = trie.token[node]!; t >= 0; t = trie.same[t]!) mask[t >> 5]! |= 1 << (t & 31);
}

/** Forbids every token at and below a node. */
export function forbidBelow(mask: Uint32Array, trie: Trie, node: number): void {
  for (let i = node; i < trie.end[node]!; i++) {
    for (let t = trie.token[i]!; t >= 0; t = trie.same[t]!) mask[t >> 5]! &= ~(1 << (t & 31));
  }
}

export function orInto(mask: Uint32Array, other: Uint32Array): void {
  for (let i = 0; i < mask.length; i++) mask[i]! |= other[i]!;
}
