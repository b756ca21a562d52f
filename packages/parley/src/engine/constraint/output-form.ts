import type { CompileOptions, Constraint } from '@parley/constrain';
import { invalidRequest } from '@parley/protocol/errors';
import type { Parameters } from '../../core/complete.ts';

/** The form that an answer must have. Plain data: it crosses threads as JSON, and equal JSON is compiled once. */
export interface OutputForm {
  readonly constraint: Constraint;
  readonly options: CompileOptions;
  /** Where the caller wrote it, for errors. */
  readonly param: string;
}

type StructuredOutputs = NonNullable<Parameters['structured_outputs']>;

export type FormParameters = Pick<Parameters, 'response_format' | 'structured_outputs'>;

/** What of the request constrains the answer; at most one thing may. */
export function outputForm(parameters: FormParameters): OutputForm | undefined {
  const format = parameters.response_format ?? undefined;
  const outputs = parameters.structured_outputs ?? undefined;
  const fromOutputs = outputs && Object.keys(outputs).length > 0 ? structuredOutputs(outputs) : undefined;
  if (!format || format.type === 'text') return fromOutputs;
  if (fromOutputs) {
    throw invalidRequest(
      'structured_outputs',
      "structured_outputs and response_format both say what form the answer must have; only one of them may, or response_format {type: 'text'}.",
      'conflicting_parameters',
    );
  }
  return responseFormat(format);
}

/** Fields of `structured_outputs` that choose between vLLM's implementations: there is one here. */
export function withoutEffect({ structured_outputs: outputs }: Parameters): string[] {
  const names = ['disable_fallback', '_backend', '_backend_was_auto'] as const;
  return names.filter((name) => outputs?.[name] != null).map((name) => `structured_outputs.${name}`);
}

function responseFormat(format: NonNullable<Parameters['response_format']>): OutputForm | undefined {
  const param = 'response_format';
  switch (format.type) {
    case 'text':
      return undefined;
    case 'json_object':
      return { constraint: { json: true }, options: {}, param };
    case 'json_schema': {
      const { schema, strict } = format.json_schema;
      if (schema == null) return { constraint: { json: true }, options: {}, param };
      return jsonSchema(schema, { strict: strict ?? false }, `${param}.json_schema.schema`);
    }
    case 'structural_tag':
      return { constraint: { structuralTag: format }, options: {}, param };
  }
}

function structuredOutputs(outputs: StructuredOutputs): OutputForm {
  const options: CompileOptions = {
    compact: outputs.disable_any_whitespace ?? false,
    closedObjects: outputs.disable_additional_properties ?? false,
    ...(outputs.whitespace_pattern != null && { whitespacePattern: outputs.whitespace_pattern }),
  };
  const at = (name: keyof StructuredOutputs) => `structured_outputs.${name}`;
  const { json, regex, choice, grammar, structural_tag: tag } = outputs;
  if (json != null) return jsonSchema(parsed(json, at('json')), options, at('json'));
  if (regex != null) return { constraint: { regex }, options, param: at('regex') };
  if (choice != null) return { constraint: { choice }, options, param: at('choice') };
  if (grammar != null) {
    return { constraint: { grammar, syntax: grammarSyntax(grammar) }, options, param: at('grammar') };
  }
  if (tag != null) {
    const param = at('structural_tag');
    return { constraint: { structuralTag: parsed(tag, param) }, options, param };
  }
  if (outputs.json_object) return { constraint: { json: true }, options, param: at('json_object') };
  throw invalidRequest(
    'structured_outputs',
    'structured_outputs must have exactly one of json, regex, choice, grammar, json_object: true, structural_tag.',
    'conflicting_parameters',
  );
}

/** Keys come in the order in which the schema names them, as OpenAI promises for structured outputs. */
function jsonSchema(schema: unknown, options: CompileOptions, param: string): OutputForm {
  return { constraint: { jsonSchema: schema }, options: { ...options, declaredOrder: true }, param };
}

function parsed(value: unknown, param: string): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw invalidRequest(param, `${param} must be JSON: ${reason.slice(0, 200)}.`);
  }
}

/** Lark writes `name: ...`, GBNF and the EBNF of vLLM's users `name ::= ...`. */
function grammarSyntax(grammar: string): 'ebnf' | 'lark' {
  return /^\s*[\w<-][\w>-]*\s*::=/m.test(grammar) ? 'ebnf' : 'lark';
}
