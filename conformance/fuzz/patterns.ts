import fc, { type Arbitrary } from 'fast-check';

/** Regular expressions: sound, odd, and such as kill naive implementations. */
export const regexes: Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '[a-z]{1,5}',
    '(a|b)*c',
    '^yes$',
    '\\d{3}-\\d{4}',
    '(?:é|日本){2}',
    '\\p{L}+',
    '[^a]',
    '',
    '.*',
  ),
  fc.constantFrom(
    '(a+)+$',
    '(a|a)*b',
    '(x{0,999}){0,999}',
    '((((a?){9}){9}){9}){9}',
    'a{99999999}',
    '(.*a){20}',
  ),
  fc.constantFrom(
    '(',
    '[z-a]',
    'a**',
    '\\',
    '(?<n>a)\\k<n>',
    '(?=a)b',
    '(?!a)b',
    '\\1',
    '\\b',
    '\\u{110000}',
    '(?i)A',
  ),
  fc.string({ maxLength: 12 }),
);

export const grammars: Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    'root ::= "yes" | "no"',
    'root ::= item ("," item)*\nitem ::= [a-z]+ | "(" root ")"',
    'start: "a" WORD\nWORD: /[a-z]+/',
    'root ::= root "a" | "b"',
  ),
  fc.constantFrom(
    'root ::= root',
    'root ::= ""',
    'root ::= a\na ::= b\nb ::= a',
    'root ::=',
    '::=',
    'start: start start | ',
    'root ::= "\\x"',
  ),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
);
