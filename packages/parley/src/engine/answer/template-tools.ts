import type { ToolParameters } from './tools.ts';

/** JSON Schema of a custom tool's input, as templates are shown it: they know functions only. */
const CUSTOM_INPUT = {
  type: 'object',
  properties: { input: { type: 'string' } },
  required: ['input'],
} as const;

/**
 * Tools in the form that templates read. Tools that must not be called (`tool_choice: "none"`) are not shown. Null where
 * there are none, as in Python.
 */
export function templateTools(parameters: ToolParameters): readonly object[] | null {
  const { tools, functions, tool_choice: choice, function_call: legacyChoice } = parameters;
  if (tools?.length) {
    if (choice === 'none') return null;
    return tools.map((tool) => {
      if (!('custom' in tool)) return { ...tool, type: 'function' };
      const { name, description, format } = tool.custom;
      const grammar =
        format?.type === 'grammar'
          ? `The input follows this ${format.grammar.syntax === 'regex' ? 'regular expression' : 'Lark grammar'}:\n${format.grammar.definition}`
          : '';
      const text = [description ?? '', grammar].filter((part) => part !== '').join('\n');
      return { type: 'function', function: { name, description: text, parameters: CUSTOM_INPUT } };
    });
  }
  if (!functions?.length || (legacyChoice ?? choice) === 'none') return null;
  return functions.map((definition) => ({ type: 'function', function: definition }));
}
