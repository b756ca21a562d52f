import type { Fuel } from '../errors.ts';
import { invalid, isObject, type Place, type Resource, type SchemaObject, unsupported } from './place.ts';

const BASE = 'constrain:/schema';
/** Keywords whose values are data, not schemas. */
const DATA = new Set(['enum', 'const', 'default', 'examples', 'example']);

export type Target = { schema: unknown; place: Place };

/** Finds what `$ref` names inside one document; nothing is ever fetched. */
export class References {
  readonly root: Resource;
  readonly #fuel: Fuel;
  #resources: Map<string, Resource> | null = null;
  readonly #anchors = new Map<string, Target>();

  constructor(document: unknown, fuel: Fuel) {
    this.#fuel = fuel;
    this.root = { uri: idOf(document, BASE) ?? BASE, root: document, pointer: '' };
  }

  /** The resource of a schema inside another resource. */
  enter(schema: SchemaObject, place: Place): Place {
    if (place.pointer === '') return place;
    const uri = idOf(schema, place.resource.uri);
    if (!uri) return place;
    return { pointer: place.pointer, resource: { uri, root: schema, pointer: place.pointer } };
  }

  resolve(reference: unknown, place: Place, keyword = '$ref'): Target {
    if (typeof reference !== 'string') return invalid(place, keyword, 'must be a string');
    const absolute = join(reference, place.resource.uri);
    if (absolute === null) return invalid(place, keyword, `${reference} is not a URI reference`);
    const hash = absolute.indexOf('#');
    const uri = hash < 0 ? absolute : absolute.slice(0, hash);
    const fragment = hash < 0 ? '' : decode(absolute.slice(hash + 1), place, keyword);
    const candidates = reference.startsWith('#') ? [place.resource, this.root] : this.#named(uri);
    for (const resource of candidates) {
      const found = this.#inside(resource, fragment);
      if (found) return found;
    }
    if (candidates.length > 0)
      return invalid(place, keyword, `${reference} does not name anything in the schema`);
    return unsupported(place, keyword, `${reference} is outside the schema, and nothing is ever fetched`);
  }

  #named(uri: string): Resource[] {
    if (uri === this.root.uri) return [this.root];
    const found = this.#index().get(uri);
    return found ? [found] : [];
  }

  #inside(resource: Resource, fragment: string): Target | null {
    if (fragment !== '' && !fragment.startsWith('/')) {
      this.#index();
      return this.#anchors.get(`${resource.uri}#${fragment}`) ?? null;
    }
    let schema: unknown = resource.root;
    let place: Place = { pointer: resource.pointer, resource };
    for (const raw of fragment.split('/').slice(1)) {
      const key = raw.replaceAll('~1', '/').replaceAll('~0', '~');
      if (typeof schema !== 'object' || schema === null || !Object.hasOwn(schema, key)) return null;
      schema = (schema as Record<string, unknown>)[key];
      place = { ...place, pointer: `${place.pointer}/${raw}` };
      if (isObject(schema)) place = this.enter(schema, place);
    }
    return { schema, place };
  }

  #index(): Map<string, Resource> {
    if (!this.#resources) {
      this.#resources = new Map([[this.root.uri, this.root]]);
      this.#collect(this.root.root, { pointer: '', resource: this.root });
    }
    return this.#resources;
  }

  #collect(value: unknown, place: Place): void {
    this.#fuel.spend();
    if (typeof value !== 'object' || value === null) return;
    let here = place;
    if (isObject(value)) {
      here = this.enter(value, place);
      if (here.resource !== place.resource) this.#resources!.set(here.resource.uri, here.resource);
      this.#collectAnchors(value, here);
    }
    for (const [key, item] of Object.entries(value)) {
      if (DATA.has(key)) continue;
      const tail = key.replaceAll('~', '~0').replaceAll('/', '~1');
      this.#collect(item, { ...here, pointer: `${here.pointer}/${tail}` });
    }
  }

  #collectAnchors(schema: SchemaObject, place: Place): void {
    for (const anchor of [schema.$anchor, schema.$dynamicAnchor, plainName(schema.$id ?? schema.id)]) {
      if (typeof anchor === 'string') this.#anchors.set(`${place.resource.uri}#${anchor}`, { schema, place });
    }
  }
}

/** Before 2019-09, an identifier such as `#name` was an anchor. */
function plainName(id: unknown): string | null {
  return typeof id === 'string' && /^#[A-Za-z]/.test(id) ? id.slice(1) : null;
}

function idOf(schema: unknown, base: string): string | null {
  if (!isObject(schema)) return null;
  const id = schema.$id ?? schema.id;
  if (typeof id !== 'string' || id.startsWith('#')) return null;
  const uri = join(id, base);
  return uri === null ? null : uri.replace(/#.*$/, '');
}

function join(reference: string, base: string): string | null {
  try {
    return new URL(reference, base).href;
  } catch {
    return null;
  }
}

function decode(fragment: string, place: Place, keyword: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return invalid(place, keyword, 'the fragment is not well encoded');
  }
}
