import { choiceOf, type Expression, sequenceOf } from '../cfg/expression.ts';
import { parseGbnf } from '../cfg/gbnf.ts';
import { parseLark } from '../cfg/lark.ts';
import { compileRules } from '../cfg/rules.ts';
import { ConstraintError } from '../errors.ts';
import type { Algebra } from '../json/algebra.ts';
import type { Term } from '../json/term.ts';
import { RegexBuilder } from '../regex/build.ts';
import type { Re } from '../regex/pool.ts';
import { fail, KEYWORD, listAt, objectAt, stringAt, stringsAt, type TagJson } from './fields.ts';
import { bareValue, xmlParameters } from './parameters.ts';

const MAX_DEPTH = 100;

/** Reads the formats of structural tags; `ends` are the texts at which an enclosing tag ends. */
export class FormatReader {
  readonly #algebra: Algebra;
  readonly #readSchema: (value: unknown) => Term;
  /** By their text: what may be repeated is often written twice. */
  readonly #schemas = new Map<string, Term>();
  readonly #patterns = new Map<string, Re>();
  /** Rules of inner grammars, renamed apart. */
  readonly rules = new Map<string, Expression>();
  #grammars = 0;
  #depth = 0;

  constructor(algebra: Algebra, schema: (value: unknown) => Term) {
    this.#algebra = algebra;
    this.#readSchema = schema;
  }

  read(value: unknown, at: string, ends: readonly string[] = []): Expression {
    if (++this.#depth > MAX_DEPTH) throw new ConstraintError('limit', 'The structural tag nests too deeply');
    const format = objectAt(value, at);
    const expression = this.#format(format, at, ends);
    this.#depth--;
    return expression;
  }

  #format(format: TagJson, at: string, ends: readonly string[]): Expression {
    switch (format.type) {
      case 'const_string':
        return this.#text(stringAt(format, 'value', at));
      case 'json_schema':
        return this.#json(format, at);
      case 'qwen_xml_parameter':
        return xmlParameters(this.#algebra, this.#schema(format.json_schema), `${at}/json_schema`);
      case 'any_text':
        return { t: 're', re: this.#without([...ends, ...stringsAt(format, 'excludes', at)]) };
      case 'regex':
        return { t: 're', re: this.#regex(stringAt(format, 'pattern', at), at) };
      case 'grammar':
        return this.#grammar(format, at);
      case 'sequence':
        return sequenceOf(
          listAt(format, 'elements', at).map((e, i) => this.read(e, `${at}/elements/${i}`, ends)),
        );
      case 'or':
        return choiceOf(
          listAt(format, 'elements', at).map((e, i) => this.read(e, `${at}/elements/${i}`, ends)),
        );
      case 'optional':
        return this.#repeat(format, at, ends, 0, 1);
      case 'star':
        return this.#repeat(format, at, ends, 0, Infinity);
      case 'plus':
        return this.#repeat(format, at, ends, 1, Infinity);
      case 'tag':
        return this.#tag(format, at);
      case 'triggered_tags':
        return this.#triggered(format, at, ends);
      case 'tags_with_separator':
        return this.#separated(format, at);
      default:
        throw new ConstraintError('unsupported', `The format ${JSON.stringify(format.type)} is not known`, {
          pointer: at,
          keyword: KEYWORD,
        });
    }
  }

  #text(text: string): Expression {
    return { t: 're', re: this.#algebra.pool.literal(text) };
  }

  #regex(pattern: string, at: string): Re {
    return once(this.#patterns, pattern, () => {
      const builder = new RegexBuilder(this.#algebra.pool, at);
      return builder.whole(builder.read(pattern));
    });
  }

  #schema(value: unknown): Term {
    return once(this.#schemas, JSON.stringify(value) ?? '', () => this.#readSchema(value));
  }

  #json(format: TagJson, at: string): Expression {
    const term = this.#schema(format.json_schema);
    const style = format.style ?? 'json';
    if (style === 'json') return { t: 'json', term };
    if (style === 'bare') {
      const excludes = stringsAt(format, 'excludes', at);
      return bareValue(this.#algebra, term, { excludes, unlikeJson: format.unlike_json === true });
    }
    if (style === 'qwen_xml') return xmlParameters(this.#algebra, term, `${at}/json_schema`);
    throw new ConstraintError('unsupported', `The style ${JSON.stringify(style)} is not known`, {
      pointer: `${at}/style`,
      keyword: KEYWORD,
    });
  }

  #repeat(format: TagJson, at: string, ends: readonly string[], min: number, max: number): Expression {
    return { t: 'repeat', body: this.read(format.content, `${at}/content`, ends), min, max };
  }

  /** Texts in which none of these occurs. */
  #without(words: readonly string[]): Re {
    const { pool } = this.#algebra;
    const found = words
      .filter((w) => w !== '')
      .map((w) => pool.sequence([pool.any, pool.literal(w), pool.any]));
    return pool.not(pool.or(found));
  }

  /** `syntax` is ours, as XGrammar knows only its own. */
  #grammar(format: TagJson, at: string): Expression {
    const text = stringAt(format, 'grammar', at);
    const { syntax = 'ebnf' } = format;
    if (syntax !== 'ebnf' && syntax !== 'gbnf' && syntax !== 'lark')
      fail(`${at}/syntax`, 'must be ebnf, gbnf or lark');
    const { start, rules } =
      syntax === 'lark' ? parseLark(text, this.#algebra, this.#readSchema) : parseGbnf(text, this.#algebra);
    const prefix = `grammar${this.#grammars++} `;
    compileRules({ start, rules }, this.#algebra);
    for (const [name, body] of rules) this.rules.set(prefix + name, renamed(body, prefix));
    return { t: 'rule', name: prefix + start, place: '' };
  }

  #tag(format: TagJson, at: string): Expression {
    const ends = Array.isArray(format.end) ? stringsAt(format, 'end', at) : [stringAt(format, 'end', at)];
    const content = this.read(format.content, `${at}/content`, ends);
    const end = choiceOf(ends.map((e) => this.#text(e)));
    return sequenceOf([this.#text(stringAt(format, 'begin', at)), content, end]);
  }

  #triggered(format: TagJson, at: string, ends: readonly string[]): Expression {
    const triggers = stringsAt(format, 'triggers', at);
    const list = listAt(format, 'tags', at);
    if (triggers.length === 0 || triggers.includes(''))
      fail(`${at}/triggers`, 'at least one, and none empty');
    const tags = list.map((tag, i) => {
      const begin = stringAt(objectAt(tag, `${at}/tags/${i}`), 'begin', `${at}/tags/${i}`);
      if (triggers.some((t) => begin.startsWith(t))) return this.read(withType(tag), `${at}/tags/${i}`);
      return fail(`${at}/tags/${i}/begin`, 'does not start with any of the triggers');
    });
    const free: Expression = {
      t: 're',
      re: this.#without([...triggers, ...ends, ...stringsAt(format, 'excludes', at)]),
    };
    const tag = sequenceOf([choiceOf(tags), free]);
    const least = format.at_least_one === true ? 1 : 0;
    if (format.stop_after_first === true) {
      return least
        ? sequenceOf([free, choiceOf(tags)])
        : sequenceOf([free, { t: 'repeat', body: choiceOf(tags), min: 0, max: 1 }]);
    }
    return sequenceOf([free, { t: 'repeat', body: tag, min: least, max: Infinity }]);
  }

  #separated(format: TagJson, at: string): Expression {
    const tags = choiceOf(
      listAt(format, 'tags', at).map((tag, i) => this.read(withType(tag), `${at}/tags/${i}`)),
    );
    const separator = this.#text(stringAt(format, 'separator', at));
    const more: Expression = { t: 'repeat', body: sequenceOf([separator, tags]), min: 0, max: Infinity };
    const some = format.stop_after_first === true ? tags : sequenceOf([tags, more]);
    return format.at_least_one === true ? some : { t: 'repeat', body: some, min: 0, max: 1 };
  }
}

function once<T>(known: Map<string, T>, key: string, make: () => T): T {
  const found = known.get(key) ?? make();
  known.set(key, found);
  return found;
}

const withType = (tag: unknown) => ({ type: 'tag', ...(tag as TagJson) });

function renamed(e: Expression, prefix: string): Expression {
  if (e.t === 'rule') return { ...e, name: prefix + e.name };
  if (e.t === 'repeat') return { ...e, body: renamed(e.body, prefix) };
  if (e.t === 'sequence' || e.t === 'choice')
    return { t: e.t, items: e.items.map((i) => renamed(i, prefix)) };
  return e;
}
