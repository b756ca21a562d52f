import type { CallTarget } from '../attempt.ts';
import { type Clock, realClock } from '../clock.ts';
import { checkingJson } from './checking-json.ts';
import { conforms, type Validate } from './conforms.ts';
import { cuttingAtStops } from './cut-at-stops.ts';
import { hidingReasoning } from './hide-reasoning.ts';
import { givingSeveral } from './several-answers.ts';

export interface EmulationOptions {
  readonly clock?: Clock;
  readonly validate?: Validate;
}

/**
 * Does around a call what its target does not: parameters whose treatment is `emulated` never reach it. One call may
 * become several, each with an `AttemptRecord` of its own.
 */
export function withEmulations(
  call: CallTarget,
  { clock = realClock, validate = conforms }: EmulationOptions = {},
): CallTarget {
  return givingSeveral(checkingJson(cuttingAtStops(hidingReasoning(call), clock), validate));
}
