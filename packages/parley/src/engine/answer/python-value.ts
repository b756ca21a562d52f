import { isJson } from './bare-value.ts';
import { escapeJson, PYTHON_ESCAPES } from './escapes.ts';
import type { AnswerInput, Reading } from './input.ts';
import { readString } from './json-input.ts';

const WORDS: Readonly<Record<string, string>> = { True: 'true', False: 'false', None: 'null' };
const OPEN: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}' };
const MAX_DEPTH = 200;

/** Gives the Python literal that comes next to the open call, as JSON. False: it ends nowhere, or is none. */
export function* readPythonValue(input: AnswerInput, depth = 0): Reading<boolean> {
  input.skip(yield* input.blanks());
  const first = yield* input.at(0);
  if (first === '' || depth > MAX_DEPTH) return false;
  const close = OPEN[first];
  if (close !== undefined) {
    input.skip(1);
    return yield* readItems(input, close, depth);
  }
  const prefix = yield* quoteAt(input);
  if (prefix === undefined) return yield* readWord(input);
  input.argue('"');
  if (!(yield* readQuoted(input, prefix, escapeJson))) return false;
  input.argue('"');
  return true;
}

/** Gives the string literal that comes next to the open call, as the text it stands for; false as above. */
export function* readPythonText(input: AnswerInput): Reading<boolean> {
  input.skip(yield* input.blanks());
  const prefix = yield* quoteAt(input);
  return prefix !== undefined && (yield* readQuoted(input, prefix, (text) => text));
}

/** A list or a dictionary behind its bracket. */
function* readItems(input: AnswerInput, close: string, depth: number): Reading<boolean> {
  const isObject = close === '}';
  input.argue(isObject ? '{' : '[');
  for (let count = 0; ; count++) {
    if (yield* input.skipBlanksAnd(close)) {
      input.argue(isObject ? '}' : ']');
      return true;
    }
    if (count > 0) {
      if (!(yield* input.skipBlanksAnd(','))) return false;
      // A comma may stand behind the last item too.
      if (yield* input.startsWith(close, yield* input.blanks())) continue;
      input.argue(', ');
    }
    if (isObject) {
      if (!(yield* readKey(input)) || !(yield* input.skipBlanksAnd(':'))) return false;
      input.argue(': ');
    }
    if (!(yield* readPythonValue(input, depth + 1))) return false;
  }
}

function* readKey(input: AnswerInput): Reading<boolean> {
  const blanks = yield* input.blanks();
  if (/^[[({]$/.test(yield* input.at(blanks))) return false;
  input.skip(blanks);
  input.argue('"');
  const prefix = yield* quoteAt(input);
  if (prefix === undefined) input.argue(escapeJson(yield* takeWord(input)));
  else if (!(yield* readQuoted(input, prefix, escapeJson))) return false;
  input.argue('"');
  return true;
}

/** Length of the letters before the quote of a string literal; undefined where none comes next. */
function* quoteAt(input: AnswerInput): Reading<number | undefined> {
  const first = yield* input.at(0);
  if (first === '"' || first === "'") return 0;
  return /^[rRbBuU]$/.test(first) && /^["']$/.test(yield* input.at(1)) ? 1 : undefined;
}

function* readQuoted(input: AnswerInput, prefix: number, write: (text: string) => string): Reading<boolean> {
  const isRaw = /^[rR]/.test(input.rest);
  const quote = input.rest[prefix]!;
  const isTriple = yield* input.startsWith(quote.repeat(3), prefix);
  const end = isTriple ? quote.repeat(3) : quote;
  input.skip(prefix + end.length);
  if (!isRaw) return yield* readString(input, { escapes: PYTHON_ESCAPES, end, write });
  const mark = yield* input.before([end], (length) => {
    const text = input.rest.slice(0, length);
    input.skip(length);
    input.argue(write(text));
  });
  if (mark !== undefined) input.skip(mark.length);
  return mark !== undefined;
}

function* readWord(input: AnswerInput): Reading<boolean> {
  const word = yield* takeWord(input);
  if (word === '') return false;
  const plain = word.replace(/(?<=\d)_(?=\d)/g, '');
  const number = Number(plain);
  if (WORDS[word] !== undefined) input.argue(WORDS[word]);
  else if (isJson(plain)) input.argue(plain);
  else input.argue(Number.isFinite(number) ? String(number) : `"${escapeJson(word)}"`);
  return true;
}

function* takeWord(input: AnswerInput): Reading<string> {
  let end = 0;
  while (/^[^\s,:=()[\]{}"']$/.test(yield* input.at(end))) end++;
  const word = input.rest.slice(0, end);
  input.skip(end);
  return word;
}
