import { Charts } from './cfg/chart.ts';
import { parseGbnf } from './cfg/gbnf.ts';
import { parseLark } from './cfg/lark.ts';
import { RegexPlaces } from './cfg/regex-place.ts';
import { type CompiledRules, compileRules, type RuleSet } from './cfg/rules.ts';
import { ConstraintError, Fuel } from './errors.ts';
import { Grammar } from './grammar.ts';
import { Algebra } from './json/algebra.ts';
import type { Term } from './json/term.ts';
import { Machine } from './machine/machine.ts';
import type { Struct } from './machine/struct.ts';
import { COMPILE_FUEL, type CompileOptions, MASK_FUEL, WHITESPACE } from './options.ts';
import { RegexBuilder } from './regex/build.ts';
import type { RegexFlags } from './regex/parse.ts';
import type { Re } from './regex/pool.ts';
import { checkReachable } from './schema/closure.ts';
import { SchemaReader } from './schema/reader.ts';
import { checkStrict } from './schema/strict.ts';
import { parseStructuralTag } from './tags/structural-tag.ts';

type GrammarText = { grammar: string; syntax: 'ebnf' | 'gbnf' | 'lark' };

/** What a text must be; exactly one form. */
export type Constraint =
  /** A JSON value that is valid against the schema. */
  | { jsonSchema: unknown }
  /** A text that the ECMA-262 pattern matches from its first to its last character. */
  | { regex: string; flags?: RegexFlags }
  /** A text of the grammar; it starts with the rule `root` (GBNF, EBNF) or `start` (Lark). */
  | GrammarText
  /** One of the texts. */
  | { choice: readonly string[] }
  /** XGrammar's structural tags, in both forms. */
  | { structuralTag: unknown }
  /** Any JSON object. */
  | { json: true };

/**
 * Compiles a constraint for use with any vocabulary.
 * @throws ConstraintError when the constraint is wrong, cannot be enforced exactly, or costs too much.
 */
export function compile(constraint: Constraint, options: CompileOptions = {}): Grammar {
  const fuel = new Fuel(options.compileFuel ?? COMPILE_FUEL, 'The constraint', options.onWork);
  try {
    const algebra = new Algebra(fuel, options.declaredOrder ?? false);
    const machine = new Machine(algebra, whitespace(algebra, options));
    const place = new Compiler(machine, options).start(constraint);
    return new Grammar({ lex: null, place }, fuel, options.maskFuel ?? MASK_FUEL);
  } catch (error) {
    if (error instanceof RangeError && /call stack|string length/i.test(error.message)) {
      throw new ConstraintError('limit', 'The constraint nests too deeply');
    }
    throw error;
  }
}

class Compiler {
  readonly #machine: Machine;
  readonly #algebra: Algebra;
  readonly #options: CompileOptions;

  constructor(machine: Machine, options: CompileOptions) {
    this.#machine = machine;
    this.#algebra = machine.algebra;
    this.#options = options;
  }

  start(constraint: Constraint): Struct {
    if ('jsonSchema' in constraint) return this.#machine.start(this.#schema(constraint.jsonSchema));
    if ('json' in constraint) return this.#machine.start(this.#algebra.terms.types(['object']));
    if ('regex' in constraint)
      return this.#regular(this.#pattern(constraint.regex, constraint.flags ?? {}), 'regex');
    if ('choice' in constraint) return this.#regular(this.#algebra.pool.words(constraint.choice), 'choice');
    if ('grammar' in constraint) return this.#rules(this.#grammar(constraint));
    if ('structuralTag' in constraint) {
      return this.#rules(parseStructuralTag(constraint.structuralTag, this.#algebra, (v) => this.#schema(v)));
    }
    throw new ConstraintError('invalid', 'The constraint has none of the known forms');
  }

  #schema(schema: unknown): Term {
    const { closedObjects: closed = false, strict = false, formats = 'common', draft } = this.#options;
    if (strict) checkStrict(schema);
    const term = new SchemaReader(this.#algebra, schema, { closed, formats, draft }).document();
    if (!this.#algebra.hasValue(term))
      throw new ConstraintError('invalid', 'No value can satisfy the schema');
    checkReachable(this.#algebra, term);
    return term;
  }

  #pattern(source: string, flags: RegexFlags): Re {
    const builder = new RegexBuilder(this.#algebra.pool);
    return builder.whole(builder.read(source, flags));
  }

  #grammar({ grammar, syntax }: GrammarText): RuleSet {
    if (syntax === 'lark') return parseLark(grammar, this.#algebra, (value) => this.#schema(value));
    return parseGbnf(grammar, this.#algebra);
  }

  #rules(rules: RuleSet): Struct {
    const compiled: CompiledRules = compileRules(rules, this.#algebra);
    return 're' in compiled
      ? this.#regular(compiled.re, 'grammar')
      : new Charts(this.#machine).start(compiled.rule);
  }

  #regular(re: Re, keyword: string): Struct {
    if (!this.#algebra.liveness.live(re)) {
      throw new ConstraintError('invalid', 'No text can satisfy the constraint', { keyword });
    }
    return new RegexPlaces(this.#machine).at(re);
  }
}

function whitespace({ pool }: Algebra, options: CompileOptions): Re {
  if (options.compact) return pool.eps;
  const source = options.whitespacePattern ?? WHITESPACE;
  const blank = pool.rep(pool.cls([0x09, 0x0a, 0x0d, 0x0d, 0x20, 0x20]), 0, Infinity);
  const builder = new RegexBuilder(pool);
  return pool.and([builder.whole(builder.read(source)), blank]);
}
