import { WORDS } from '../lib/words.mjs';

/** GGUF's token types. */
const NORMAL = 1;
const CONTROL = 3;
const USER_DEFINED = 4;
const UNUSED = 5;

const ADDED = [
  ['<|endoftext|>', CONTROL],
  ['<|im_start|>', CONTROL],
  ['<|im_end|>', CONTROL],
  ['<|pad|>', CONTROL],
  ['<think>', USER_DEFINED],
  ['</think>', USER_DEFINED],
  ['<tool_call>', USER_DEFINED],
  ['</tool_call>', USER_DEFINED],
];

/** GPT-2's table: every byte as one printable character, in the order of the characters. */
function byteCharacters() {
  const printable = (byte) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let extra = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(printable(byte) ? byte : extra++));
}

/** The most frequent neighbours in the words; ties go to the pair that sorts first. */
function bestPair(words) {
  const counts = new Map();
  for (const parts of words) {
    for (let i = 0; i + 1 < parts.length; i++) {
      const pair = `${parts[i]} ${parts[i + 1]}`;
      counts.set(pair, (counts.get(pair) ?? 0) + 1);
    }
  }
  let best;
  for (const [pair, count] of counts) {
    const most = best === undefined ? 0 : counts.get(best);
    if (count > most || (count === most && pair < best)) best = pair;
  }
  return best;
}

function mergePair(parts, pair) {
  const out = [];
  for (let i = 0; i < parts.length; i++) {
    if (i + 1 < parts.length && `${parts[i]} ${parts[i + 1]}` === pair) out.push(parts[i] + parts[++i]);
    else out.push(parts[i]);
  }
  return out;
}

/** Byte-pair merges until each word of the list is one token, or `limit` is reached. */
function learnMerges(limit) {
  let words = WORDS.flatMap((word) => [[...word], ['Ġ', ...word]]); // Ġ stands for the space
  const merges = [];
  while (merges.length < limit) {
    const pair = bestPair(words);
    if (pair === undefined) break;
    merges.push(pair);
    words = words.map((parts) => mergePair(parts, pair));
  }
  return merges;
}

/** Adds pairs of what is there, so that the vocabulary has its size. */
function topUp(tokens, merges, known, limit) {
  for (let i = 256; merges.length < limit && i < tokens.length; i++) {
    for (let j = 0; j < 256 && merges.length < limit; j++) {
      const piece = tokens[i] + tokens[j];
      if (known.has(piece)) continue;
      known.add(piece);
      tokens.push(piece);
      merges.push(`${tokens[i]} ${tokens[j]}`);
    }
  }
}

/** A byte-level BPE vocabulary of exactly `size` tokens: names, GGUF token types, merges, and ids of the added ones. */
export function makeVocabulary(size) {
  if (size < 256 + ADDED.length)
    throw new RangeError(`a vocabulary has at least ${256 + ADDED.length} tokens`);
  const limit = size - 256 - ADDED.length;
  const tokens = byteCharacters().sort();
  const merges = learnMerges(limit);
  const known = new Set(tokens);
  for (const pair of merges) {
    const piece = pair.replace(' ', '');
    if (!known.has(piece)) tokens.push(piece);
    known.add(piece);
  }
  topUp(tokens, merges, known, limit);
  const types = tokens.map(() => NORMAL);
  const ids = new Map();
  for (const [name, type] of ADDED) {
    ids.set(name, tokens.push(name) - 1);
    types.push(type);
  }
  while (tokens.length < size) {
    tokens.push(`<|unused_${tokens.length}|>`);
    types.push(UNUSED);
  }
  return { tokens, types, merges, ids };
}
