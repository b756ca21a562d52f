import { ConstraintError } from '../errors.ts';
import type { Ast } from './ast.ts';
import { complementSet, FULL, intersectSets } from './charset.ts';
import { ClassReader } from './classes.ts';
import { LINE_TERMINATORS, UnicodeSets } from './unicode.ts';

const MAX_LENGTH = 1 << 20;
const MAX_DEPTH = 200;

export type RegexFlags = { unicodeSets?: boolean; ignoreCase?: boolean; dotAll?: boolean };

/**
 * Reads an ECMA-262 pattern. Its syntax is checked by the running engine, with the `u` (or `v`) flag first and, as
 * many published schemas escape more than that flag allows, without it second.
 * @throws ConstraintError `invalid` for syntax, `unsupported` for back-references.
 */
export function parseRegex(
  source: string,
  flags: RegexFlags = {},
  pointer = '',
  unicode = new UnicodeSets(),
): Ast {
  if (source.length > MAX_LENGTH || nestsDeeply(source)) {
    throw new ConstraintError('limit', 'The pattern is too long or nests too deeply', {
      pointer,
      keyword: 'pattern',
    });
  }
  checkSyntax(source, flags, pointer);
  return new Parser(source, flags, pointer, unicode).parse();
}

/** Whether more groups than a reader has room for may be inside one another; cheaply, and rather too often. */
function nestsDeeply(source: string): boolean {
  let depth = 0;
  for (let i = 0; i < source.length; i++) {
    const c = source.charCodeAt(i);
    if (c === 0x5c) i++;
    else if (c === 0x28 && ++depth > 10 * MAX_DEPTH) return true;
    else if (c === 0x29) depth--;
  }
  return false;
}

function checkSyntax(source: string, flags: RegexFlags, pointer: string): void {
  const tried = flags.unicodeSets ? ['v'] : ['u', ''];
  let reason = '';
  for (const flag of tried) {
    try {
      new RegExp(source, flag);
      return;
    } catch (error) {
      reason ||= error instanceof Error ? error.message : String(error);
    }
  }
  // The engine's message quotes the whole pattern.
  const short = reason.length > 300 ? `${reason.slice(0, 200)}…${reason.slice(-60)}` : reason;
  throw new ConstraintError('invalid', `Not an ECMA-262 regular expression: ${short}`, {
    pointer,
    keyword: 'pattern',
  });
}

class Parser {
  readonly #source: string;
  readonly #pointer: string;
  readonly #unicode: UnicodeSets;
  #flags: RegexFlags;
  readonly #reader: ClassReader;
  #depth = 0;

  constructor(source: string, flags: RegexFlags, pointer: string, unicode: UnicodeSets) {
    this.#unicode = unicode;
    this.#source = source;
    this.#flags = flags;
    this.#pointer = pointer;
    this.#reader = new ClassReader(
      source,
      (keyword) => this.#unsupported(keyword),
      flags.unicodeSets ?? false,
      unicode,
    );
  }

  get #at(): number {
    return this.#reader.at;
  }

  set #at(value: number) {
    this.#reader.at = value;
  }

  parse(): Ast {
    return this.#alternatives();
  }

  #unsupported(keyword: string): never {
    const shown = this.#source.length > 200 ? `${this.#source.slice(0, 200)}…` : this.#source;
    const message = `The pattern's ${keyword} cannot be enforced, at character ${this.#at + 1} of ${shown}`;
    throw new ConstraintError('unsupported', message, { pointer: this.#pointer, keyword: 'pattern' });
  }

  #alternatives(): Ast {
    if (++this.#depth > MAX_DEPTH) {
      throw new ConstraintError('limit', 'The pattern nests too deeply', { pointer: this.#pointer });
    }
    const items = [this.#sequence()];
    while (this.#source[this.#at] === '|') {
      this.#at++;
      items.push(this.#sequence());
    }
    this.#depth--;
    return items.length === 1 ? items[0]! : { t: 'alt', items };
  }

  #sequence(): Ast {
    const items: Ast[] = [];
    while (this.#at < this.#source.length && !'|)'.includes(this.#source[this.#at]!)) {
      items.push(this.#quantified(this.#atom()));
    }
    return items.length === 1 ? items[0]! : { t: 'cat', items };
  }

  #quantified(body: Ast): Ast {
    const rest = this.#source.slice(this.#at, this.#at + 40);
    const found = /^(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/.exec(rest);
    if (!found) return body;
    this.#at += found[0].length;
    if (found[1])
      return { t: 'rep', body, min: found[1] === '+' ? 1 : 0, max: found[1] === '?' ? 1 : Infinity };
    const min = Number(found[2]);
    const max = found[3] ? (found[4] ? Number(found[4]) : Infinity) : min;
    return { t: 'rep', body, min, max };
  }

  #atom(): Ast {
    const c = this.#source[this.#at]!;
    if (c === '^') return this.#one({ t: 'begin' });
    if (c === '$') return this.#one({ t: 'end' });
    if (c === '.')
      return this.#one({ t: 'set', set: this.#flags.dotAll ? FULL : complementSet(LINE_TERMINATORS) });
    if (c === '(') return this.#group();
    if (c === '[') return this.#folded(this.#reader.bracket());
    if (c === '\\') return this.#escape();
    const point = this.#source.codePointAt(this.#at)!;
    this.#at += point > 0xffff ? 2 : 1;
    return this.#folded([point, point]);
  }

  #one(ast: Ast): Ast {
    this.#at++;
    return ast;
  }

  #escape(): Ast {
    const next = this.#source[this.#at + 1]!;
    if (next === 'b' || next === 'B') {
      this.#at += 2;
      return { t: 'boundary', negate: next === 'B' };
    }
    if (/[1-9]/.test(next) || (next === 'k' && this.#source[this.#at + 2] === '<')) {
      this.#unsupported('back-reference');
    }
    return this.#folded(this.#reader.escape(false));
  }

  #folded(set: readonly number[]): Ast {
    if (!this.#flags.ignoreCase || set.length === 0) return { t: 'set', set };
    return { t: 'set', set: intersectSets(this.#unicode.ignoringCase(set), FULL) };
  }

  #group(): Ast {
    const rest = this.#source.slice(this.#at, this.#at + 300);
    const look = /^\(\?(<?)([=!])/.exec(rest);
    const plain = /^\((?:\?:|\?<[^=!>][^>]*>|(?!\?))/.exec(rest);
    const modifiers = /^\(\?([ims]*)(?:-([ims]+))?:/.exec(rest);
    const head = look ?? plain ?? modifiers;
    if (!head) return this.#unsupported('group');
    this.#at += head[0].length;
    const before = this.#flags;
    if (!look && !plain && modifiers) this.#flags = this.#modified(modifiers[1]!, modifiers[2] ?? '');
    const body = this.#alternatives();
    this.#flags = before;
    this.#at++;
    return look ? { t: 'look', ahead: look[1] === '', negate: look[2] === '!', body } : body;
  }

  #modified(on: string, off: string): RegexFlags {
    if ((on + off).includes('m')) this.#unsupported('modifier m');
    const flags = { ...this.#flags };
    if (on.includes('i')) flags.ignoreCase = true;
    if (off.includes('i')) flags.ignoreCase = false;
    if (on.includes('s')) flags.dotAll = true;
    if (off.includes('s')) flags.dotAll = false;
    return flags;
  }
}
