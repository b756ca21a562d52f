/**
 * All tokens' bytes as one tree in flat arrays, in depth-first order: the children of node i are i + 1, end[i + 1], ...
 * below end[i]. Node 0 is the root.
 */
export class Trie {
  readonly byte: Uint8Array;
  readonly end: Int32Array;
  /** The first token that ends at the node, or -1. */
  readonly token: Int32Array;
  /** The next token with the same bytes as a token, or -1. */
  readonly same: Int32Array;
  readonly #firstChild = new Int32Array(256).fill(-1);

  constructor(tokens: readonly Uint8Array[]) {
    const order: number[] = [];
    let total = 1;
    for (const [id, bytes] of tokens.entries()) {
      if (bytes.length === 0) continue;
      order.push(id);
      total += bytes.length;
    }
    order.sort((a, b) => compareBytes(tokens[a]!, tokens[b]!));
    const byte = new Uint8Array(total);
    const end = new Int32Array(total);
    const token = new Int32Array(total).fill(-1);
    this.same = new Int32Array(tokens.length).fill(-1);
    const path = [0];
    let count = 1;
    let previous: Uint8Array = new Uint8Array(0);
    for (const id of order) {
      const bytes = tokens[id]!;
      let shared = 0;
      while (shared < previous.length && shared < bytes.length && previous[shared] === bytes[shared])
        shared++;
      while (path.length > shared + 1) end[path.pop()!] = count;
      for (let i = shared; i < bytes.length; i++) {
        byte[count] = bytes[i]!;
        path.push(count++);
      }
      const node = path[path.length - 1]!;
      this.same[id] = token[node]!;
      token[node] = id;
      previous = bytes;
    }
    while (path.length > 0) end[path.pop()!] = count;
    this.byte = byte.slice(0, count);
    this.end = end.slice(0, count);
    this.token = token.slice(0, count);
    for (let c = 1; c < count; c = this.end[c]!) this.#firstChild[this.byte[c]!] = c;
  }

  get size(): number {
    return this.byte.length;
  }

  /** The child of a node by a byte, or -1. */
  child(node: number, byte: number): number {
    if (node === 0) return this.#firstChild[byte]!;
    for (let c = node + 1; c < this.end[node]!; c = this.end[c]!) {
      if (this.byte[c] === byte) return c;
      if (this.byte[c]! > byte) break;
    }
    return -1;
  }
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
