import { type Escapes, JSON_ESCAPES, unescapeText } from './escapes.ts';
import type { ToolSpec } from './format.ts';
import type { AnswerInput, Reading } from './input.ts';
import { JsonScanner } from './json-scanner.ts';

/**
 * Gives the JSON object that comes next to the open call: as it stands to a function, of its property `input` the text
 * to a custom tool. False: the answer ended inside of it.
 */
export function* readArguments(input: AnswerInput, tool: ToolSpec): Reading<boolean> {
  if (tool.kind === 'custom') {
    const head = yield* inputHead(input);
    if (head !== undefined) {
      input.skip(head);
      return (yield* readString(input)) && (yield* closeObject(input));
    }
  }
  return yield* readValue(input, new JsonScanner(), (length) => input.argueNext(length));
}

/** Uses up what is left of an object behind one of its values; nothing where the object does not go on. */
export function* closeObject(input: AnswerInput): Reading<boolean> {
  const blanks = yield* input.blanks();
  const next = yield* input.at(blanks);
  if (next === '') return false;
  if (next !== '}' && next !== ',') return true;
  return yield* readValue(input, new JsonScanner(1), (length) => input.skip(length));
}

/** Uses up the JSON object or list that comes next; false: the answer ended inside of it. */
export function* readValue(
  input: AnswerInput,
  scanner: JsonScanner,
  use: (length: number) => void,
): Reading<boolean> {
  do {
    use(scanner.scan(input.rest));
    if (scanner.done) return true;
  } while (yield* input.more());
  return false;
}

/** Length of `{"input": "`; undefined where something else comes. */
function* inputHead(input: AnswerInput): Reading<number | undefined> {
  let at = 0;
  for (const token of ['{', '"input"', ':', '"']) {
    at += yield* input.blanks(at);
    if (!(yield* input.startsWith(token, at))) return undefined;
    at += token.length;
  }
  return at;
}

/** Gives the rest of a string to the open call, and uses up its end mark; false: the answer ended inside of it. */
export function* readString(
  input: AnswerInput,
  { escapes = JSON_ESCAPES, end = '"', write = (text) => text }: StringOptions = {},
): Reading<boolean> {
  for (;;) {
    const isLast = input.ended;
    const { value, used, ended } = unescapeText(input.rest, isLast, escapes, end);
    input.skip(used);
    input.argue(write(value));
    if (ended) {
      input.skip(end.length);
      return true;
    }
    if (isLast) return false;
    yield* input.more();
  }
}

export interface StringOptions {
  readonly escapes?: Escapes;
  readonly end?: string;
  /** What its characters become in the arguments. */
  readonly write?: (text: string) => string;
}
