import type { ChatCompletionRequest, Tool } from '@parley/protocol';
import { invalidRequest } from '@parley/protocol/errors';
import type { ToolSpec } from './format.ts';

/** The parameters that say what may be called. */
export type ToolParameters = Partial<
  Pick<ChatCompletionRequest, 'tools' | 'tool_choice' | 'parallel_tool_calls' | 'functions' | 'function_call'>
>;

/** What may be called and what must be. */
export interface ToolUse {
  /** Every tool of the request, for the prompt. */
  readonly declared: readonly ToolSpec[];
  /** Those that may be called; none where the answer must be text. */
  readonly callable: readonly ToolSpec[];
  readonly required: boolean;
  readonly parallel: boolean;
  /** Where the caller wrote the schema of a tool, for errors. */
  readonly parameterOf: (tool: ToolSpec) => string;
}

const MAX_TOOLS = 512;

/** Throws an ApiError 400 for choices that no tool answers to. Undefined: the request has no tools. */
export function toolUse(parameters: ToolParameters): ToolUse | undefined {
  const legacy = parameters.functions?.length ?? 0;
  const listed = parameters.tools?.length ?? 0;
  if (legacy > 0 && listed > 0) {
    throw invalidRequest(
      'functions',
      'functions is the older form of tools; only one of them may be given.',
      'conflicting_parameters',
    );
  }
  checkChoiceNames(parameters, legacy, listed);
  if (legacy + listed === 0) return undefined;
  const param = legacy > 0 ? 'functions' : 'tools';
  const declared =
    legacy > 0
      ? (parameters.functions ?? []).map(
          ({ name, parameters: schema }): ToolSpec => ({
            kind: 'function',
            name,
            parameters: schema ?? undefined,
          }),
        )
      : (parameters.tools ?? []).map(toolSpec);
  checkNames(declared, param);
  const choice = chosen(parameters, declared);
  return {
    declared,
    ...choice,
    // The older form knows one call per answer.
    parallel: legacy === 0 && parameters.parallel_tool_calls !== false,
    parameterOf: (tool) => schemaPlace(param, declared.indexOf(tool), tool),
  };
}

function schemaPlace(param: string, index: number, tool: ToolSpec): string {
  if (param === 'functions') return `functions[${index}].parameters`;
  return tool.kind === 'function'
    ? `tools[${index}].function.parameters`
    : `tools[${index}].custom.format.grammar.definition`;
}

function toolSpec(tool: Tool): ToolSpec {
  if (!('custom' in tool)) {
    const { name, parameters } = tool.function;
    return { kind: 'function', name, parameters: parameters ?? undefined };
  }
  const { name, format } = tool.custom;
  if (format?.type !== 'grammar') return { kind: 'custom', name, format: { type: 'text' } };
  const { syntax, definition } = format.grammar;
  return syntax === 'regex'
    ? { kind: 'custom', name, format: { type: 'regex', pattern: definition } }
    : { kind: 'custom', name, format: { type: 'lark', grammar: definition } };
}

function checkNames(tools: readonly ToolSpec[], param: string): void {
  if (tools.length > MAX_TOOLS) {
    throw invalidRequest(param, `${param} must have at most ${MAX_TOOLS} entries, got ${tools.length}.`);
  }
  const seen = new Set<string>();
  for (const [index, { name, kind }] of tools.entries()) {
    const at =
      param === 'functions'
        ? `functions[${index}].name`
        : `tools[${index}].${kind === 'function' ? 'function' : 'custom'}.name`;
    if (!/^[\w.:/-]{1,256}$/.test(name)) {
      throw invalidRequest(
        at,
        `${at} must be 1 to 256 letters, digits or characters of _ - . : /, got ${JSON.stringify(name.slice(0, 80))}.`,
      );
    }
    if (seen.has(name)) throw invalidRequest(at, `${at}: another tool has the name '${name}' already.`);
    seen.add(name);
  }
}

/** A choice of tools without any is a mistake, not a wish for none. */
function checkChoiceNames(parameters: ToolParameters, functions: number, tools: number): void {
  const { tool_choice: choice, function_call: legacyChoice } = parameters;
  if (tools + functions === 0) {
    if (choice != null && choice !== 'none' && choice !== 'auto') {
      throw invalidRequest('tool_choice', 'tool_choice asks for a call, but there are no tools.');
    }
    if (legacyChoice != null && typeof legacyChoice === 'object') {
      throw invalidRequest('function_call', 'function_call asks for a call, but there are no functions.');
    }
    return;
  }
  if (functions > 0 && choice != null && choice !== 'auto' && choice !== 'none') {
    throw invalidRequest(
      'tool_choice',
      'tool_choice goes with tools; with functions use function_call.',
      'conflicting_parameters',
    );
  }
  if (tools > 0 && legacyChoice != null && legacyChoice !== 'auto' && legacyChoice !== choice) {
    throw invalidRequest(
      'function_call',
      'function_call goes with functions; with tools use tool_choice.',
      'conflicting_parameters',
    );
  }
  if (functions > 0 && choice === 'none' && legacyChoice != null && legacyChoice !== 'none') {
    throw invalidRequest(
      'tool_choice',
      "tool_choice: 'none' and function_call contradict each other; with functions use function_call.",
      'conflicting_parameters',
    );
  }
}

function chosen(
  parameters: ToolParameters,
  declared: readonly ToolSpec[],
): { callable: readonly ToolSpec[]; required: boolean } {
  const { tool_choice: choice, function_call: legacyChoice } = parameters;
  if (legacyChoice != null && parameters.functions?.length) {
    if (legacyChoice === 'none') return { callable: [], required: false };
    if (legacyChoice !== 'auto') {
      return {
        callable: [named(declared, 'function', legacyChoice.name, 'function_call.name')],
        required: true,
      };
    }
  }
  if (choice === 'none') return { callable: [], required: false };
  if (choice == null || choice === 'auto') return { callable: declared, required: false };
  if (choice === 'required' || choice === 'any') return { callable: declared, required: true };
  if ('allowed_tools' in choice) {
    const { mode, tools } = choice.allowed_tools;
    const callable = tools.map((one, i) => {
      const at = `tool_choice.allowed_tools.tools[${i}]`;
      return 'custom' in one
        ? named(declared, 'custom', one.custom.name, `${at}.custom.name`)
        : named(declared, 'function', one.function.name, `${at}.function.name`);
    });
    return { callable: [...new Set(callable)], required: mode === 'required' };
  }
  const one =
    'custom' in choice
      ? named(declared, 'custom', choice.custom.name, 'tool_choice.custom.name')
      : named(declared, 'function', choice.function.name, 'tool_choice.function.name');
  return { callable: [one], required: true };
}

function named(tools: readonly ToolSpec[], kind: ToolSpec['kind'], name: string, param: string): ToolSpec {
  const found = tools.find((tool) => tool.kind === kind && tool.name === name);
  if (found) return found;
  const names = tools.filter((tool) => tool.kind === kind).map((tool) => `'${tool.name}'`);
  throw invalidRequest(
    param,
    `${param}: there is no ${kind} tool '${name.slice(0, 80)}'; there ${names.length === 1 ? 'is' : 'are'} ${names.slice(0, 20).join(', ') || 'none'}.`,
  );
}
