import type { Algebra } from '../json/algebra.ts';
import { RegexBuilder } from '../regex/build.ts';
import { complementSet, FULL } from '../regex/charset.ts';
import type { Re } from '../regex/pool.ts';
import { choiceOf, type Expression, sequenceOf } from './expression.ts';
import type { RuleSet } from './rules.ts';
import { quoted, Scanner } from './scanner.ts';

const NAME = /[A-Za-z_][A-Za-z0-9_.-]*/;
const MAX_DEPTH = 300;

/** Reads GBNF, llama.cpp's grammar format, and the EBNF dialect of XGrammar, which is its sibling. */
export function parseGbnf(text: string, algebra: Algebra): RuleSet {
  const reader = new GbnfReader(new Scanner(text), algebra);
  return { start: 'root', rules: reader.rules() };
}

class GbnfReader {
  readonly #scanner: Scanner;
  readonly #algebra: Algebra;
  #depth = 0;

  constructor(scanner: Scanner, algebra: Algebra) {
    this.#scanner = scanner;
    this.#algebra = algebra;
  }

  rules(): Map<string, Expression> {
    const rules = new Map<string, Expression>();
    this.#space();
    while (!this.#scanner.done) {
      const name = this.#scanner.take(NAME)?.[0] ?? this.#scanner.fail('Expected a rule name');
      this.#space();
      this.#scanner.expect('::=');
      if (rules.has(name)) this.#scanner.fail(`The rule ${name} is defined twice`, name);
      rules.set(name, this.#choice());
      this.#space();
    }
    return rules;
  }

  #space(): void {
    this.#scanner.take(/(?:\s|#[^\n]*)*/);
  }

  #choice(): Expression {
    if (++this.#depth > MAX_DEPTH) this.#scanner.fail('The grammar nests too deeply');
    const items = [this.#sequence()];
    this.#space();
    while (this.#scanner.take(/\|/)) {
      items.push(this.#sequence());
      this.#space();
    }
    this.#depth--;
    return choiceOf(items);
  }

  #sequence(): Expression {
    const items: Expression[] = [];
    for (;;) {
      this.#space();
      const next = this.#scanner;
      if (next.done || next.look(/[|)]/) || next.look(/[A-Za-z_][A-Za-z0-9_.-]*\s*::=/)) break;
      items.push(this.#repeated(this.#element()));
    }
    return sequenceOf(items);
  }

  #repeated(body: Expression): Expression {
    let out = body;
    for (;;) {
      const found = this.#scanner.take(/[ \t]*(?:([*+?])|\{\s*(\d+)\s*(?:(,)\s*(\d*)\s*)?\})/);
      if (!found) return out;
      const mark = found[1];
      const min = mark ? (mark === '+' ? 1 : 0) : Number(found[2]);
      const open = mark ? mark !== '?' : found[3] !== undefined && found[4] === '';
      const max = open ? Infinity : mark ? 1 : found[3] ? Number(found[4]) : min;
      if (max < min) this.#scanner.fail('The repetition ends before it begins');
      out = { t: 'repeat', body: out, min, max };
    }
  }

  #element(): Expression {
    const scanner = this.#scanner;
    const { pool } = this.#algebra;
    const quote = scanner.take(/["']/);
    if (quote) return { t: 're', re: pool.literal(quoted(scanner, quote[0])) };
    if (scanner.look(/\[/)) return { t: 're', re: this.#class() };
    if (scanner.take(/\./)) return { t: 're', re: pool.cls(FULL) };
    if (scanner.look(/\(=/)) return scanner.unsupported('look-ahead');
    if (scanner.take(/\(/)) {
      const body = this.#choice();
      this.#space();
      scanner.expect(')');
      return body;
    }
    const pattern = scanner.take(/\/((?:\\.|[^\\/\n])+)\//);
    if (pattern) return { t: 're', re: this.#pattern(pattern[1]!) };
    const place = scanner.place;
    const name =
      scanner.take(NAME)?.[0] ?? scanner.fail('Expected a string, a class, a group or a rule name');
    return { t: 'rule', name, place };
  }

  #pattern(source: string): Re {
    const builder = new RegexBuilder(this.#algebra.pool, this.#scanner.place);
    return builder.whole(builder.read(source));
  }

  /** A bracket class, with the escapes of strings besides those of patterns. */
  #class(): ReturnType<Algebra['pool']['cls']> {
    const found =
      this.#scanner.take(/\[(\^?)((?:\\[\s\S]|[^\]\\])*)\]/) ?? this.#scanner.fail('The class is not closed');
    if (found[2] === '') return found[1] ? this.#algebra.pool.char : this.#algebra.pool.empty;
    const body = found[2]!
      .replace(/\\U([0-9a-fA-F]{8})/g, (_, hex: string) => `\\u{${hex.replace(/^0+(?=.)/, '')}}`)
      .replace(/\\([^\\\]^\-dDwWsSnrtbfv0uxpPc])/g, (_, c: string) => c)
      .replaceAll('[', '\\[');
    const builder = new RegexBuilder(this.#algebra.pool, this.#scanner.place);
    const set = builder.read(`[${body.startsWith('^') ? `\\${body}` : body}]`);
    if (set.t !== 'set') return this.#scanner.fail('Not a class');
    return this.#algebra.pool.cls(found[1] ? complementSet(set.set) : set.set);
  }
}
