import type { Lengths, Re } from './pool.ts';

/** Read off the structure; null where intersection or complement make that impossible, or where the language is empty. */
export function lengthsOf(re: Re): Lengths | null {
  if (re.lengths === undefined) re.lengths = compute(re);
  return re.lengths;
}

function spine(re: Re): Re[] {
  const parts: Re[] = [];
  let at = re;
  for (; at.kind === 'cat'; at = at.parts[1]!) parts.push(at.parts[0]!);
  parts.push(at);
  return parts;
}

function compute(re: Re): Lengths | null {
  switch (re.kind) {
    case 'eps':
      return { min: 0, max: 0, dense: true };
    case 'class':
      return { min: 1, max: 1, dense: true };
    case 'words':
      return spread(re.words.slice(re.min, re.max).map((w) => w.length - re.depth));
    case 'cat':
      return chain(re);
    case 'or':
      return either(re.parts.map(lengthsOf));
    case 'rep':
      return repeated(lengthsOf(re.parts[0]!), re.min, re.max);
    case 'not':
      return re.parts[0]!.kind === 'empty' ? { min: 0, max: Infinity, dense: true } : null;
    default:
      return null;
  }
}

/** From the last piece on: long concatenations nest too deeply for recursion. */
function chain(re: Re): Lengths | null {
  const tails: Re[] = [];
  for (let at = re; at.kind === 'cat' && at.lengths === undefined; at = at.parts[1]!) tails.push(at);
  for (const at of tails.reverse()) at.lengths = both(at.parts.map(lengthsOf));
  return re.lengths ?? null;
}

function spread(lengths: number[]): Lengths {
  const distinct = new Set(lengths);
  let min = Infinity;
  let max = 0;
  for (const n of distinct) {
    min = Math.min(min, n);
    max = Math.max(max, n);
  }
  return { min, max, dense: distinct.size === max - min + 1 };
}

function both(parts: (Lengths | null)[]): Lengths | null {
  const out: Lengths = { min: 0, max: 0, dense: true };
  let gap = false;
  for (const p of parts) {
    if (!p) return null;
    out.min += p.min;
    out.max += p.max;
    gap ||= !p.dense;
  }
  return { ...out, dense: !gap };
}

function either(parts: (Lengths | null)[]): Lengths | null {
  const known = parts.filter((p) => p !== null);
  if (known.length < parts.length) return null;
  known.sort((a, b) => a.min - b.min);
  const out = { ...known[0]! };
  for (const p of known) {
    if (!p.dense || p.min > out.max + 1) out.dense = false;
    out.max = Math.max(out.max, p.max);
  }
  return out;
}

function repeated(body: Lengths | null, min: number, max: number): Lengths | null {
  if (!body) return null;
  const from = body.min * min;
  const to = body.max === 0 ? 0 : body.max * max;
  const steps = body.dense && (body.min <= 1 || body.max - body.min >= body.min - 1 || min === max);
  const optional = min === 0 && body.min > 1;
  return { min: from, max: to, dense: steps && !optional };
}

/** A bound on how far the nearest end of a word can ever be while reading; null where the structure does not tell. */
export function furthestEnd(re: Re): number | null {
  switch (re.kind) {
    case 'eps':
      return 0;
    case 'class':
      return 1;
    case 'words':
      return lengthsOf(re)!.max;
    case 'cat': {
      let [after, furthest] = [0, 0];
      for (const part of spine(re).reverse()) {
        const [end, lengths] = [furthestEnd(part), lengthsOf(part)];
        if (end === null || !lengths) return null;
        furthest = Math.max(furthest, end + after);
        after += lengths.min;
      }
      return furthest;
    }
    case 'or': {
      const parts = re.parts.map(furthestEnd);
      return parts.includes(null) ? null : Math.max(...parts.map((p) => p ?? 0));
    }
    case 'rep': {
      const body = furthestEnd(re.parts[0]!);
      const lengths = lengthsOf(re.parts[0]!);
      return body === null || !lengths ? null : body + lengths.min * re.min;
    }
    case 'not':
      return re.parts[0]!.kind === 'empty' ? 0 : null;
    default:
      return null;
  }
}
