import { internalError, invalidRequest } from '@parley/protocol/errors';
import type { TokenId, Vocabulary } from '../runtime.ts';
import { type ProcessorWish, ReadXargs, type Xargs } from './processor-wish.ts';
import type { SamplerWorkspace } from './workspace.ts';

/** What a logits processor sees of an answer before each of its tokens. */
export interface LogitsState {
  readonly promptTokens: Int32Array;
  /** Sampled so far. */
  readonly tokens: readonly TokenId[];
  /** One for each token of the vocabulary, to be changed in place; -Infinity bans a token. */
  readonly logits: Float32Array;
}

/** Called before each token of an answer, on the engine's thread: while it runs, every other answer waits. */
export type LogitsProcessor = (state: LogitsState) => void;

export interface LogitsProcessorOptions {
  /** `args` and `kwargs` of the request, which may be anything that JSON can write. */
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  /** `vllm_xargs` of the request. What no processor reads while it is made is refused. */
  readonly xargs: Xargs;
  readonly vocabulary: Vocabulary;
}

/** Makes the processor of one choice of one answer. What it throws refuses the request, with its message. */
export type LogitsProcessorFactory = (options: LogitsProcessorOptions) => LogitsProcessor;

/** What an operator has registered, by the name that requests use. */
export type ProcessorRegistry = ReadonlyMap<string, LogitsProcessorFactory>;

interface NamedProcessor {
  readonly name: string;
  readonly run: LogitsProcessor;
}

/** The logits processors of one choice, in the order of the request. */
export class ProcessorChain {
  readonly #processors: readonly NamedProcessor[];
  readonly #promptTokens: Int32Array;
  readonly #workspace: SamplerWorkspace;
  readonly #logits: Float32Array;

  /** `prompt` is copied. Throws an ApiError 400 for names that nobody registered and for what a factory refuses. */
  constructor(
    wish: ProcessorWish,
    registry: ProcessorRegistry,
    { vocabulary, workspace, prompt }: ChainOptions,
  ) {
    const xargs = new ReadXargs(wish.xargs);
    this.#processors = wish.calls.map(({ name, args, kwargs }, i) => {
      const param = `logits_processors[${i}]`;
      const factory = registry.get(name);
      if (!factory) throw unknownProcessor(param, name, registry);
      return { name, run: make(factory, { args, kwargs, xargs: xargs.view, vocabulary }, name, param) };
    });
    xargs.refuseUnread();
    this.#promptTokens = prompt.slice();
    this.#workspace = workspace;
    this.#logits = workspace.row.subarray(0, workspace.vocabularySize);
  }

  /** Lets them change the workspace's row. Throws an ApiError 500 that names the one that failed. */
  apply(tokens: readonly TokenId[]): void {
    const state = { promptTokens: this.#promptTokens, tokens, logits: this.#logits };
    for (const { name, run } of this.#processors) {
      let result: unknown;
      try {
        result = run(state);
      } catch (error) {
        throw internalError(`The logits processor '${name}' failed.`, error);
      }
      if (result instanceof Promise) {
        // Nobody waits for it, and a rejection that nobody hears would end the engine.
        result.catch(() => undefined);
        throw internalError(`The logits processor '${name}' is asynchronous, which it must not be.`);
      }
      const max = this.#workspace.maximum();
      // NaN fails every comparison.
      if (!(max < Infinity))
        throw internalError(`The logits processor '${name}' made a logit NaN or Infinity.`);
    }
  }
}

/** Undefined where the request names none. */
export function openChain(
  wish: ProcessorWish | undefined,
  registry: ProcessorRegistry = new Map(),
  options: ChainOptions,
): ProcessorChain | undefined {
  return wish && new ProcessorChain(wish, registry, options);
}

export interface ChainOptions {
  readonly vocabulary: Vocabulary;
  readonly workspace: SamplerWorkspace;
  readonly prompt: Int32Array;
}

function make(
  factory: LogitsProcessorFactory,
  options: LogitsProcessorOptions,
  name: string,
  param: string,
): LogitsProcessor {
  let made: unknown;
  try {
    made = factory(options);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw invalidRequest(param, `${param}: '${name}' cannot be used so: ${reason}`);
  }
  if (typeof made === 'function') return made as LogitsProcessor;
  throw internalError(`The logits processor '${name}' is registered with a factory that makes no function.`);
}

function unknownProcessor(param: string, name: string, registry: ProcessorRegistry): Error {
  const names = [...registry.keys()].slice(0, 20).join(', ') || 'none';
  return invalidRequest(
    param,
    `${param}: there is no logits processor '${name.slice(0, 100)}' on this server. Registered: ${names}.`,
  );
}
