import type { ToolSpec } from './format.ts';
import type { AnswerInput, Reading } from './input.ts';
import { isRaw } from './json-arguments.ts';
import { readArguments } from './json-input.ts';

/**
 * Gives a call's content to the open call: a JSON object, or the input of a custom tool as it is, which one of the marks
 * ends. That mark, and what may stand before it behind an object, is left.
 */
export function* readCallContent(input: AnswerInput, tool: ToolSpec, ends: readonly string[]): Reading {
  if (!isRaw(tool)) {
    input.skip(yield* input.blanks());
    if ((yield* input.at(0)) === '{') {
      yield* readArguments(input, tool);
      return;
    }
  }
  let isEmpty = true;
  const end = yield* input.before(ends, (length) => {
    isEmpty &&= length === 0;
    input.argueNext(length);
  });
  // A call without arguments may have nothing at all.
  if (isEmpty && end !== undefined && tool.kind === 'function') input.argue('{}');
}

/** Where a mark stands, at most `limit` code units behind a place of the input. Undefined: not there. */
export function* findAhead(
  input: AnswerInput,
  mark: string,
  from: number,
  limit: number,
): Reading<number | undefined> {
  for (;;) {
    const at = input.rest.indexOf(mark, from);
    if (at >= 0) return at - from <= limit ? at : undefined;
    if (input.rest.length >= from + limit + mark.length || (yield* input.at(input.rest.length)) === '')
      return undefined;
  }
}

/** The tool whose name is all of a text but for the beginning of the mark that ends names, where the answer was cut. */
export function cutName(text: string, mark: string, tools: readonly ToolSpec[]): ToolSpec | undefined {
  return tools.find(({ name }) => {
    const rest = text.startsWith(name) ? text.slice(name.length) : '';
    return rest !== '' && mark.startsWith(rest);
  });
}

/** Names have at most 256 characters; white space and an index may stand beside them. */
export const MAX_NAME = 300;
