import type { StructuredOutputs } from '@parley/protocol';
import type { Parameters } from '../../core/complete.ts';
import type { Provider } from '../target.ts';
import { hasOptions, schemaOf } from './json-demand.ts';
import { isNeutral } from './neutral.ts';

/**
 * vLLM's `structured_outputs` in the fields of another upstream. Undefined where it has none for it, or where they are
 * taken by a `response_format` of the same request.
 */
export function structuredFields(
  provider: Provider,
  parameters: Parameters,
): Readonly<Record<string, unknown>> | undefined {
  const outputs = parameters.structured_outputs;
  if (!outputs || hasOptions(outputs) || !isNeutral('response_format', parameters)) return undefined;
  const format = responseFormat(provider, outputs);
  if (format !== undefined) return { response_format: format };
  const { regex, grammar } = provider.constraints;
  if (outputs.regex && regex !== undefined) return { [regex]: outputs.regex };
  if (outputs.choice && regex !== undefined) return { [regex]: alternatives(outputs.choice) };
  if (outputs.grammar && grammar !== undefined) return { [grammar]: outputs.grammar };
  return undefined;
}

function responseFormat({ formats }: Provider, outputs: StructuredOutputs): unknown {
  if (outputs.json_object === true && formats.includes('json_object')) return { type: 'json_object' };
  if (outputs.json && formats.includes('json_schema')) {
    const schema = schemaOf(outputs.json);
    if (schema === undefined) return undefined;
    return { type: 'json_schema', json_schema: { name: 'answer', schema, strict: true } };
  }
  if (outputs.structural_tag && formats.includes('structural_tag')) {
    const tag = schemaOf(outputs.structural_tag);
    return tag && { ...tag, type: 'structural_tag' };
  }
  return undefined;
}

function alternatives(choices: readonly string[]): string {
  return `(${choices.map((choice) => choice.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|')})`;
}
