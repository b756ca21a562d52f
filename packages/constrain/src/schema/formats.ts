const DATE_31 = '(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])';
const DATE_30 = '(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)';
const LEAP_YEAR = '(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)';
export const DATE = `(?:\\d{4}-(?:${DATE_31}|${DATE_30}|02-(?:0[1-9]|1\\d|2[0-8]))|${LEAP_YEAR}-02-29)`;
const TIME = '(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d+)?(?:[Zz]|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)';

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
export const IPV4 = `${OCTET}(?:\\.${OCTET}){3}`;
const H16 = '[0-9A-Fa-f]{1,4}';
const LS32 = `(?:${H16}:${H16}|${IPV4})`;
export const IPV6 = [
  `(?:${H16}:){6}${LS32}`,
  `::(?:${H16}:){5}${LS32}`,
  `(?:${H16})?::(?:${H16}:){4}${LS32}`,
  `(?:(?:${H16}:){0,1}${H16})?::(?:${H16}:){3}${LS32}`,
  `(?:(?:${H16}:){0,2}${H16})?::(?:${H16}:){2}${LS32}`,
  `(?:(?:${H16}:){0,3}${H16})?::${H16}:${LS32}`,
  `(?:(?:${H16}:){0,4}${H16})?::${LS32}`,
  `(?:(?:${H16}:){0,5}${H16})?::${H16}`,
  `(?:(?:${H16}:){0,6}${H16})?::`,
].join('|');

export const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
export const HOSTNAME = `(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*`;
/** Without the labels that encode other characters: which of those are valid is no matter of syntax. */
const PLAIN_HOSTNAME = `(?![Xx][Nn]--)(?!.*\\.[Xx][Nn]--)${HOSTNAME}`;
/** Without the labels that are reserved for encodings. */
const PLAIN_IDN_HOSTNAME = `(?![^.]{2}--)(?!.*\\.[^.]{2}--)${HOSTNAME}`;

export const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const EMAIL = `${ATOM}(?:\\.${ATOM})*@${LABEL}(?:\\.${LABEL})+`;

/** RFC 3986 and 3987; `more` are the characters beyond ASCII, `queryMore` those that only queries may have besides. */
function identifiers(more: string, queryMore: string): { absolute: string; relative: string } {
  const encoded = '%[0-9A-Fa-f]{2}';
  const plain = `A-Za-z0-9\\-._~${more}`;
  const delimiters = "!$&'()*+,;=";
  const char = `(?:[${plain}${delimiters}:@]|${encoded})`;
  const query = `(?:\\?(?:${char}|[/?${queryMore}])*)?(?:#(?:${char}|[/?])*)?`;
  const name = `(?:[${plain}${delimiters}]|${encoded})*`;
  const user = `(?:(?:[${plain}${delimiters}:]|${encoded})*@)?`;
  const future = `[Vv][0-9A-Fa-f]+\\.[A-Za-z0-9\\-._~${delimiters}:]+`;
  const authority = `${user}(?:\\[(?:${IPV6}|${future})\\]|${name})(?::\\d*)?`;
  const segments = `(?:/${char}*)*`;
  const noScheme = `(?:[${plain}${delimiters}@]|${encoded})+${segments}`;
  const rooted = `//${authority}${segments}|/(?:${char}+${segments})?`;
  // Not empty after the scheme, though RFC 3986 allows that: common validators do not.
  const absolute = `[A-Za-z][A-Za-z0-9+.-]*:(?:${rooted}|${char}+${segments})${query}`;
  return { absolute, relative: `(?:${rooted}|${noScheme})?${query}` };
}

const PLANES = '123456789abcd'.split('').map((p) => `\\u{${p}0000}-\\u{${p}fffd}`);
const UCS = `\\u{a0}-\\u{d7ff}\\u{f900}-\\u{fdcf}\\u{fdf0}-\\u{ffef}${PLANES.join('')}\\u{e1000}-\\u{efffd}`;
const PRIVATE = '\\u{e000}-\\u{f8ff}\\u{f0000}-\\u{ffffd}\\u{100000}-\\u{10fffd}';
const URI = identifiers('', '');
const IRI = identifiers(UCS, PRIVATE);

const DURATION_TIME = 'T(?:\\d+H(?:\\d+M(?:\\d+S)?)?|\\d+M(?:\\d+S)?|\\d+S)';
const DURATION_DATE = '(?:\\d+Y(?:\\d+M(?:\\d+D)?)?|\\d+M(?:\\d+D)?|\\d+D)';
const DURATION = `P(?:${DURATION_DATE}(?:${DURATION_TIME})?|${DURATION_TIME}|\\d+W)`;

const VARIABLE =
  '(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2})(?:\\.?(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2}))*(?::[1-9]\\d{0,3}|\\*)?';
/** RFC 6570 without the apostrophe, which it allows and common validators do not. */
export const TEMPLATE_LITERAL = `(?:[!#$&()*+,\\-./:;=?@\\[\\]_~A-Za-z0-9${UCS}]|%[0-9A-Fa-f]{2})`;
export const templateOf = (literal: string) => `(?:${literal}|\\{[+#./;?&]?${VARIABLE}(?:,${VARIABLE})*\\})*`;

const CLASS_ITEM = '(?:[^\\\\\\[\\]\\-^]|\\\\[dDwWsSbtnrfv0^$\\\\.*+?()\\[\\]{}|/\\-])';
const CLASS = `\\[\\^?(?:${CLASS_ITEM}|a-z|A-Z|0-9|a-f|A-F|0-7|1-9)*-?\\]`;
/** {m}, {m,} and those {m,n} whose order the number of digits or the first digit shows. */
const digitsInOrder = (tail: string) =>
  Array.from({ length: 9 }, (_, d) => `${d}${tail},[${d + 1}-9]${tail}`);
const COUNTS = [
  '\\d{1,3},?',
  '\\d,[1-9]\\d{1,2}',
  '[1-9]\\d,[1-9]\\d{2}',
  ...Array.from({ length: 10 }, (_, d) => `${d},${d}`),
  ...digitsInOrder(''),
  ...digitsInOrder('\\d').slice(1),
];
const QUANTIFIER = `(?:[*+?]|\\{(?:${COUNTS.join('|')})\\})\\??`;
const ESCAPED = '\\\\(?:[dDwWsStnrfv^$\\\\.*+?()\\[\\]{}|/]|c[A-Za-z])';
const PLAIN = `(?:[^\\\\^$.*+?()\\[\\]{}|/]|/|\\.|${ESCAPED}|${CLASS})(?:${QUANTIFIER})?|[\\^$]|\\\\[bB]`;
const nested = (inner: string) => `(?:${inner}|\\((?:\\?:|\\?<?[=!])?(?:${inner}|\\|)*\\))`;
const group = (inner: string) => `(?:${inner}|\\((?:\\?:)?(?:${inner}|\\|)*\\)(?:${QUANTIFIER})?)`;
const ALTERNATIVES = `(?:${nested(group(group(PLAIN)))}|\\|)*`;
const NAMED = `\\(\\?<[A-Za-z_$][A-Za-z0-9_$]*>(?:${group(PLAIN)}|\\|)*\\)(?:${QUANTIFIER})?${ALTERNATIVES}`;
const SIMPLE = `(?:[^\\\\^$.*+?()\\[\\]{}|/]|\\.|${ESCAPED})[*+?]?`;
/** A group whose name is one letter, and references to it. */
const REFERRED = 'abcdefghijklmnopqrstuvwxyz'
  .split('')
  .map((c) => `\\(\\?<${c}>(?:${SIMPLE})*\\)[*+?]?(?:${SIMPLE}|\\\\k<${c}>[*+?]?)*`)
  .join('|');
/** The ECMA-262 patterns with groups at most three deep; no regular language holds them all. */
const PATTERN = ALTERNATIVES;
/** The same with one named group besides. */
export const NAMED_PATTERN = `${ALTERNATIVES}(?:${NAMED}|${REFERRED})?`;

const POINTER = '(?:/(?:[^~/]|~[01])*)*';

/**
 * Formats that are enforced, as expressions over the whole string; RFC 3339, 3986, 4122, 5321, 1123, 4291, 6901. These
 * are the texts that the standards and the common validators agree on.
 */
export const FORMATS: Readonly<Record<string, string>> = {
  date: DATE,
  time: TIME,
  'date-time': `${DATE}[Tt]${TIME}`,
  duration: DURATION,
  email: EMAIL,
  hostname: PLAIN_HOSTNAME,
  ipv4: IPV4,
  ipv6: IPV6,
  uuid: '[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}',
  uri: URI.absolute,
  'uri-reference': `(?:${URI.absolute}|${URI.relative})`,
  iri: IRI.absolute,
  'iri-reference': `(?:${IRI.absolute}|${IRI.relative})`,
  'uri-template': templateOf(TEMPLATE_LITERAL),
  regex: PATTERN,
  'idn-email': `(?:[A-Za-z0-9!#$%&'*+/=?^_\`{|}~${UCS}\\-]+)(?:\\.[A-Za-z0-9!#$%&'*+/=?^_\`{|}~${UCS}\\-]+)*@${LABEL}(?:\\.${LABEL})+`,
  'idn-hostname': PLAIN_IDN_HOSTNAME,
  'json-pointer': POINTER,
  'relative-json-pointer': `(?:0|[1-9]\\d*)(?:#|${POINTER})`,
};
