import { isDeepStrictEqual } from 'node:util';
import type { ChatRequest } from '../../core/complete.ts';
import type { ParameterReport } from '../../core/report.ts';

/**
 * Some clients declare each function twice, in `functions` and in `tools`. Where all of the older list is in the newer
 * one as well, the newer one alone is used.
 */
export function withoutTwins(request: ChatRequest, report: ParameterReport): ChatRequest {
  const { functions, function_call: _choice, ...rest } = request.parameters;
  const { tools } = rest;
  if (!functions?.length || !tools?.length) return request;
  const declared = tools.flatMap((tool) => ('function' in tool ? [tool.function] : []));
  if (!functions.every((twin) => declared.some((tool) => isDeepStrictEqual(tool, twin)))) return request;
  report.add('functions', 'translated', 'tools declares the same functions; answers have the form of tools.');
  return { ...request, parameters: rest };
}
