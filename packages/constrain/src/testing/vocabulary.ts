import { Vocabulary } from '../vocabulary/vocabulary.ts';

const MERGED = [
  ...['{"', '":', '",', '"}', '":"', '","', '"],', '[]', '{}', '[{', '}]', '},{', ', ', ': ', ' "', '\n  '],
  ...['true', 'false', 'null', 'tr', 'ue', '10', '00', '12', '-1', '0.', '.5', '1,', '2]', '3}', 'e1'],
  ...[
    'a',
    'ab',
    'abc',
    'name',
    'na',
    'me"',
    'me":',
    'a"',
    'b",',
    'x":1',
    'é',
    '€',
    '😀',
    '\\n',
    '\\u00',
    '\\"',
    'a\\n"',
  ],
  ...[
    '<',
    '</',
    'tool>',
    'if',
    'else',
    ' + ',
    '(',
    ')',
    '"a":1,"',
    '1,1',
    '"a","a"',
    '"a","b"',
    '],[',
    '}},',
  ],
];

/** All single bytes and some longer tokens; the last id ends the text. */
export function smallVocabulary(): Vocabulary {
  const encoder = new TextEncoder();
  const tokens = Array.from({ length: 256 }, (_, b) => Uint8Array.of(b));
  for (const text of MERGED) tokens.push(encoder.encode(text));
  tokens.push(encoder.encode('😀').slice(0, 2), encoder.encode('a€').slice(0, 2), new Uint8Array(0));
  return Vocabulary.from(tokens, { endOfText: [tokens.length - 1] });
}
