/** How a language writes characters within quotes. */
export interface Escapes {
  /** What one letter behind a backslash stands for. */
  readonly short: Readonly<Record<string, string>>;
  /** Letters that hexadecimal digits follow, and how many. */
  readonly hex: Readonly<Record<string, number>>;
  /** Whether the backslash of an unknown escape is a character of the string. */
  readonly keepsUnknown: boolean;
}

const SHORT = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', '/': '/' };

export const JSON_ESCAPES: Escapes = { short: SHORT, hex: { u: 4 }, keepsUnknown: false };

/** Without names of characters and octal numbers. The slash is JSON's: constraints write strings as JSON. */
export const PYTHON_ESCAPES: Escapes = {
  short: { ...SHORT, a: '\x07', v: '\v', '0': '\0', "'": "'", '\n': '' },
  hex: { x: 2, u: 4, U: 8 },
  keepsUnknown: true,
};

export interface Unescaped {
  readonly value: string;
  /** Code units of the source that the value was made of; the rest cannot be told yet. */
  readonly used: number;
  /** Whether the string ends behind them. */
  readonly ended: boolean;
}

/**
 * Reads the inside of a string that comes in pieces, up to its end mark. Halves of a pair of surrogates are never given
 * out apart where both are escapes.
 */
export function unescapeText(source: string, isLast: boolean, escapes: Escapes, end = '"'): Unescaped {
  let value = '';
  let at = 0;
  while (at < source.length) {
    const character = source[at]!;
    if (character === end[0]) {
      const known = source.slice(at, at + end.length);
      if (known === end) return { value, used: at, ended: true };
      if (end.startsWith(known) && !isLast) break;
    }
    if (character !== '\\') {
      const stop = nextStop(source, at + 1, end);
      value += source.slice(at, stop);
      at = stop;
      continue;
    }
    const found = readEscape(source, at, isLast, escapes);
    if (!found) break;
    value += found.value;
    at += found.length;
  }
  return { value, used: at, ended: false };
}

/** Where the next character stands that may be more than itself. */
function nextStop(source: string, from: number, end: string): number {
  let at = from;
  while (at < source.length && source[at] !== '\\' && source[at] !== end[0]) at++;
  return at;
}

/** Undefined where more text is needed. */
function readEscape(
  source: string,
  at: number,
  isLast: boolean,
  { short, hex, keepsUnknown }: Escapes,
): { readonly value: string; readonly length: number } | undefined {
  const kind = source[at + 1];
  if (kind === undefined) return isLast ? { value: '', length: 1 } : undefined;
  const known = short[kind];
  if (known !== undefined) return { value: known, length: 2 };
  const unknown = { value: keepsUnknown ? `\\${kind}` : kind, length: 2 };
  const digits = hex[kind];
  if (digits === undefined) return unknown;
  const length = 2 + digits;
  const point = hexNumber(source.slice(at + 2, at + length), digits);
  if (point === undefined) return source.length < at + length && !isLast ? undefined : unknown;
  if (!isLast && isHighSurrogate(point) && mayBeEscape(source.slice(at + length, at + 2 * length)))
    return undefined;
  return { value: String.fromCodePoint(point), length };
}

function hexNumber(digits: string, count: number): number | undefined {
  if (digits.length < count || !/^[0-9a-fA-F]+$/.test(digits)) return undefined;
  const value = Number.parseInt(digits, 16);
  return value <= 0x10ffff ? value : undefined;
}

const isHighSurrogate = (point: number): boolean => point >= 0xd800 && point < 0xdc00;

/** Whether a text is the beginning of an escape with four digits, but not all of it. */
const mayBeEscape = (text: string): boolean => text.length < 6 && '\\u'.startsWith(text.slice(0, 2));

/** The inside of a JSON string; halves of a pair of surrogates pass as they are, so that a text may come in pieces. */
export function escapeJson(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON has to escape them
  return text.replace(/["\\\u0000-\u001f]/g, (character) => JSON.stringify(character).slice(1, -1));
}
