import { ApiError } from '@parley/protocol';
import type { Exchange } from './exchange.ts';

export type Handler = (exchange: Exchange, parameter: string) => Promise<void> | void;

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the prefixes when `api`, else as it stands. A `*` takes what stands there, slashes included. */
  readonly path: string;
  /** Whether it is served at /v1, /openai/v1 and without a prefix. */
  readonly api: boolean;
  /** Whether strangers may call it. */
  readonly open: boolean;
  /** Whether it uses the model, so that it is refused while the server drains. */
  readonly work: boolean;
  readonly handle: Handler;
}

export type Match =
  | { readonly kind: 'route'; readonly route: Route; readonly parameter: string }
  | { readonly kind: 'method'; readonly name: string; readonly allow: string }
  | { readonly kind: 'none' };

const PREFIXES = ['/v1', '/openai/v1', ''];

type Methods = Map<string, Route>;

/** A table from path to routes; one part of a path may vary. */
export class Router {
  readonly #exact = new Map<string, Methods>();
  readonly #wild: { prefix: string; suffix: string; methods: Methods }[] = [];

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      for (const prefix of route.api ? PREFIXES : ['']) this.#add(prefix + route.path, route);
    }
    // What says more of a path is asked first.
    this.#wild.sort((a, b) => b.suffix.length - a.suffix.length);
  }

  match(method: string, path: string): Match {
    const trimmed = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
    const exact = this.#exact.get(trimmed);
    if (exact) return choose(exact, method, '');
    const wild = this.#wild.find(
      ({ prefix, suffix }) =>
        trimmed.startsWith(prefix) &&
        trimmed.endsWith(suffix) &&
        trimmed.length > prefix.length + suffix.length,
    );
    if (!wild) return { kind: 'none' };
    return choose(
      wild.methods,
      method,
      decode(trimmed.slice(wild.prefix.length, trimmed.length - wild.suffix.length)),
    );
  }

  #add(path: string, route: Route): void {
    let methods: Methods | undefined;
    const [prefix = '', suffix] = path.split('*', 2);
    if (suffix !== undefined) {
      methods = this.#wild.find((entry) => entry.prefix === prefix && entry.suffix === suffix)?.methods;
      if (!methods) {
        methods = new Map();
        this.#wild.push({ prefix, suffix, methods });
      }
    } else {
      methods = this.#exact.get(path) ?? new Map<string, Route>();
      this.#exact.set(path, methods);
    }
    methods.set(route.method, route);
  }
}

function choose(methods: Methods, method: string, parameter: string): Match {
  const route = methods.get(method === 'HEAD' ? 'GET' : method);
  if (route) return { kind: 'route', route, parameter };
  const allow = [...methods.keys(), ...(methods.has('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
  const [first] = methods.values();
  return { kind: 'method', name: first?.path ?? '', allow };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ApiError({
      status: 400,
      type: 'invalid_request_error',
      code: 'invalid_path',
      message: 'The path holds a % that is not followed by the two hexadecimal digits of a UTF-8 byte.',
    });
  }
}
