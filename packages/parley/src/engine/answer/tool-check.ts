import type { OutputForm } from '../constraint/output-form.ts';
import { argumentsSchema } from './json-arguments.ts';
import type { ToolParameters, ToolUse } from './tools.ts';

/** Each schema on its own first, so that an error names its place in the request. */
export function checkTools(tools: ToolUse, parameters: ToolParameters, check: (form: string) => void): void {
  for (const [index, tool] of tools.declared.entries()) {
    const param = tools.parameterOf(tool);
    const one = (constraint: OutputForm['constraint'], options: OutputForm['options'] = {}): void =>
      check(JSON.stringify({ constraint, options, param } satisfies OutputForm));
    if (tool.kind === 'function') {
      const listed = parameters.tools?.[index];
      const definition = listed && 'function' in listed ? listed.function : parameters.functions?.[index];
      const strict = definition?.strict === true;
      if (!tool.parameters) continue;
      one({ jsonSchema: tool.parameters }, { declaredOrder: true, ...(strict && { strict }) });
      // Arguments are an object: a schema may allow none.
      if (tool.parameters.type !== 'object')
        one({ jsonSchema: argumentsSchema(tool) }, { declaredOrder: true });
    } else if (tool.format.type === 'regex') one({ regex: tool.format.pattern });
    else if (tool.format.type === 'lark') one({ grammar: tool.format.grammar, syntax: 'lark' });
  }
}
