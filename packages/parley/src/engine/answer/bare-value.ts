import { escapeJson } from './escapes.ts';
import type { TagFormat } from './format.ts';
import type { AnswerInput, Reading } from './input.ts';
import { readValue } from './json-input.ts';
import { JsonScanner } from './json-scanner.ts';
import type { Parameter } from './plain-parameters.ts';

/** An argument with strings as they are, without quotes, and all else as JSON. `end` must not occur in strings. */
export function bareValue({ schema, kind }: Parameter, end: string): TagFormat {
  if (kind === 'other') return { type: 'json_schema', json_schema: schema };
  // Where both may come, a text that can be JSON is JSON.
  return {
    type: 'json_schema',
    json_schema: schema,
    style: 'bare',
    excludes: [end],
    unlike_json: kind === 'any',
  };
}

/**
 * Gives such an argument to the open call as JSON, up to the first of the marks, which stays. Of several marks the others
 * are the last one with white space before it. False: the answer ended before it.
 */
export function* readBareValue(
  input: AnswerInput,
  kind: Parameter['kind'],
  marks: readonly string[],
): Reading<boolean> {
  if (kind === 'string') return yield* readText(input, marks);
  const blanks = yield* input.blanks();
  const first = yield* input.at(blanks);
  if (first === '{' || first === '[') {
    if (kind === 'other') {
      input.skip(blanks);
      if (!(yield* readValue(input, new JsonScanner(), (length) => input.argueNext(length)))) return false;
      return yield* input.skipBefore(marks);
    }
    const length = yield* jsonLength(input, blanks, marks);
    if (length !== undefined) {
      input.skip(blanks);
      input.argueNext(length - blanks);
      return yield* input.skipBefore(marks);
    }
    return yield* readText(input, marks);
  }
  return yield* readScalar(input, marks);
}

function* readText(input: AnswerInput, marks: readonly string[]): Reading<boolean> {
  input.argue('"');
  const mark = yield* input.before(marks, (length) => {
    const text = escapeJson(input.rest.slice(0, length));
    input.skip(length);
    input.argue(text);
  });
  if (mark !== undefined) input.argue('"');
  return mark !== undefined;
}

/** A number or a word; anything else is a string. */
function* readScalar(input: AnswerInput, marks: readonly string[]): Reading<boolean> {
  let text = '';
  const mark = yield* input.before(marks, (length) => {
    text += input.rest.slice(0, length);
    input.skip(length);
  });
  const word = text.trim();
  input.argue(isJson(word) && !word.startsWith('"') ? word : (PYTHON[word] ?? `"${escapeJson(text)}"`));
  return mark !== undefined;
}

/** How models that were trained on Python write the words of JSON. */
const PYTHON: Readonly<Record<string, string>> = { True: 'true', False: 'false', None: 'null' };

/** Where the object or list ends that begins at a place; undefined if it is none or does not end at the mark. */
function* jsonLength(
  input: AnswerInput,
  from: number,
  marks: readonly string[],
): Reading<number | undefined> {
  const scanner = new JsonScanner();
  let at = from;
  do {
    at += scanner.scan(input.rest.slice(at));
  } while (!scanner.done && (yield* input.more()));
  if (!scanner.done || !isJson(input.rest.slice(from, at))) return undefined;
  const blanks = yield* input.blanks(at);
  return (yield* input.startsWith(marks.at(-1) ?? '', at + blanks)) ? at : undefined;
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
