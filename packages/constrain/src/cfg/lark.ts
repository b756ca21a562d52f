import type { Algebra } from '../json/algebra.ts';
import type { Term } from '../json/term.ts';
import { RegexBuilder } from '../regex/build.ts';
import { charSet } from '../regex/charset.ts';
import type { RegexFlags } from '../regex/parse.ts';
import type { Re } from '../regex/pool.ts';
import { choiceOf, type Expression, sequenceOf } from './expression.ts';
import { LARK_COMMON } from './lark-common.ts';
import type { RuleSet } from './rules.ts';
import { quoted, Scanner } from './scanner.ts';

const NAME = /_?[A-Za-z][A-Za-z0-9_]*|_[A-Z0-9_]+/;
const DEFINITION = /[?!]*(_?[A-Za-z][A-Za-z0-9_]*|_[A-Z0-9_]+)(\{)?(?:\.-?\d+)?[ \t]*(?:\[[^\]]*\][ \t]*)?:/;
const IGNORED = ' ignored'; // a name that no grammar can define
const START = ' start';
const MAX_DEPTH = 300;

/**
 * Reads a Lark grammar. Text is matched character by character, as Lark's Earley parser with its dynamic lexer does:
 * terminals need not be told apart before they are parsed.
 */
export function parseLark(text: string, algebra: Algebra, schema: (value: unknown) => Term): RuleSet {
  const reader = new LarkReader(new Scanner(text), algebra, schema);
  return reader.read();
}

const isTerminal = (name: string) => name === name.toUpperCase();

class LarkReader {
  readonly #scanner: Scanner;
  readonly #algebra: Algebra;
  readonly #schema: (value: unknown) => Term;
  readonly #rules = new Map<string, Expression>();
  readonly #ignored: Expression[] = [];
  /** Inside a terminal's definition nothing is ignored. */
  #inTerminal = false;
  #depth = 0;

  constructor(scanner: Scanner, algebra: Algebra, schema: (value: unknown) => Term) {
    this.#scanner = scanner;
    this.#algebra = algebra;
    this.#schema = schema;
  }

  read(): RuleSet {
    this.#blank();
    while (!this.#scanner.done) {
      if (this.#scanner.look(/%/)) this.#directive();
      else this.#definition();
      this.#blank();
    }
    const ignored = { t: 'repeat', body: choiceOf(this.#ignored), min: 0, max: Infinity } as const;
    this.#rules.set(IGNORED, this.#ignored.length > 0 ? ignored : sequenceOf([]));
    const place = '1:1';
    const start: Expression[] = [IGNORED, 'start'].map((name) => ({ t: 'rule', name, place }));
    this.#rules.set(START, sequenceOf(start));
    return { start: START, rules: this.#rules };
  }

  #blank(): void {
    this.#scanner.take(/(?:\s|\/\/[^\n]*|#[^\n]*)*/);
  }

  /** Space inside a definition: a new line goes on only with an alternative. */
  #gap(): void {
    this.#scanner.take(/(?:[ \t]|\\\r?\n|\/\/[^\n]*|(?:\r?\n[ \t]*(?:\/\/[^\n]*)?)+(?=\||->))*/);
  }

  #directive(): void {
    const scanner = this.#scanner;
    if (scanner.take(/%ignore\b/)) {
      this.#inTerminal = true;
      this.#gap();
      this.#ignored.push(this.#choice());
      this.#inTerminal = false;
      return;
    }
    const one = scanner.take(/%import[ \t]+common\.([A-Z_]+)(?:[ \t]*->[ \t]*(\w+))?/);
    if (one) {
      this.#import(one[1]!, one[2] ?? one[1]!);
      return;
    }
    const several = scanner.take(/%import[ \t]+common[ \t]*\(([^)]*)\)/);
    const names = several?.[1] ?? scanner.unsupported(scanner.look(/%\w*/)![0]);
    for (const name of names.split(',')) this.#import(name.trim(), name.trim());
  }

  #import(name: string, as: string): void {
    const source = LARK_COMMON[name];
    if (!source) this.#scanner.fail(`common has no ${name}`, name);
    this.#rules.set(as, { t: 're', re: this.#regex(source, {}) });
  }

  #regex(source: string, flags: RegexFlags): Re {
    const place = this.#scanner.place;
    const builder = new RegexBuilder(this.#algebra.pool, place);
    return builder.whole(builder.read(source, flags));
  }

  #definition(): void {
    const scanner = this.#scanner;
    const head = scanner.take(DEFINITION) ?? scanner.fail('Expected a rule');
    if (head[2]) scanner.unsupported('template');
    const name = head[1]!;
    if (this.#rules.has(name)) scanner.fail(`The rule ${name} is defined twice`, name);
    this.#inTerminal = isTerminal(name);
    this.#rules.set(name, this.#choice());
    this.#inTerminal = false;
  }

  #choice(): Expression {
    if (++this.#depth > MAX_DEPTH) this.#scanner.fail('The grammar nests too deeply');
    const items = [this.#sequence()];
    this.#gap();
    while (this.#scanner.take(/\|/)) {
      items.push(this.#sequence());
      this.#gap();
    }
    this.#depth--;
    return choiceOf(items);
  }

  #sequence(): Expression {
    const items: Expression[] = [];
    for (;;) {
      this.#gap();
      if (this.#scanner.take(/->[ \t]*\w+/)) continue;
      if (this.#scanner.done || this.#scanner.look(/[|)\]\r\n]/)) break;
      items.push(this.#repeated(this.#element()));
    }
    return sequenceOf(items);
  }

  #repeated(body: Expression): Expression {
    const found = this.#scanner.take(
      /([*+?])|[ \t]*~[ \t]*(\d+)(?:[ \t]*\.\.[ \t]*(\d+))?|\{(\d+)(?:,(\d*))?\}/,
    );
    if (!found) return body;
    if (found[1]) {
      const max = found[1] === '?' ? 1 : Infinity;
      return { t: 'repeat', body, min: found[1] === '+' ? 1 : 0, max };
    }
    const min = Number(found[2] ?? found[4]);
    const to = found[3] ?? found[5];
    const max = to === undefined ? min : to === '' ? Infinity : Number(to);
    if (max < min) this.#scanner.fail('The repetition ends before it begins');
    return { t: 'repeat', body, min, max };
  }

  #element(): Expression {
    const scanner = this.#scanner;
    if (scanner.take(/\(/)) return this.#group(')');
    if (scanner.take(/\[/)) return { t: 'repeat', body: this.#group(']'), min: 0, max: 1 };
    if (scanner.look(/%json\b/)) return this.#terminal(this.#json());
    if (scanner.take(/"/)) return this.#terminal(this.#string());
    const pattern = scanner.take(/\/((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^\\/\n])+)\/([imslux]*)/);
    if (pattern)
      return this.#terminal({
        t: 're',
        re: this.#regex(pythonPattern(pattern[1]!), flagsOf(scanner, pattern[2]!)),
      });
    const place = scanner.place;
    const name = scanner.take(NAME)?.[0] ?? scanner.fail('Expected a string, a pattern, a group or a name');
    if (scanner.look(/\{/) && !scanner.look(/\{\d/)) scanner.unsupported('template');
    const rule: Expression = { t: 'rule', name, place };
    return isTerminal(name) ? this.#terminal(rule) : rule;
  }

  #group(close: string): Expression {
    const body = this.#choice();
    this.#blank();
    this.#scanner.expect(close);
    return body;
  }

  /** After each terminal of a rule, what is ignored may come. */
  #terminal(body: Expression): Expression {
    if (this.#inTerminal) return body;
    return sequenceOf([body, { t: 'rule', name: IGNORED, place: this.#scanner.place }]);
  }

  #string(): Expression {
    const { pool } = this.#algebra;
    const text = quoted(this.#scanner, '"');
    if (this.#scanner.take(/[ \t]*\.\.[ \t]*"/)) {
      const last = quoted(this.#scanner, '"');
      return { t: 're', re: pool.cls(charSet([[text.codePointAt(0) ?? 0, last.codePointAt(0) ?? 0]])) };
    }
    if (!this.#scanner.take(/i\b/)) return { t: 're', re: pool.literal(text) };
    const source = text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    return { t: 're', re: this.#regex(source, { ignoreCase: true }) };
  }

  /** llguidance's inline schema. */
  #json(): Expression {
    const scanner = this.#scanner;
    scanner.expect('%json');
    this.#gap();
    const end = jsonEnd(scanner.text, scanner.at);
    try {
      const value: unknown = JSON.parse(scanner.text.slice(scanner.at, end));
      scanner.at = end;
      return { t: 'json', term: this.#schema(value) };
    } catch (error) {
      if (error instanceof SyntaxError) return scanner.fail('The schema after %json is not JSON', '%json');
      throw error;
    }
  }
}

function jsonEnd(text: string, from: number): number {
  let depth = 0;
  for (const found of text.slice(from).matchAll(/"(?:\\.|[^"\\])*"|[{}[\]]/g)) {
    if (found[0] === '{' || found[0] === '[') depth++;
    else if (found[0] === '}' || found[0] === ']') depth--;
    if (depth === 0) return from + found.index + found[0].length;
  }
  return text.length;
}

function flagsOf(scanner: Scanner, flags: string): RegexFlags {
  if (/[mlx]/.test(flags)) scanner.unsupported(`pattern flag ${flags}`);
  return { ignoreCase: flags.includes('i'), dotAll: flags.includes('s') };
}

/** Python's spelling of named groups and text ends. */
function pythonPattern(source: string): string {
  return source.replaceAll('(?P<', '(?<').replaceAll('\\A', '^').replaceAll('\\Z', '$');
}
