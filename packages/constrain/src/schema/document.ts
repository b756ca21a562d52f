import type { Fuel } from '../errors.ts';
import { type Dialect, identifierOf, namedDraft, refHidesSiblings, subschemas } from './dialect.ts';
import { below, isObject, type Resource, type SchemaObject } from './place.ts';

/** Where a schema stands, whoever refers to it. */
type Spot = { pointer: string; resource: Resource };
export type Target = { schema: unknown; place: Spot };

/** Keywords whose values are data, not schemas. */
const DATA = new Set(['enum', 'const', 'default', 'examples', 'example']);

/** The resources and anchors of one document. */
export class SchemaDocument {
  readonly root: Resource;
  readonly #fuel: Fuel;
  readonly #resources = new Map<unknown, Resource>();
  readonly #byUri = new Map<string, Resource>();
  readonly #anchors = new Map<string, Target>();
  /** The anchors of each resource that dynamic references look for; the empty name is a recursive anchor. */
  readonly #dynamic = new Map<Resource, Map<string, Target>>();
  #indexed = false;
  #searched = false;

  constructor(document: unknown, base: string, dialect: Dialect, fuel: Fuel) {
    this.#fuel = fuel;
    const id = identifierOf(document, dialect);
    const uri = (id && !id.startsWith('#') && absolute(id, base)) || base;
    this.root = { uri, root: document, pointer: '', dialect };
    this.#resources.set(document, this.root);
    this.#byUri.set(uri, this.root);
  }

  /** The resource to which a schema inside `outer` belongs: its own where it has an identifier. */
  resourceOf(schema: unknown, outer: Resource, pointer: string): Resource {
    if (!isObject(schema)) return outer;
    const known = this.#resources.get(schema);
    if (known) return known;
    const dialect = namedDraft(schema) ?? outer.dialect;
    const id = identifierOf(schema, dialect);
    if (id === undefined || id.startsWith('#')) return outer;
    const uri = absolute(id, outer.uri);
    if (uri === null) return outer;
    const made = { uri, root: schema, pointer, dialect };
    this.#resources.set(schema, made);
    return made;
  }

  resource(uri: string): Resource | undefined {
    return this.#byUri.get(uri) ?? this.#find(() => this.#byUri.get(uri));
  }

  anchor(resource: Resource, name: string): Target | undefined {
    return this.#find(() => this.#anchors.get(`${resource.uri}#${name}`));
  }

  dynamicAnchors(resource: Resource): ReadonlyMap<string, Target> {
    this.#index();
    return this.#dynamic.get(resource) ?? NO_ANCHORS;
  }

  /** Among the schemas first; where that fails, also among the values of unknown keywords. */
  #find<T>(look: () => T | undefined): T | undefined {
    this.#index();
    const found = look();
    if (found !== undefined || this.#searched) return found;
    this.#searched = true;
    this.#collectAll(this.root.root, { pointer: '', resource: this.root });
    return look();
  }

  #index(): void {
    if (this.#indexed) return;
    this.#indexed = true;
    this.#collect(this.root.root, { pointer: '', resource: this.root });
  }

  #collect(schema: unknown, place: Spot): void {
    this.#fuel.spend();
    if (!isObject(schema)) return;
    const here = this.#register(schema, place);
    const hidden = refHidesSiblings(here.resource.dialect) && typeof schema.$ref === 'string';
    for (const [keys, item] of subschemas(schema)) {
      if (!hidden || keys.length > 1) this.#collect(item, below(here, ...keys));
    }
  }

  #collectAll(value: unknown, place: Spot): void {
    this.#fuel.spend();
    if (typeof value !== 'object' || value === null) return;
    const here = isObject(value) ? this.#register(value, place) : place;
    for (const [key, item] of Object.entries(value)) {
      if (!DATA.has(key)) this.#collectAll(item, below(here, key));
    }
  }

  #register(schema: SchemaObject, place: Spot): Spot {
    const resource = this.resourceOf(schema, place.resource, place.pointer);
    if (!this.#byUri.has(resource.uri)) this.#byUri.set(resource.uri, resource);
    const here = { ...place, resource };
    const target = { schema, place: here };
    const { $anchor, $dynamicAnchor } = schema;
    for (const name of [$anchor, $dynamicAnchor, plainName(schema, resource.dialect)]) {
      const key = `${resource.uri}#${name}`;
      if (typeof name === 'string' && !this.#anchors.has(key)) this.#anchors.set(key, target);
    }
    if (typeof $dynamicAnchor === 'string') this.#addDynamic(resource, $dynamicAnchor, target);
    if (schema.$recursiveAnchor === true && schema === resource.root)
      this.#addDynamic(resource, RECURSIVE, target);
    return here;
  }

  #addDynamic(resource: Resource, name: string, target: Target): void {
    let names = this.#dynamic.get(resource);
    if (!names) {
      names = new Map();
      this.#dynamic.set(resource, names);
    }
    if (!names.has(name)) names.set(name, target);
  }
}

/** The name under which `$recursiveAnchor` stands among the dynamic anchors. */
export const RECURSIVE = '';
const NO_ANCHORS: ReadonlyMap<string, Target> = new Map();

/** Before 2019-09, an identifier such as `#name` was an anchor. */
function plainName(schema: SchemaObject, dialect: Dialect): string | null {
  const id = identifierOf(schema, dialect);
  return id !== undefined && /^#[A-Za-z]/.test(id) ? id.slice(1) : null;
}

/** Without fragment; null when it is not a URI reference. */
function absolute(reference: string, base: string): string | null {
  return join(reference, base)?.replace(/#.*$/, '') ?? null;
}

export function join(reference: string, base: string): string | null {
  try {
    return new URL(reference, base).href;
  } catch {
    return null;
  }
}
