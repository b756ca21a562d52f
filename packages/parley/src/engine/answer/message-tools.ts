import { isDeepStrictEqual } from 'node:util';
import type { Tool } from '@parley/protocol';
import { ApiError, invalidRequest } from '@parley/protocol/errors';
import type { ChatRequest } from '../../core/complete.ts';
import type { ParameterReport } from '../../core/report.ts';

export interface WithMessageTools<T> {
  readonly request: T;
  /** An error as the caller has to see it: with the place where the tool was written. */
  readonly placed: (error: unknown) => unknown;
}

/**
 * Tools that a message brings along may be called from there on, like those of the request: they are moved there, because
 * no chat template has a place for them in the middle of a conversation. One that is declared again in the same words is
 * one tool; in other words it is a 400.
 */
export function withMessageTools<T extends Pick<ChatRequest, 'input' | 'parameters'>>(
  request: T,
  report?: ParameterReport,
): WithMessageTools<T> {
  const { input, parameters } = request;
  const brought = input.kind === 'messages' ? broughtTools(input.messages) : [];
  if (input.kind !== 'messages' || brought.length === 0) return { request, placed: (error) => error };
  const tools = [...(parameters.tools ?? [])];
  const places: string[] = tools.map((_, index) => `tools[${index}]`);
  for (const { tool, place } of brought) {
    const param = place.slice(0, place.lastIndexOf('['));
    report?.add(param, 'translated', 'The tools of a message count as tools of the request.');
    const same = tools.findIndex((one) => nameOf(one) === nameOf(tool));
    if (same < 0) {
      tools.push(tool);
      places.push(place);
    } else if (!isDeepStrictEqual(definitionOf(tools[same]!), definitionOf(tool))) {
      throw invalidRequest(
        `${place}.function.name`,
        `${place}: ${places[same]} defines a tool '${nameOf(tool)}' already, in another way.`,
      );
    }
  }
  const messages = input.messages.map((message) => {
    if (!('tools' in message)) return message;
    const { tools: _moved, ...rest } = message;
    return rest;
  });
  return {
    request: { ...request, input: { kind: 'messages', messages }, parameters: { ...parameters, tools } },
    placed: (error) => placedError(error, places),
  };
}

function broughtTools(
  messages: readonly object[],
): readonly { readonly tool: Tool; readonly place: string }[] {
  return messages.flatMap((message, index) =>
    'tools' in message && Array.isArray(message.tools)
      ? message.tools.map((tool: Tool, at) => ({ tool, place: `messages[${index}].tools[${at}]` }))
      : [],
  );
}

function nameOf(tool: Tool): string {
  return 'custom' in tool ? tool.custom.name : tool.function.name;
}

/** `type` may be left out, and null means the same as absence. */
function definitionOf(tool: Tool): unknown {
  const given = 'custom' in tool ? tool.custom : tool.function;
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value != null));
}

function placedError(error: unknown, places: readonly string[]): unknown {
  if (!(error instanceof ApiError)) return error;
  const [start = '', index] = error.param?.match(/^tools\[(\d+)\]/) ?? [];
  const place = places[Number(index)];
  if (index === undefined || place === undefined || place === start) return error;
  const options = error.toOptions();
  return new ApiError({
    ...options,
    param: place + error.param!.slice(start.length),
    message: options.message.replaceAll(start, place),
    cause: error.cause,
  });
}
