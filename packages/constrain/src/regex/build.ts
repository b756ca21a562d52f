import { ConstraintError } from '../errors.ts';
import { type Ast, canBeEmpty, isPure, isZeroWidth } from './ast.ts';
import { type CharSet, complementSet, intersectSets, unionSets } from './charset.ts';
import { parseRegex, type RegexFlags } from './parse.ts';
import type { Re, RePool } from './pool.ts';
import { WORD } from './unicode.ts';

/** What is known of the position before a piece: the text's beginning, or the possible previous characters. */
type Before = { begin: true } | { begin: false; last: CharSet | null };

const BEGIN: Before = { begin: true };
const NON_WORD = complementSet(WORD);

/** Turns syntax into an expression over whole texts; anchors and look-ahead become intersections with what follows. */
export class RegexBuilder {
  readonly #pool: RePool;
  readonly #pointer: string;

  constructor(pool: RePool, pointer = '') {
    this.#pool = pool;
    this.#pointer = pointer;
  }

  /** Reads a pattern. @throws ConstraintError as parseRegex does, and when fuel runs out. */
  read(source: string, flags: RegexFlags = {}): Ast {
    this.#pool.charge(16 + 2 * source.length);
    return parseRegex(source, flags, this.#pointer, this.#pool.unicode);
  }

  /** Texts that match from their first to their last character. */
  whole(ast: Ast): Re {
    return this.#then(ast, this.#pool.eps, BEGIN);
  }

  /** Texts that contain a match, as JSON Schema's `pattern` means it. */
  search(ast: Ast): Re {
    const pool = this.#pool;
    const atBegin = this.#then(ast, pool.any, BEGIN);
    if (isPure(ast)) return pool.cat(pool.any, atBegin);
    const later = [WORD, NON_WORD].map((last) =>
      pool.cat(pool.any, pool.cat(pool.cls(last), this.#then(ast, pool.any, { begin: false, last }))),
    );
    return pool.or([atBegin, ...later]);
  }

  #unsupported(keyword: string): never {
    throw new ConstraintError('unsupported', `The pattern's ${keyword} cannot be enforced here`, {
      pointer: this.#pointer,
      keyword: 'pattern',
    });
  }

  /** The texts that match `ast` and go on with `rest`. */
  #then(ast: Ast, rest: Re, before: Before): Re {
    const pool = this.#pool;
    if (isPure(ast)) return pool.cat(this.#pure(ast), rest);
    switch (ast.t) {
      case 'cat':
        return this.#sequence(ast.items, rest, before);
      case 'alt':
        return pool.or(ast.items.map((item) => this.#then(item, rest, before)));
      case 'begin':
        return before.begin ? rest : pool.empty;
      case 'end':
        return rest.nullable ? pool.eps : pool.empty;
      case 'look':
        return ast.ahead ? this.#ahead(ast, rest, before) : this.#behind(ast, rest, before);
      case 'boundary':
        return this.#boundary(ast.negate, rest, before);
      case 'rep':
        return this.#repeat(ast.body, ast.min, ast.max, rest, before);
      case 'set':
        return pool.cat(pool.cls(ast.set), rest);
    }
  }

  #pure(ast: Ast): Re {
    const pool = this.#pool;
    switch (ast.t) {
      case 'set':
        return pool.cls(ast.set);
      case 'cat':
        return pool.sequence(ast.items.map((item) => this.#pure(item)));
      case 'alt':
        return pool.or(ast.items.map((item) => this.#pure(item)));
      case 'rep':
        return pool.rep(this.#pure(ast.body), ast.min, ast.max);
      default:
        return pool.empty;
    }
  }

  #sequence(items: readonly Ast[], rest: Re, before: Before): Re {
    // What follows the last piece that looks back depends on nothing before it.
    let from = items.length - 1;
    let after = rest;
    for (; from > 0 && !looksBack(items[from]!); from--) after = this.#then(items[from]!, after, before);
    return this.#looking(items, 0, from + 1, after, before);
  }

  /** The items from `at` up to `end`, of which the last one looks back. */
  #looking(items: readonly Ast[], at: number, end: number, rest: Re, before: Before): Re {
    if (at >= end) return rest;
    const head = items[at]!;
    if (at === end - 1) return this.#then(head, rest, before);
    const go = (from: Before) => this.#looking(items, at + 1, end, rest, from);
    if (isZeroWidth(head)) return this.#then(head, go(before), before);
    const after: Before = { begin: false, last: lastOf(head) };
    if (!canBeEmpty(head)) return this.#then(head, go(after), before);
    if (!isPure(head)) return this.#distributed(head, items.slice(at + 1, end), rest, before);
    const filled = this.#pool.and([this.#pure(head), this.#pool.cat(this.#pool.char, this.#pool.any)]);
    return this.#pool.or([go(before), this.#pool.cat(filled, go(after))]);
  }

  /** A head that may be empty and whose anchors look at what follows: one alternative at a time. */
  #distributed(head: Ast, tail: readonly Ast[], rest: Re, before: Before): Re {
    if (head.t === 'cat') return this.#sequence([...head.items, ...tail], rest, before);
    if (head.t === 'alt') {
      return this.#pool.or(head.items.map((item) => this.#sequence([item, ...tail], rest, before)));
    }
    if (head.t !== 'rep' || head.min > 0 || head.max > 1)
      return this.#unsupported('anchor inside a repetition');
    const skipped = this.#sequence(tail, rest, before);
    return this.#pool.or([skipped, this.#sequence([head.body, ...tail], rest, before)]);
  }

  #ahead(ast: Ast & { t: 'look' }, rest: Re, before: Before): Re {
    const seen = this.#then(ast.body, this.#pool.any, before);
    return this.#pool.and([rest, ast.negate ? this.#pool.not(seen) : seen]);
  }

  #behind(ast: Ast & { t: 'look' }, rest: Re, before: Before): Re {
    const wanted = ast.body.t === 'set' ? ast.body.set : null;
    if (!wanted) return this.#unsupported('look-behind');
    const holds = before.begin ? false : this.#lastIn(before.last, wanted, 'look-behind');
    return holds === ast.negate ? this.#pool.empty : rest;
  }

  #lastIn(last: CharSet | null, wanted: CharSet, keyword: string): boolean {
    const common = last && intersectSets(last, wanted);
    if (!last || !common) return this.#unsupported(keyword);
    if (common.length === 0) return false;
    if (intersectSets(last, complementSet(wanted)).length === 0) return true;
    return this.#unsupported(keyword);
  }

  #boundary(negate: boolean, rest: Re, before: Before): Re {
    const pool = this.#pool;
    const afterWord = before.begin ? false : this.#lastIn(before.last, WORD, 'word boundary');
    const word = pool.cat(pool.cls(WORD), pool.any);
    return pool.and([rest, afterWord === negate ? word : pool.not(word)]);
  }

  #repeat(body: Ast, min: number, max: number, rest: Re, before: Before): Re {
    if (isZeroWidth(body)) return min > 0 ? this.#then(body, rest, before) : rest;
    if (max > 32) return this.#endless(body, min, max, rest, before);
    const tail: Ast = { t: 'rep', body, min: Math.max(0, min - 1), max: max - 1 };
    const more = max === 0 ? this.#pool.empty : this.#sequence([body, tail], rest, before);
    return min > 0 ? more : this.#pool.or([rest, more]);
  }

  /** Repetitions without a bound whose anchors are of the two kinds that occur in practice. */
  #endless(body: Ast, min: number, max: number, rest: Re, before: Before): Re {
    const pool = this.#pool;
    const [look, char] = body.t === 'cat' ? [body.items.slice(0, -1), body.items.at(-1)!] : [[], body];
    const forbidden = look.every((l) => l.t === 'look' && l.ahead && l.negate && isPure(l.body));
    if (look.length > 0 && forbidden && isPure(char) && rest === pool.eps) {
      const bodies = look.map((l) => (l.t === 'look' ? this.#pure(l.body) : pool.empty));
      const nowhere = bodies.map((b) => pool.not(pool.sequence([pool.any, b, pool.any])));
      const plain = !canBeEmpty(char) && char.t === 'set' && bodies.every((b) => !b.nullable);
      if (plain) return pool.and([pool.rep(this.#pure(char), min, max), ...nowhere]);
    }
    if (min > 1 || max < Infinity || !onlyEnds(body)) return this.#unsupported('anchor inside a repetition');
    const repeated = pool.rep(this.#pure(body), 0, Infinity);
    const last = rest.nullable ? this.#then(body, pool.eps, before) : pool.empty;
    if (min === 0) return pool.cat(repeated, pool.or([rest, last]));
    return pool.or([pool.cat(this.#pure(body), pool.cat(repeated, rest)), pool.cat(repeated, last)]);
  }
}

/** Whether the meaning depends on what stands before. */
function looksBack(ast: Ast): boolean {
  if (ast.t === 'cat' || ast.t === 'alt') return ast.items.some(looksBack);
  if (ast.t === 'rep') return looksBack(ast.body);
  if (ast.t === 'look') return !ast.ahead || looksBack(ast.body);
  return ast.t === 'begin' || ast.t === 'boundary';
}

/** Whether `$` is the only anchor. */
function onlyEnds(ast: Ast): boolean {
  if (ast.t === 'cat' || ast.t === 'alt') return ast.items.every(onlyEnds);
  if (ast.t === 'rep') return onlyEnds(ast.body);
  return ast.t === 'set' || ast.t === 'end';
}

/** The characters with which a non-empty match can end; null when unknown. */
function lastOf(ast: Ast): CharSet | null {
  switch (ast.t) {
    case 'set':
      return ast.set;
    case 'rep':
      return lastOf(ast.body);
    case 'alt':
      return joined(ast.items.map(lastOf));
    case 'cat': {
      const ends: (CharSet | null)[] = [];
      for (const item of [...ast.items].reverse()) {
        if (isZeroWidth(item)) continue;
        ends.push(lastOf(item));
        if (!canBeEmpty(item)) break;
      }
      return joined(ends);
    }
    default:
      return [];
  }
}

function joined(sets: (CharSet | null)[]): CharSet | null {
  const known = sets.filter((s) => s !== null);
  return known.length < sets.length ? null : unionSets(...known);
}
