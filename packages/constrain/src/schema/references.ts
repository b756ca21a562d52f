import { ConstraintError, type Fuel } from '../errors.ts';
import { type Dialect, type Draft, namedDraft } from './dialect.ts';
import { join, RECURSIVE, SchemaDocument, type Target } from './document.ts';
import { METASCHEMAS } from './metaschemas.ts';
import { invalid, isObject, type Place, type Resource, type SchemaObject, unsupported } from './place.ts';
import { Scope } from './scope.ts';

const BASE = 'constrain:/schema';

/** Finds what references name inside one document or in a metaschema; nothing is ever fetched. */
export class References {
  readonly root: Place;
  readonly #fuel: Fuel;
  readonly #documents: SchemaDocument[];
  readonly #home = new Map<Resource, SchemaDocument>();
  readonly #scopes = new Map<string, Scope>();

  constructor(document: unknown, draft: Draft | undefined, fuel: Fuel) {
    this.#fuel = fuel;
    const main = new SchemaDocument(document, BASE, dialectOf(document, draft), fuel);
    this.#documents = [main];
    const scope = new Scope(0, () => main.dynamicAnchors(main.root));
    this.root = { pointer: '', resource: main.root, scope };
  }

  /** The place of a schema's keywords: in the schema's own resource, where it has one. */
  enter(schema: SchemaObject, place: Place): Place {
    const resource = this.#documentOf(place.resource).resourceOf(schema, place.resource, place.pointer);
    return resource === place.resource ? place : this.#within(resource, place.pointer, place.scope);
  }

  /** `$ref`, `$dynamicRef` or `$recursiveRef`. */
  resolve(reference: unknown, place: Place, keyword = '$ref'): { schema: unknown; place: Place } {
    if (typeof reference !== 'string') return invalid(place, keyword, 'must be a string');
    const { schema, place: found } = this.#static(reference, place, keyword);
    const name = keyword === '$ref' ? null : dynamicName(keyword, reference, schema);
    const target = (name !== null && place.scope.anchors.get(name)) || { schema, place: found };
    const { resource, pointer } = target.place;
    return { schema: target.schema, place: this.#within(resource, pointer, place.scope) };
  }

  #within(resource: Resource, pointer: string, outer: Scope): Place {
    return { pointer, resource, scope: this.#scope(outer, resource) };
  }

  /** Whoever enters a resource adds its dynamic anchors to those of the resources that were entered before. */
  #scope(outer: Scope, resource: Resource): Scope {
    if (resource === this.root.resource) return outer;
    const own = this.#documentOf(resource).dynamicAnchors(resource);
    const fresh = [...own].filter(([name]) => !outer.anchors.has(name));
    if (fresh.length === 0) return outer;
    const key = `${outer.id} ${resource.uri}`;
    let scope = this.#scopes.get(key);
    if (!scope) {
      this.#fuel.spend(16 + outer.anchors.size);
      const anchors = new Map([...outer.anchors, ...fresh]);
      scope = new Scope(this.#scopes.size + 1, () => anchors);
      this.#scopes.set(key, scope);
    }
    return scope;
  }

  #documentOf(resource: Resource): SchemaDocument {
    return this.#home.get(resource) ?? this.#documents[0]!;
  }

  #static(reference: string, place: Place, keyword: string): Target {
    const whole = join(reference, place.resource.uri);
    if (whole === null) return invalid(place, keyword, `${reference} is not a URI reference`);
    const hash = whole.indexOf('#');
    const uri = hash < 0 ? whole : whole.slice(0, hash);
    const fragment = hash < 0 ? '' : decode(whole.slice(hash + 1), place, keyword);
    const local = reference.startsWith('#');
    const candidates = local ? [place.resource, this.root.resource] : this.#named(uri);
    for (const resource of candidates) {
      const found = this.#inside(resource, fragment);
      if (found) return found;
    }
    if (candidates.length > 0)
      return invalid(place, keyword, `${reference} does not name anything in the schema`);
    return unsupported(place, keyword, `${reference} is outside the schema, and nothing is ever fetched`);
  }

  #named(uri: string): Resource[] {
    for (const document of this.#documents) {
      const found = document.resource(uri);
      if (found) return [found];
    }
    const text = METASCHEMAS.get(uri);
    return text === undefined ? [] : [this.#load(uri, JSON.parse(text))];
  }

  #load(uri: string, metaschema: unknown): Resource {
    const document = new SchemaDocument(metaschema, uri, namedDraft(metaschema) ?? null, this.#fuel);
    this.#documents.push(document);
    this.#home.set(document.root, document);
    return document.root;
  }

  #inside(start: Resource, fragment: string): Target | null {
    const document = this.#documentOf(start);
    if (fragment !== '' && !fragment.startsWith('/')) return document.anchor(start, fragment) ?? null;
    let schema: unknown = start.root;
    let { pointer } = start;
    let resource = start;
    for (const raw of fragment.split('/').slice(1)) {
      const key = raw.replaceAll('~1', '/').replaceAll('~0', '~');
      if (typeof schema !== 'object' || schema === null || !Object.hasOwn(schema, key)) return null;
      schema = (schema as Record<string, unknown>)[key];
      pointer += `/${raw}`;
      resource = document.resourceOf(schema, resource, pointer);
    }
    return { schema, place: { pointer, resource } };
  }
}

/** Which of the anchors in scope a dynamic reference asks for; null where it is a plain reference. */
function dynamicName(keyword: string, reference: string, target: unknown): string | null {
  if (!isObject(target)) return null;
  if (keyword === '$recursiveRef') return target.$recursiveAnchor === true ? RECURSIVE : null;
  const anchor = target.$dynamicAnchor;
  return typeof anchor === 'string' && reference.endsWith(`#${anchor}`) ? anchor : null;
}

/**
 * With a draft given, a schema's own `$schema` must be one that is known: another metaschema may change the meaning of
 * every keyword.
 */
function dialectOf(document: unknown, draft: Draft | undefined): Dialect {
  const named = namedDraft(document);
  if (named || draft === undefined) return named ?? null;
  const uri = isObject(document) ? document.$schema : undefined;
  if (uri === undefined) return draft;
  throw new ConstraintError('unsupported', `$schema: ${JSON.stringify(uri)} is not a known draft`, {
    keyword: '$schema',
  });
}

function decode(fragment: string, place: Place, keyword: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return invalid(place, keyword, 'the fragment is not well encoded');
  }
}
