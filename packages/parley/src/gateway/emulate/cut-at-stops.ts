import type { ChatEvent, Timing } from '../../core/event.ts';
import { abandonable } from '../abandonable.ts';
import type { AttemptContext, CallTarget } from '../attempt.ts';
import type { Clock } from '../clock.ts';
import { treatmentOf } from '../providers/treatment.ts';
import { StopCutter } from './stop-cutter.ts';

type Ended = Extract<ChatEvent, { type: 'choice-end' }>;

/**
 * Stop strings for upstreams that do not know them: the text is cut here and the call is aborted when no choice needs it
 * any more. Its usage is not known then, and no final `usage` is told.
 */
export const cuttingAtStops =
  (next: CallTarget, clock: Clock): CallTarget =>
  (target, request, context) => {
    const { parameters } = request;
    if (treatmentOf(target, parameters, 'stop') !== 'emulated') return next(target, request, context);
    const { stop, include_stop_str_in_output: keepsStop, ...rest } = parameters;
    const stops = [stop ?? []].flat();
    return abandonable(context.signal, (signal, abort) => {
      const cutting = new Cutting(stops, keepsStop === true, parameters.n ?? 1);
      const inner = { ...context, signal, onAttempt: cutting.settling(context.onAttempt) };
      return cut(cutting, next(target, { ...request, parameters: rest }, inner), abort, context, clock);
    });
  };

async function* cut(
  cutting: Cutting,
  source: AsyncIterable<ChatEvent>,
  abort: () => void,
  { report }: AttemptContext,
  clock: Clock,
): AsyncGenerator<ChatEvent> {
  const began = clock.now();
  let firstMs: number | undefined;
  for await (const event of source) {
    if (event.type === 'start') report.add('stop', 'emulated', 'The text is cut at the stop strings here.');
    else firstMs ??= clock.now() - began;
    yield* cutting.take(event);
    if (!cutting.isOver) continue;
    // The loop's own `return` would come too late for the record: it counts as an answer, and not as cancelled.
    abort();
    const totalMs = clock.now() - began;
    yield { type: 'timing', timing: timingOf(firstMs ?? totalMs, totalMs) };
    return;
  }
}

function timingOf(firstMs: number, totalMs: number): Timing {
  return {
    queueSeconds: 0,
    promptSeconds: firstMs / 1000,
    completionSeconds: (totalMs - firstMs) / 1000,
    totalSeconds: totalMs / 1000,
  };
}

/** The choices of one answer. */
class Cutting {
  readonly #stops: readonly string[];
  readonly #keepsStop: boolean;
  readonly #expected: number;
  readonly #cutters = new Map<number, StopCutter>();
  readonly #ended = new Set<number>();
  #hasCut = false;

  constructor(stops: readonly string[], keepsStop: boolean, expected: number) {
    this.#stops = stops;
    this.#keepsStop = keepsStop;
    this.#expected = expected;
  }

  /** Whether the upstream has nothing more to say that anybody would hear. */
  get isOver(): boolean {
    return this.#hasCut && this.#ended.size >= this.#expected;
  }

  /** An attempt that we broke off because it had said enough has answered. */
  settling(onAttempt: AttemptContext['onAttempt']): AttemptContext['onAttempt'] {
    return (record) =>
      onAttempt(this.isOver && record.outcome === 'cancelled' ? { ...record, outcome: 'answered' } : record);
  }

  take(event: ChatEvent): readonly ChatEvent[] {
    if (!('choice' in event)) return [event];
    const { choice } = event;
    if (this.#ended.has(choice)) return [];
    const cutter = this.#cutter(choice);
    if (event.type === 'text-delta') {
      const { events, stop } = cutter.push(event);
      return stop === undefined ? events : [...events, this.#end(choice, stop)];
    }
    if (event.type === 'choice-end') this.#ended.add(choice);
    return [...cutter.flush(), event];
  }

  #end(choice: number, stop: string): Ended {
    this.#hasCut = true;
    this.#ended.add(choice);
    return { type: 'choice-end', choice, reason: 'stop', stop, tokenCount: 0 };
  }

  #cutter(choice: number): StopCutter {
    let cutter = this.#cutters.get(choice);
    if (cutter === undefined) {
      cutter = new StopCutter(this.#stops, this.#keepsStop);
      this.#cutters.set(choice, cutter);
    }
    return cutter;
  }
}
