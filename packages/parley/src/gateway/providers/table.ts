import { CHAT_PARAMETER_NAMES } from '@parley/protocol';
import type { ParameterName, Treatment } from '../target.ts';

export type ParameterTable = Readonly<Record<ParameterName, Treatment>>;

type Exceptions = Readonly<Partial<Record<Exclude<Treatment, 'refused'>, readonly ParameterName[]>>>;

/** What the server carries out itself, whatever the upstream is: it never needs to be sent. */
export const OURS: readonly ParameterName[] = [
  'stream',
  'stream_options',
  'store',
  'metadata',
  'parley',
  'request_id',
];

/** Hints and marks: kept in the log and heard by the routing, and sent where the upstream has a use for them. */
export const MARKS: readonly ParameterName[] = ['user', 'safety_identifier', 'prompt_cache_key'];

/** What no event of an answer can carry, so no upstream's word for it helps. */
export const OUT_OF_REACH: readonly ParameterName[] = [
  // Spoken answers, citations of web pages, verdicts of a moderator, places in another server's cache.
  'modalities',
  'audio',
  'web_search_options',
  'moderation',
  'kv_transfer_params',
];

/** The older names for tools become the new ones wherever there are tools. */
const LEGACY: readonly ParameterName[] = ['functions', 'function_call'];

/** Reasoning comes apart from the text, so hiding it is leaving it out. */
const HIDING: readonly ParameterName[] = ['include_reasoning', 'reasoning_format'];

const ALWAYS: readonly ParameterName[] = ['model', 'messages', ...OURS, ...MARKS];

/**
 * Everything that is not named is refused. The order is that of the arguments: `honoured` wins over `translated`, that
 * over `emulated`, and all three over what goes without saying.
 */
export function table(exceptions: Exceptions): ParameterTable {
  const treatments = new Map<ParameterName, Treatment>();
  const say = (names: readonly ParameterName[], treatment: Treatment): void => {
    for (const name of names) treatments.set(name, treatment);
  };
  say(HIDING, 'emulated');
  say(['n', 'stop', 'response_format'], 'emulated');
  say(exceptions.emulated ?? [], 'emulated');
  say(exceptions.translated ?? [], 'translated');
  say(exceptions.honoured ?? [], 'honoured');
  if (treatments.has('tools')) say(LEGACY, 'translated');
  say(ALWAYS, 'honoured');
  say(OUT_OF_REACH, 'refused');
  const entries = CHAT_PARAMETER_NAMES.map((name) => [name, treatments.get(name) ?? 'refused']);
  return Object.freeze(Object.fromEntries(entries));
}
