import type { Infer, Schema } from '../schema/infer.ts';
import { type Prepared, prepare, type ToJsonSchema } from '../schema/schema.ts';
import type { ResponseToolCall } from '../wire/chat-answer.ts';
import type { FunctionTool } from '../wire/tools.ts';

export interface ToolContext {
  readonly call: ResponseToolCall;
  /** Aborted when the run ends before its time. */
  readonly signal: AbortSignal;
}

export interface ToolDefinition<S extends Schema, Result> {
  name: string;
  /** What the tool does and when to call it; shown to the model. */
  description?: string | undefined;
  /** Schema of the arguments, an object. */
  parameters: S;
  /** JSON Schema of `parameters`, or what makes it, where the library does not. */
  jsonSchema?: ToJsonSchema<S> | undefined;
  /** Whether the server enforces the schema, in the form of strict modes. Default: true. */
  strict?: boolean | undefined;
  /** Does the work. The model is told the result: a text as it is, anything else as JSON. */
  execute(input: Infer<S>, context: ToolContext): Result | Promise<Result>;
}

/** A tool that `runTools` can call itself. */
export interface RunnableTool {
  readonly definition: FunctionTool;
  /** Throws InvalidValueError if the arguments do not fit. */
  run(input: unknown, context: ToolContext): Promise<unknown>;
}

/** Throws SchemaError for parameters that cannot be sent. */
export function tool<const S extends Schema, Result>(definition: ToolDefinition<S, Result>): RunnableTool {
  const { name, description, parameters, jsonSchema, strict = true } = definition;
  const prepared: Prepared<Infer<S>> = prepare<S>(parameters, { jsonSchema, strict });
  return {
    definition: { type: 'function', function: { name, description, parameters: prepared.json, strict } },
    async run(input, context) {
      return definition.execute(await prepared.read(input), context);
    },
  };
}
