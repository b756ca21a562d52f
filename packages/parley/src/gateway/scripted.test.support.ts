import type { ChatRequest, Parameters } from '../core/complete.ts';
import type { ChatEvent, FinishReason, Usage } from '../core/event.ts';
import {
  type AttemptContext,
  type AttemptRecord,
  type CallTarget,
  type FailureKind,
  UpstreamFailure,
} from './attempt.ts';
import type { FakeClock } from './fake-clock.test.support.ts';
import { sleep } from './policies/sleep.ts';
import { openaiCompatible } from './providers/openai-compatible.ts';
import type { Deployment, Provider, Target } from './target.ts';
import { failure } from './upstream-failure.ts';

export const NO_TIMEOUTS = {
  connectMs: Number.POSITIVE_INFINITY,
  headersMs: Number.POSITIVE_INFINITY,
  firstTokenMs: Number.POSITIVE_INFINITY,
  idleMs: Number.POSITIVE_INFINITY,
  totalMs: Number.POSITIVE_INFINITY,
};

export function target(
  id: string,
  more: Partial<Target> & { readonly provider?: Partial<Provider> } = {},
): Target {
  const { provider: changes, ...rest } = more;
  const provider = { ...openaiCompatible, ...changes };
  return {
    id,
    upstream: { name: id, provider, baseUrl: 'http://127.0.0.1:1/v1', apiKey: undefined, headers: {} },
    model: `model-of-${id}`,
    weight: 1,
    priority: 0,
    prices: undefined,
    timeouts: NO_TIMEOUTS,
    limits: {
      concurrent: Number.POSITIVE_INFINITY,
      requestsPerMinute: Number.POSITIVE_INFINITY,
      tokensPerMinute: Number.POSITIVE_INFINITY,
    },
    parameters: provider.parameters,
    contextLength: undefined,
    ...rest,
  };
}

/** Targets given by id have the priority of their place: the first is the primary, the others are fallbacks. */
export function deployment(
  targets: readonly (string | Target)[],
  more: Partial<Deployment> = {},
): Deployment {
  return {
    model: 'fast',
    aliases: [],
    description: '',
    targets: targets.map((each, priority) => (typeof each === 'string' ? target(each, { priority }) : each)),
    balancing: 'weighted',
    fallbacks: [],
    retry: { attempts: 3, firstDelayMs: 200, maximumDelayMs: 5_000, maximumRetryAfterMs: 10_000 },
    circuit: { failures: 5, probeAfterMs: 10_000 },
    hedgeAfterMs: undefined,
    cache: undefined,
    ...more,
  };
}

export function asking(parameters: Parameters = {}, content = 'Hello?'): ChatRequest {
  return {
    model: 'fast',
    input: { kind: 'messages', messages: [{ role: 'user', content }] },
    parameters,
    unknown: {},
  };
}

export interface Call {
  readonly target: string;
  readonly request: ChatRequest;
  readonly at: number;
}

export interface Scene extends Call {
  readonly context: AttemptContext;
  readonly clock: FakeClock;
  /** Time passes; ends with the call. */
  readonly wait: (milliseconds: number) => Promise<void>;
}

/** What one call of a target does. */
export type Script = (scene: Scene) => AsyncIterable<ChatEvent>;

export const USAGE: Usage = { promptTokens: 10, cachedTokens: 0, completionTokens: 5, reasoningTokens: 0 };

export function start({ context, target: id }: Scene): ChatEvent {
  return { type: 'start', id: context.id, model: `model-of-${id}`, created: 1, systemFingerprint: 'fp_0' };
}

export function text(value: string): ChatEvent {
  return { type: 'text-delta', choice: 0, text: value, tokenCount: 1 };
}

export function end(reason: FinishReason = 'stop'): ChatEvent {
  return { type: 'choice-end', choice: 0, reason, tokenCount: 0 };
}

export function tail(usage: Usage = USAGE): ChatEvent[] {
  const timing = { queueSeconds: 0, promptSeconds: 1, completionSeconds: 1, totalSeconds: 2 };
  return [
    { type: 'usage', usage, final: true },
    { type: 'timing', timing },
  ];
}

/** A whole answer of these pieces; a number is a pause, in milliseconds. */
export function says(...pieces: readonly (string | number)[]): Script {
  return async function* (scene) {
    yield* spoken(pieces, scene);
    yield end();
    yield* tail();
  };
}

/** So much of an answer, then it breaks off. */
export function breaksOff(...pieces: readonly (string | number)[]): Script {
  return async function* (scene) {
    yield* spoken(pieces, scene);
    throw failure('interrupted');
  };
}

async function* spoken(pieces: readonly (string | number)[], scene: Scene): AsyncGenerator<ChatEvent> {
  let isFirst = true;
  for (const piece of pieces) {
    if (typeof piece === 'number') {
      await scene.wait(piece);
      continue;
    }
    if (isFirst) yield start(scene);
    isFirst = false;
    yield text(piece);
  }
}

export function fails(kind: FailureKind, retryAfterMs?: number, afterMs = 0): Script {
  // biome-ignore lint/correctness/useYield: it fails before there is an event.
  return async function* ({ wait }) {
    if (afterMs > 0) await wait(afterMs);
    throw failure(kind, { retryAfterMs });
  };
}

/** Says nothing for ever, unless it is called off. */
export const silence: Script = async function* ({ context }) {
  await new Promise((_resolve, reject) => {
    if (context.signal.aborted) reject(context.signal.reason);
    context.signal.addEventListener('abort', () => reject(context.signal.reason), { once: true });
  });
};

/** Targets that do what their scripts say: the first call the first, later ones the next, at last always the last. */
export class ScriptedTargets {
  readonly calls: Call[] = [];
  readonly clock: FakeClock;
  readonly #scripts: Readonly<Record<string, Script | readonly Script[]>>;
  open = 0;
  cancelled = 0;

  constructor(clock: FakeClock, scripts: Readonly<Record<string, Script | readonly Script[]>>) {
    this.clock = clock;
    this.#scripts = scripts;
  }

  readonly callTarget: CallTarget = (asked, request, context) => this.#run(asked, request, context);

  called(id: string): readonly Call[] {
    return this.calls.filter((call) => call.target === id);
  }

  async *#run(asked: Target, request: ChatRequest, context: AttemptContext): AsyncGenerator<ChatEvent> {
    const { id } = asked;
    const startedAt = this.clock.now();
    const call = { target: id, request, at: startedAt };
    this.calls.push(call);
    this.open++;
    let outcome: AttemptRecord['outcome'] = 'cancelled';
    let usage: Usage | undefined;
    try {
      const wait = (milliseconds: number) => sleep(this.clock, milliseconds, context.signal);
      for await (const event of this.#script(id)({ ...call, context, clock: this.clock, wait })) {
        if (event.type === 'usage') usage = event.usage;
        yield event;
      }
      outcome = 'answered';
    } catch (error) {
      if (context.signal.aborted) throw failure('cancelled', { cause: error });
      if (error instanceof UpstreamFailure) outcome = error.kind;
      throw error;
    } finally {
      this.open--;
      if (outcome === 'cancelled') this.cancelled++;
      context.onAttempt({
        target: id,
        upstream: asked.upstream.name,
        model: asked.model,
        startedAt: this.clock.unix(),
        milliseconds: this.clock.now() - startedAt,
        firstTokenMilliseconds: undefined,
        outcome,
        status: undefined,
        usage,
        upstreamRequestId: undefined,
        malformedEvents: 0,
      });
    }
  }

  #script(id: string): Script {
    const scripts = [this.#scripts[id] ?? []].flat();
    const script = scripts[Math.min(this.called(id).length, scripts.length) - 1];
    if (script === undefined) throw new Error(`nobody wrote what ${id} does`);
    return script;
  }
}
