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
    const total = tokens.reduce((sum, bytes) => sum + bytes.length, 1);
    const byte = new Uint8Array(total);
    const end = new Int32Array(total);
    const token = new Int32Array(total).fill(-1);
    this.same = new Int32Array(tokens.length).fill(-1);
    const path = [0];
    let count = 1;
    let previous: Uint8Array = new Uint8Array(0);
    for (const id of sortedIds(tokens)) {
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

const MAX_IDS = 2 ** 21;

/** Ids of the tokens that have bytes, in the order of these. */
function sortedIds(tokens: readonly Uint8Array[]): number[] {
  if (tokens.length > MAX_IDS) throw new RangeError(`A vocabulary has at most ${MAX_IDS} tokens`);
  // The first four bytes and the id in one number: numbers are sorted without calls.
  const keys = new Float64Array(tokens.length);
  let count = 0;
  for (const [id, bytes] of tokens.entries()) {
    if (bytes.length > 0) keys[count++] = firstBytes(bytes) * MAX_IDS + id;
  }
  keys.subarray(0, count).sort();
  const ids: number[] = [];
  for (let from = 0; from < count; ) {
    const next = (Math.floor(keys[from]! / MAX_IDS) + 1) * MAX_IDS;
    const alike: number[] = [];
    for (; from < count && keys[from]! < next; from++) alike.push(keys[from]! % MAX_IDS);
    if (alike.length > 1) alike.sort((a, b) => compareBytes(tokens[a]!, tokens[b]!));
    for (const id of alike) ids.push(id);
  }
  return ids;
}

function firstBytes(bytes: Uint8Array): number {
  return (((bytes[0] ?? 0) << 24) | ((bytes[1] ?? 0) << 16) | ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0)) >>> 0;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
