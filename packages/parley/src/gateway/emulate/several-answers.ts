import type { ChatRequest, Parameters } from '../../core/complete.ts';
import type { ChatEvent, Timing, Usage } from '../../core/event.ts';
import { abandonable } from '../abandonable.ts';
import type { AttemptContext, CallTarget } from '../attempt.ts';
import { treatmentOf } from '../providers/treatment.ts';
import type { Target } from '../target.ts';
import { Handover } from './handover.ts';

/** More calls at one time would look like an attack, and their answers would wait for each other anyway. */
const MOST_AT_ONCE = 16;

/** `n` for upstreams that give one answer: as many calls, side by side, as the choices of one. Their usage is summed. */
export const givingSeveral =
  (next: CallTarget): CallTarget =>
  (target, request, context) => {
    const { parameters } = request;
    if (treatmentOf(target, parameters, 'n') !== 'emulated') return next(target, request, context);
    return abandonable(context.signal, (signal, abort) =>
      several({ next, target, request, context: { ...context, signal }, count: parameters.n ?? 1, abort }),
    );
  };

interface Asking {
  readonly next: CallTarget;
  readonly target: Target;
  readonly request: ChatRequest;
  readonly context: AttemptContext;
  readonly count: number;
  readonly abort: () => void;
}

type Told =
  | { readonly choice: number; readonly event: ChatEvent }
  | { readonly choice: number; readonly event: undefined; readonly error?: unknown };

async function* several(asking: Asking): AsyncGenerator<ChatEvent> {
  const { count, context, abort } = asking;
  const handover = new Handover<Told>();
  const calls: Promise<void>[] = [];
  const sums = new Sums(count);
  let started = false;
  const begin = (): void => {
    if (calls.length < count) calls.push(ask(asking, calls.length, handover));
  };
  for (let i = 0; i < Math.min(count, MOST_AT_ONCE); i++) begin();
  try {
    for (let left = count; left > 0; ) {
      const { choice, event, ...end } = await handover.take();
      if (event === undefined) {
        if ('error' in end) throw end.error;
        left--;
        begin();
      } else if (event.type === 'start') {
        if (started) continue;
        started = true;
        context.report.add('n', 'emulated', `${count} calls are made for the ${count} answers.`);
        yield { ...event, id: context.id };
      } else if (event.type === 'usage' || event.type === 'timing') sums.add(event);
      else yield { ...event, choice };
    }
    yield* sums.events();
  } finally {
    abort();
    handover.close();
    await Promise.all(calls);
  }
}

/** Never rejects: failures are handed over like events. */
async function ask(
  { next, target, request, context }: Asking,
  choice: number,
  handover: Handover<Told>,
): Promise<void> {
  try {
    const own = choice === 0 ? context : { ...context, id: `${context.id}-${choice}` };
    const events = next(target, { ...request, parameters: single(request.parameters, choice) }, own);
    for await (const event of events) await handover.give({ choice, event });
    await handover.give({ choice, event: undefined });
  } catch (error) {
    await handover.give({ choice, event: undefined, error });
  }
}

/** One seed would give the same answer every time: they count up. */
function single({ n: _n, ...parameters }: Parameters, choice: number): Parameters {
  const { seed } = parameters;
  if (seed === undefined || seed === null || choice === 0) return parameters;
  return { ...parameters, seed: String(BigInt(seed) + BigInt(choice)) };
}

class Sums {
  readonly #count: number;
  readonly #usages: Usage[] = [];
  #timing: Timing | undefined;

  constructor(count: number) {
    this.#count = count;
  }

  add(event: Extract<ChatEvent, { type: 'usage' | 'timing' }>): void {
    if (event.type === 'usage') {
      if (event.final) this.#usages.push(event.usage);
    } else if (event.timing.totalSeconds >= (this.#timing?.totalSeconds ?? 0)) this.#timing = event.timing;
  }

  /** A sum of which a part is not known is not known. */
  *events(): Generator<ChatEvent> {
    if (this.#usages.length === this.#count)
      yield { type: 'usage', usage: summed(this.#usages), final: true };
    if (this.#timing !== undefined) yield { type: 'timing', timing: this.#timing };
  }
}

export function summed(usages: readonly Usage[]): Usage {
  const sum = (field: (usage: Usage) => number | undefined): number =>
    usages.reduce((total, usage) => total + (field(usage) ?? 0), 0);
  const predicted = usages.some(({ acceptedPredictionTokens }) => acceptedPredictionTokens !== undefined);
  return {
    promptTokens: sum(({ promptTokens }) => promptTokens),
    cachedTokens: sum(({ cachedTokens }) => cachedTokens),
    completionTokens: sum(({ completionTokens }) => completionTokens),
    reasoningTokens: sum(({ reasoningTokens }) => reasoningTokens),
    ...(predicted && {
      acceptedPredictionTokens: sum(({ acceptedPredictionTokens }) => acceptedPredictionTokens),
      rejectedPredictionTokens: sum(({ rejectedPredictionTokens }) => rejectedPredictionTokens),
    }),
  };
}
