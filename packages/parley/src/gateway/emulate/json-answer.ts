import { isObject } from '../dialects/json.ts';
import type { JsonDemand } from '../providers/json-demand.ts';
import type { Validate } from './conforms.ts';

/** An answer as it was demanded, perhaps freed of the fence around it; or what is wrong with it. */
export type Verdict = { readonly json: string } | { readonly problem: string };

export function judged(text: string, { schema }: JsonDemand, validate: Validate): Verdict {
  const json = unfenced(text);
  const parsed = parse(json);
  if ('problem' in parsed) return parsed;
  const { value } = parsed;
  if (schema === undefined) return isObject(value) ? { json } : { problem: 'it is no JSON object' };
  const problem = validate(schema, value);
  return problem === undefined ? { json } : { problem };
}

/** Many models cannot be kept from wrapping JSON into a code block. */
function unfenced(text: string): string {
  return /^\s*```(?:json)?[ \t]*\r?\n([\s\S]*?)\r?\n?```\s*$/i.exec(text)?.[1] ?? text;
}

function parse(text: string): { readonly value: unknown } | { readonly problem: string } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { problem: `it is not JSON: ${error.message.slice(0, 200)}` };
  }
}

/** What the model is told of the demand. */
export function instruction({ schema }: JsonDemand): string {
  const what =
    schema === undefined
      ? 'one JSON object'
      : `one JSON value that conforms to this JSON Schema:\n${JSON.stringify(schema)}\n`;
  return `Answer with ${what}${schema === undefined ? ', ' : ''}and nothing else: no explanation and no code block.`;
}

export function correction(problem: string): string {
  return `That answer cannot be used: ${problem}. Answer again with the corrected JSON alone.`;
}
