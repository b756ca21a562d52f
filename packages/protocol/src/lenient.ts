import { range } from './explain.ts';
import { branches, declaredType, isObject, type JsonSchema } from './json-schema.ts';
import type { ReportEntry } from './response-fields.ts';

/** What becomes of what cannot be honoured: a 400, or an entry of the report. */
export type Unsupported = 'strict' | 'report';

/** What the body asks for by `parley.unsupported`, else what the server does. The body has not been checked yet. */
export function isLenient(body: Readonly<Record<string, unknown>>, fallback: Unsupported): boolean {
  const { parley } = body;
  const asked = isObject(parley) ? parley.unsupported : undefined;
  return (asked ?? fallback) === 'report';
}

/**
 * Brings the numbers among the fields into the range of their schema, in place. A bound that does not belong to the
 * range has no nearest number, so what lies beyond it is left for the schema to refuse.
 */
export function clampNumbers(schema: JsonSchema, fields: Record<string, unknown>): ReportEntry[] {
  const clamped: ReportEntry[] = [];
  for (const [name, sent] of Object.entries(fields)) {
    if (typeof sent !== 'number') continue;
    const numeric = branches(schema.properties?.[name] ?? {}).filter(isNumeric);
    const [only] = numeric;
    if (only === undefined || numeric.length > 1) continue;
    if (declaredType(only) === 'integer' && !Number.isInteger(sent)) continue;
    const { minimum = -Infinity, maximum = Infinity } = only;
    const used = Math.min(maximum, Math.max(minimum, sent));
    if (used === sent) continue;
    fields[name] = used;
    clamped.push({
      name,
      change: 'clamped',
      detail: `${name} must be ${range(only)}: ${used} was used in place of ${sent}.`,
      sent,
      used,
    });
  }
  return clamped;
}

function isNumeric(schema: JsonSchema): boolean {
  const type = declaredType(schema);
  return type === 'number' || type === 'integer';
}

/** Removes `top_logprobs` where it means nothing, because no log probabilities are asked for. */
export function dropLoneTopLogprobs(fields: Record<string, unknown>): ReportEntry[] {
  const { top_logprobs: sent, logprobs } = fields;
  if (typeof sent !== 'number' || sent === 0 || logprobs === true) return [];
  delete fields.top_logprobs;
  const detail = 'top_logprobs has no effect without logprobs: true.';
  return [{ name: 'top_logprobs', change: 'ignored', detail, sent }];
}
