import type { Trie } from '../vocabulary/trie.ts';

/** The node of the quote that ends a word which is written without escapes, or -1. */
export function plainNode(trie: Trie, word: string): number {
  let node = 0;
  for (let i = 0; i < word.length; i++) {
    const code = word.charCodeAt(i);
    if (code < 0x20 || code === 0x22 || code === 0x5c) return -1;
    if (code >= 0x80) return plainBytes(trie, word);
    node = trie.child(node, code);
    if (node < 0) return -1;
  }
  return trie.child(node, 0x22);
}

function plainBytes(trie: Trie, word: string): number {
  let node = 0;
  for (const b of new TextEncoder().encode(word)) {
    if (b < 0x20 || b === 0x22 || b === 0x5c) return -1;
    node = trie.child(node, b);
    if (node < 0) return -1;
  }
  return trie.child(node, 0x22);
}
