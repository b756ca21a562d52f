import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Token bytes and a byte-pair encoder from the ranks that js-tiktoken ships, without its copies of them in memory. */
export function loadRanks(name) {
  const source = readFileSync(require.resolve(`js-tiktoken/ranks/${name}`), 'utf8');
  const ranks = JSON.parse(source.slice(source.indexOf('{'), source.lastIndexOf('}') + 1));
  const tokens = [];
  for (const line of ranks.bpe_ranks.split('\n')) {
    const [, offset, ...list] = line.split(' ');
    for (const [i, text] of list.entries())
      tokens[Number(offset) + i] = new Uint8Array(Buffer.from(text, 'base64'));
  }
  const specials = Object.values(ranks.special_tokens);
  const endOfText = ranks.special_tokens['<|endoftext|>'];
  const size = Math.max(tokens.length, ...specials.map((id) => id + 1));
  for (let id = 0; id < size; id++) tokens[id] ??= new Uint8Array(0);
  return { tokens, endOfText, encode: encoder(tokens, ranks.pat_str) };
}

function encoder(tokens, pattern) {
  const rankOf = new Map();
  for (const [id, bytes] of tokens.entries()) {
    if (bytes.length > 0) rankOf.set(Buffer.from(bytes).toString('latin1'), id);
  }
  const split = new RegExp(pattern, 'gu');
  return (text) => {
    const out = [];
    for (const [piece] of text.matchAll(split)) {
      const bytes = Buffer.from(piece, 'utf8').toString('latin1');
      // Merging is quadratic: absurdly long pieces are cut.
      for (let i = 0; i < bytes.length; i += 100) merge(bytes.slice(i, i + 100), rankOf, out);
    }
    return out;
  };
}

function merge(piece, rankOf, out) {
  const whole = rankOf.get(piece);
  if (whole !== undefined) {
    out.push(whole);
    return;
  }
  const cuts = Array.from({ length: piece.length + 1 }, (_, i) => i);
  for (;;) {
    let best = -1;
    let bestRank = Infinity;
    for (let i = 0; i + 2 < cuts.length; i++) {
      const rank = rankOf.get(piece.slice(cuts[i], cuts[i + 2]));
      if (rank !== undefined && rank < bestRank) [best, bestRank] = [i, rank];
    }
    if (best < 0) break;
    cuts.splice(best + 1, 1);
  }
  for (let i = 0; i + 1 < cuts.length; i++) out.push(rankOf.get(piece.slice(cuts[i], cuts[i + 1])));
}
