import { invalidRequest, unsupportedParameter } from '@parley/protocol/errors';
import type { Parameters } from '../../core/complete.ts';

export type Xargs = Readonly<NonNullable<Parameters['vllm_xargs']>>;

/** The logits processors that a request names, and what it hands to all of them. */
export interface ProcessorWish {
  readonly calls: readonly ProcessorCall[];
  readonly xargs: Xargs;
}

export interface ProcessorCall {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

/** Each takes part in every step. */
const MAX_PROCESSORS = 16;

/** Undefined where the request names none. Throws an ApiError 400. */
export function processorWish(parameters: Parameters): ProcessorWish | undefined {
  const named = parameters.logits_processors ?? [];
  const xargs = parameters.vllm_xargs ?? {};
  if (named.length > MAX_PROCESSORS) {
    throw invalidRequest(
      'logits_processors',
      `logits_processors must have at most ${MAX_PROCESSORS} entries, got ${named.length}.`,
    );
  }
  if (named.length === 0) {
    if (Object.keys(xargs).length === 0) return undefined;
    throw unsupportedParameter(
      'vllm_xargs',
      'vllm_xargs goes to logits processors, of which this request names none: name those that take it in logits_processors.',
    );
  }
  const calls = named.map((one) =>
    typeof one === 'string'
      ? { name: one, args: [], kwargs: {} }
      : { name: one.qualname, args: one.args ?? [], kwargs: one.kwargs ?? {} },
  );
  return { calls, xargs };
}

/** Notes which of a request's `vllm_xargs` are read, because what nobody reads would be ignored in silence. */
export class ReadXargs {
  readonly view: Xargs;
  readonly #names: readonly string[];
  readonly #read = new Set<string | symbol>();

  constructor(xargs: Xargs) {
    this.#names = Object.keys(xargs);
    const note = (name: string | symbol): void => void this.#read.add(name);
    this.view = new Proxy(Object.freeze(Object.assign(Object.create(null), xargs)) as Xargs, {
      get: (target, name, receiver) => {
        note(name);
        return Reflect.get(target, name, receiver);
      },
      has: (target, name) => {
        note(name);
        return Reflect.has(target, name);
      },
    });
  }

  /** Throws an ApiError 400 that names what nobody has read. */
  refuseUnread(): void {
    const unread = this.#names.find((name) => !this.#read.has(name));
    if (unread === undefined) return;
    const param = `vllm_xargs.${unread}`;
    throw invalidRequest(
      param,
      `${param} is taken by none of the logits processors that this request names.`,
    );
  }
}
