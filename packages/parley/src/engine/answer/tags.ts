import type { TagFormat } from './format.ts';

/** Structural tags, shorter to write. */

export const text = (value: string): TagFormat => ({ type: 'const_string', value });

/** `pattern` matches the whole text, in the syntax of ECMA-262. */
export const regex = (pattern: string): TagFormat => ({ type: 'regex', pattern });

export const sequence = (...elements: TagFormat[]): TagFormat => ({ type: 'sequence', elements });

export const either = (elements: readonly TagFormat[]): TagFormat =>
  elements.length === 1 ? elements[0]! : { type: 'or', elements };

export const optional = (content: TagFormat): TagFormat => ({ type: 'optional', content });

export const anyNumber = (content: TagFormat): TagFormat => ({ type: 'star', content });

/** Text in which none of the marks occurs. */
export const textWithout = (...excludes: string[]): TagFormat => ({ type: 'any_text', excludes });

/** One of the items, or several of them with a separator where that is allowed. */
export function items(one: TagFormat, separator: TagFormat, parallel: boolean): TagFormat {
  return parallel ? sequence(one, anyNumber(sequence(separator, one))) : one;
}

/** For patterns. */
export const escapeRegex = (value: string): string => value.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/** White space within a call: what families write there is a space or a line break, rarely an indentation. */
export const GAP = '[ \\n]{0,2}';
