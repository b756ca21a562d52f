import type { FunctionDefinition } from '@parley/protocol';
import type { Parameters } from '../../core/complete.ts';

/** The tools of a request in plain words, for upstreams with other names for them. */
export interface ToolWish {
  readonly tools: readonly FunctionDefinition[];
  readonly mode: 'auto' | 'required' | 'none';
  /** The only ones that may be called; undefined: all. */
  readonly allowed: readonly string[] | undefined;
  readonly parallel: boolean;
}

/** Undefined where the request has no tools. */
export function toolWish({
  tools,
  tool_choice: choice,
  parallel_tool_calls: parallel,
}: Parameters): ToolWish | undefined {
  const functions = tools?.flatMap((tool) => ('function' in tool ? tool.function : [])) ?? [];
  if (functions.length === 0) return undefined;
  const wish = { tools: functions, allowed: undefined, parallel: parallel !== false };
  if (choice === undefined || choice === null) return { ...wish, mode: 'auto' };
  if (typeof choice === 'string') return { ...wish, mode: choice === 'any' ? 'required' : choice };
  if ('function' in choice) return { ...wish, mode: 'required', allowed: [choice.function.name] };
  if (!('allowed_tools' in choice)) return { ...wish, mode: 'auto' };
  const { mode, tools: named } = choice.allowed_tools;
  const allowed = named.flatMap((tool) => ('function' in tool ? tool.function.name : []));
  return { ...wish, mode, allowed };
}
