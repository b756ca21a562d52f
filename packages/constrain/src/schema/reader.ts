import { ConstraintError, placed } from '../errors.ts';
import type { Algebra } from '../json/algebra.ts';
import { constantsTerm, constantTerm } from '../json/constant.ts';
import { decimalOf } from '../json/decimal.ts';
import type { JsonType } from '../json/shape.ts';
import { numberShape } from '../json/shape.ts';
import type { Term } from '../json/term.ts';
import type { FormatReading } from '../options.ts';
import { arrayTerms } from './arrays.ts';
import { combined } from './combine.ts';
import { type Draft, refHidesSiblings } from './dialect.ts';
import { numberTerms } from './numbers.ts';
import { objectTerms, requiredTerm } from './objects.ts';
import { below, invalid, isObject, type Place, type SchemaObject } from './place.ts';
import { References } from './references.ts';
import type { Scope } from './scope.ts';
import { smallText } from './small-text.ts';
import { stringTerms } from './strings.ts';
import { unevaluatedTerms } from './unevaluated.ts';

export type SchemaOptions = {
  /** Objects whose schema does not mention `additionalProperties` have none. */
  closed: boolean;
  formats: FormatReading;
  /** The draft of documents that do not name theirs. */
  draft: Draft | undefined;
};

const MAX_DEPTH = 500;

export const REFERENCES = ['$ref', '$dynamicRef', '$recursiveRef'] as const;

/** Reads JSON Schema, draft 4 to 2020-12, into terms. */
export class SchemaReader {
  readonly algebra: Algebra;
  readonly options: SchemaOptions;
  readonly references: References;
  /** By the dynamic scope in which a schema is met. */
  readonly #terms = new Map<Scope, Map<SchemaObject, Term>>();
  /** Terms of small schemas by their text: equal ones are one term. */
  readonly #small = new Map<string, Term>();
  #depth = 0;

  constructor(algebra: Algebra, document: unknown, options: SchemaOptions) {
    this.algebra = algebra;
    this.options = options;
    this.references = new References(document, options.draft, algebra.fuel);
  }

  document(): Term {
    const { root } = this.references;
    return this.term(root.resource.root, root);
  }

  /** The term of a schema; its keywords are read when first needed. */
  term(schema: unknown, place: Place): Term {
    const { terms, fuel } = this.algebra;
    fuel.spend();
    if (schema === true) return terms.true;
    if (schema === false) return terms.false;
    if (!isObject(schema)) {
      throw new ConstraintError('invalid', 'A schema must be an object or a boolean', {
        pointer: place.pointer,
        keyword: place.pointer.split('/').at(-1) ?? '',
      });
    }
    const known = this.#termsIn(place.scope);
    let term = known.get(schema);
    if (!term) {
      const { text, nodes } = smallText(schema);
      fuel.spend(nodes >> 2);
      const key = text === null ? null : `${place.scope.id} ${place.resource.uri} ${text}`;
      term = (key !== null && this.#small.get(key)) || terms.ref(() => this.#enter(schema, place));
      term.pointer ||= place.pointer;
      known.set(schema, term);
      if (key !== null) this.#small.set(key, term);
    }
    return term;
  }

  #termsIn(scope: Scope): Map<SchemaObject, Term> {
    let known = this.#terms.get(scope);
    if (!known) {
      known = new Map();
      this.#terms.set(scope, known);
    }
    return known;
  }

  #enter(schema: SchemaObject, place: Place): Term {
    return this.#read(schema, this.references.enter(schema, place));
  }

  #read(schema: SchemaObject, place: Place): Term {
    if (++this.#depth > MAX_DEPTH) throw new ConstraintError('limit', 'The schema nests too deeply', place);
    try {
      this.algebra.fuel.spend(8);
      return this.#keywords(schema, place);
    } catch (error) {
      throw placed(error, place.pointer);
    } finally {
      this.#depth--;
    }
  }

  #keywords(schema: SchemaObject, place: Place): Term {
    const { terms } = this.algebra;
    const parts: Term[] = [];
    for (const keyword of REFERENCES) {
      if (schema[keyword] === undefined) continue;
      const target = this.references.resolve(schema[keyword], place, keyword);
      parts.push(this.term(target.schema, target.place));
      if (keyword === '$ref' && refHidesSiblings(place.resource.dialect)) return parts[0]!;
    }
    if (schema.type !== undefined) parts.push(this.#type(schema.type, place));
    if (schema.enum !== undefined) {
      const values = schema.enum;
      if (!Array.isArray(values)) invalid(place, 'enum', 'must be a list');
      parts.push(constantsTerm(this.algebra, values));
    }
    if (schema.const !== undefined) parts.push(constantTerm(this.algebra, schema.const));
    parts.push(...stringTerms(this, schema, place), ...numberTerms(this, schema, place));
    parts.push(...arrayTerms(this, schema, place), ...objectTerms(this, schema, place));
    parts.push(...combined(this, schema, place), ...unevaluatedTerms(this, schema, place));
    return terms.and(parts);
  }

  #type(type: unknown, place: Place): Term {
    const list = Array.isArray(type) ? type : [type];
    return this.algebra.terms.or(list.map((name) => this.#oneType(name, place)));
  }

  #oneType(name: unknown, place: Place): Term {
    const { terms } = this.algebra;
    if (name === 'integer') return this.#integer();
    if (name === 'boolean') return terms.types(['true', 'false']);
    const known: JsonType[] = ['null', 'number', 'string', 'array', 'object'];
    const found = known.find((t) => t === name);
    if (!found) return invalid(place, 'type', `${JSON.stringify(name)} is not a type`);
    return terms.types([found]);
  }

  #integer(): Term {
    const { terms } = this.algebra;
    const one = decimalOf(1);
    const leaf = terms.leaf(
      {
        type: 'number',
        yes: () => [numberShape({ step: one })],
        no: () => [numberShape({ notSteps: [one] })],
      },
      'integer',
    );
    return terms.and([terms.types(['number']), leaf]);
  }

  /** Objects that have all these keys; other values pass. */
  required(names: string[]): Term {
    return requiredTerm(this, names);
  }

  child(schema: SchemaObject, keyword: string, place: Place): Term {
    return this.term(schema[keyword], below(place, keyword));
  }
}
