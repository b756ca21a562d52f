import type { CustomSpec, FunctionSpec, TagFormat, ToolSpec } from './format.ts';

/** The form of a call's arguments: an object that is valid for the tool's schema. */
export function argumentsFormat(tool: ToolSpec): TagFormat {
  return { type: 'json_schema', json_schema: argumentsSchema(tool) };
}

/** JSON Schema of a call's arguments; a custom tool's input is the only one it has, by the name of `input`. */
export function argumentsSchema(tool: ToolSpec): Readonly<Record<string, unknown>> {
  return tool.kind === 'function' ? functionSchema(tool) : inputSchema(tool);
}

function functionSchema({ parameters }: FunctionSpec): Readonly<Record<string, unknown>> {
  if (!parameters) return { type: 'object', properties: {}, additionalProperties: false };
  const { type, $ref, allOf, ...rest } = parameters;
  // Drafts up to 7 ignore what stands beside a reference, so it gets a place of its own.
  const parts = [
    ...(Array.isArray(allOf) ? allOf : []),
    ...($ref === undefined ? [] : [{ $ref }]),
    ...(type === undefined || type === 'object' ? [] : [{ type }]),
  ];
  return { ...rest, type: 'object', ...(parts.length > 0 && { allOf: parts }) };
}

function inputSchema({ format }: CustomSpec): Readonly<Record<string, unknown>> {
  const input = {
    type: 'string',
    // A schema's pattern may match anywhere, a tool's has to match all of the input.
    ...(format.type === 'regex' && { pattern: `^(?:${format.pattern})$` }),
  };
  return { type: 'object', properties: { input }, required: ['input'], additionalProperties: false };
}

/** Whether the input of a tool cannot stand in a JSON string: a grammar knows nothing of escapes. */
export function isRaw(tool: ToolSpec): tool is CustomSpec {
  return tool.kind === 'custom' && tool.format.type === 'lark';
}

/** The input of a custom tool as it is, up to a mark that must not occur in it. */
export function rawInput({ format }: CustomSpec, end: string): TagFormat {
  switch (format.type) {
    case 'text':
      return { type: 'any_text', excludes: [end] };
    case 'regex':
      return { type: 'regex', pattern: format.pattern };
    case 'lark':
      return { type: 'grammar', syntax: 'lark', grammar: format.grammar };
  }
}
