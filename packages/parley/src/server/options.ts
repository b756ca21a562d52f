import { randomUUID } from 'node:crypto';
import type { Unsupported } from '@parley/protocol';
import type { Backend } from '../core/complete.ts';
import type { CompletionStore } from '../core/completion-store.ts';
import { realSleep, type Sleep } from './delay-gate.ts';

/** The part of pino that the server uses. Prompts and keys are never handed to it. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/**
 * Which web pages may read answers. `auto`: with keys any page, because a key is never sent by a browser of its own
 * accord; without keys only pages of this machine, because then reaching the server is all it takes to use it.
 */
export type CorsOption = 'auto' | 'off' | '*' | readonly string[];

export interface ServerOptions {
  readonly backend: Backend;
  readonly log: Log;
  readonly version: string;
  /** API keys that are accepted. None: everybody may call. */
  readonly keys?: readonly string[];
  readonly cors?: CorsOption;
  /** Model of requests that name none; else the first that the backend lists. */
  readonly defaultModel?: string;
  /** What becomes of parameters that the model does not honour, unless the request says so itself. Default `strict`. */
  readonly unsupported?: Unsupported;
  /** Whether streams below `/atoma/v1` end without `[DONE]`, as those of Atoma's proxy do. Default false. */
  readonly atomaOmitsDone?: boolean;
  /** Where `store: true` keeps answers; without it that is refused. It stays open: it is its creator's. */
  readonly store?: CompletionStore | undefined;
  readonly limits?: Partial<ServerLimits>;
  /** Milliseconds, monotonic. */
  readonly now?: () => number;
  /** A random UUID. */
  readonly newId?: () => string;
  readonly sleep?: Sleep;
}

export interface ServerLimits {
  /** Of a body, after decompression. */
  readonly bodyLimitBytes: number;
  /** Of all bodies that are being read at one time; beyond it new ones are refused with 429. */
  readonly bodiesLimitBytes: number;
  readonly headersTimeoutMs: number;
  /** Longest pause between two pieces of a body. */
  readonly bodyIdleTimeoutMs: number;
  /** Longest time for a whole request to arrive. */
  readonly requestTimeoutMs: number;
  /** Idle time of a connection between two requests. */
  readonly keepAliveTimeoutMs: number;
  /**
   * Silence after which a stream carries a comment. The first comment also sends the status 200, so a call that
   * fails later ends in an error event: a longer time keeps more failures HTTP errors, a shorter one keeps more
   * proxies from hanging up.
   */
  readonly keepAliveCommentMs: number;
  /** A stream whose reader has taken nothing for so long is cut off. */
  readonly writeStallMs: number;
  /** How long the rest of a refused body is read, so that its sender sees the answer. */
  readonly lingerMs: number;
  readonly maxConnections: number;
  readonly maxHeaderBytes: number;
  readonly maxRequestsPerConnection: number;
  /** Prompts of one legacy completion that run at one time. */
  readonly concurrentPrompts: number;
  /** Calls that wait for their `x-delay-time`; beyond it new ones are refused with 429. */
  readonly delayedCalls: number;
}

export const defaultLimits: ServerLimits = {
  bodyLimitBytes: 32 * 1024 * 1024,
  bodiesLimitBytes: 512 * 1024 * 1024,
  headersTimeoutMs: 10_000,
  bodyIdleTimeoutMs: 30_000,
  requestTimeoutMs: 300_000,
  // Load balancers keep idle connections for 60 s; the server must not be the first to close them.
  keepAliveTimeoutMs: 75_000,
  keepAliveCommentMs: 5_000,
  writeStallMs: 60_000,
  lingerMs: 5_000,
  maxConnections: 10_000,
  maxHeaderBytes: 16 * 1024,
  maxRequestsPerConnection: 100_000,
  concurrentPrompts: 8,
  delayedCalls: 256,
};

/** Options with every default filled in. */
export interface Settings {
  readonly backend: Backend;
  readonly log: Log;
  readonly version: string;
  readonly keys: readonly string[];
  readonly cors: CorsOption;
  readonly defaultModel: string | undefined;
  readonly store: CompletionStore | undefined;
  readonly unsupported: Unsupported;
  readonly atomaOmitsDone: boolean;
  readonly limits: ServerLimits;
  readonly now: () => number;
  readonly newId: () => string;
  readonly sleep: Sleep;
}

export function settle(options: ServerOptions): Settings {
  return {
    backend: options.backend,
    log: options.log,
    version: options.version,
    keys: options.keys ?? [],
    cors: options.cors ?? 'auto',
    defaultModel: options.defaultModel,
    store: options.store,
    unsupported: options.unsupported ?? 'strict',
    atomaOmitsDone: options.atomaOmitsDone ?? false,
    limits: { ...defaultLimits, ...options.limits },
    now: options.now ?? (() => performance.now()),
    newId: options.newId ?? randomUUID,
    sleep: options.sleep ?? realSleep,
  };
}
