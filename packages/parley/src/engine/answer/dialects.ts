import { commandR } from './command-r.ts';
import { deepseek } from './deepseek.ts';
import { composeDialect } from './dialect.ts';
import type { AnswerDialect, CallFormat, ReasoningFormat } from './format.ts';
import { functionary31, functionary32 } from './functionary.ts';
import { generic } from './generic.ts';
import { glm } from './glm.ts';
import { granite } from './granite.ts';
import { detectsHarmony, harmony } from './harmony.ts';
import { hermes } from './hermes.ts';
import { kimi } from './kimi.ts';
import { llamaJson } from './llama-json.ts';
import { llamaPythonic } from './llama-pythonic.ts';
import { mistral, mistralArgs } from './mistral.ts';
import { phi } from './phi.ts';
import { minimaxXml, qwenXml, seedXml } from './qwen-xml.ts';
import { REASONING_FORMATS } from './reasoning-formats.ts';

/** Asked in order; the first that knows the template is the model's. Marks that several families share come last. */
export const CALL_FORMATS: readonly CallFormat[] = [
  deepseek,
  kimi,
  glm,
  granite,
  phi,
  commandR,
  seedXml,
  minimaxXml,
  qwenXml,
  functionary32,
  functionary31,
  mistralArgs,
  mistral,
  llamaPythonic,
  hermes,
  llamaJson,
  generic,
];

/** Names of what a model's answers are written in; from them a dialect can be made on any thread. */
export interface DialectNames {
  /** Of a CallFormat, or of a whole dialect. */
  readonly call: string | undefined;
  readonly reasoning: string | undefined;
}

export const CALL_FORMAT_NAMES: readonly string[] = [...CALL_FORMATS, harmony].map(({ name }) => name);
export const REASONING_FORMAT_NAMES: readonly string[] = REASONING_FORMATS.map(({ name }) => name);

/** What the template shows, where the operator chose nothing. */
export function detectDialect(template: string, chosen: Partial<DialectNames>): DialectNames {
  if ((chosen.call ?? (detectsHarmony(template) ? harmony.name : undefined)) === harmony.name) {
    return { call: harmony.name, reasoning: undefined };
  }
  return {
    call: chosen.call ?? CALL_FORMATS.find((format) => format.detects(template))?.name,
    reasoning: chosen.reasoning ?? REASONING_FORMATS.find((format) => format.detects(template))?.name,
  };
}

/** Throws an Error for names that are not in the lists above. */
export function dialectByName({ call, reasoning }: DialectNames): AnswerDialect {
  if (call === harmony.name) return harmony;
  return composeDialect(byName(CALL_FORMATS, call), reasoningByName(reasoning));
}

export function reasoningByName(name: string | undefined): ReasoningFormat | undefined {
  return byName(REASONING_FORMATS, name);
}

function byName<T extends { readonly name: string }>(
  formats: readonly T[],
  name: string | undefined,
): T | undefined {
  if (name === undefined) return undefined;
  const found = formats.find((format) => format.name === name);
  if (found) return found;
  const known = formats.map((format) => format.name).join(', ');
  throw new Error(`There is no format named '${name}', only ${known}.`);
}
