import type { ChatEvent } from '../../core/event.ts';
import type { CallTarget } from '../attempt.ts';
import { treatmentOf } from '../providers/treatment.ts';

const NAMES = ['include_reasoning', 'reasoning_format'] as const;

/** Leaves the reasoning out of the answers of an upstream that cannot be asked to. Its tokens are counted all the same. */
export const hidingReasoning =
  (next: CallTarget): CallTarget =>
  (target, request, context) => {
    const { parameters } = request;
    const ours = NAMES.filter((name) => treatmentOf(target, parameters, name) === 'emulated');
    if (ours.length === 0) return next(target, request, context);
    const kept = Object.entries(parameters).filter(([name]) => !ours.some((each) => each === name));
    const events = next(target, { ...request, parameters: Object.fromEntries(kept) }, context);
    const hides = ours.filter((name) => parameters[name] === false || parameters[name] === 'hidden');
    if (hides.length === 0) return events;
    return withoutReasoning(events, () => {
      for (const name of hides)
        context.report.add(name, 'emulated', 'The reasoning is left out of the answer here.');
    });
  };

async function* withoutReasoning(
  events: AsyncIterable<ChatEvent>,
  onStart: () => void,
): AsyncIterable<ChatEvent> {
  for await (const event of events) {
    if (event.type === 'start') onStart();
    if (event.type !== 'reasoning-delta') yield event;
  }
}
