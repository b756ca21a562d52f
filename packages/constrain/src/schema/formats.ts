const DATE_31 = '(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])';
const DATE_30 = '(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)';
const LEAP_YEAR = '(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)';
const DATE = `(?:\\d{4}-(?:${DATE_31}|${DATE_30}|02-(?:0[1-9]|1\\d|2[0-8]))|${LEAP_YEAR}-02-29)`;
const TIME = '(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d+)?(?:[Zz]|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)';

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = `${OCTET}(?:\\.${OCTET}){3}`;
const H16 = '[0-9A-Fa-f]{1,4}';
const LS32 = `(?:${H16}:${H16}|${IPV4})`;
const IPV6 = [
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

const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const HOSTNAME = `(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*`;
const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const EMAIL = `${ATOM}(?:\\.${ATOM})*@${LABEL}(?:\\.${LABEL})+`;

const PCHAR = "(?:[A-Za-z0-9\\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})";
const QUERY = `(?:\\?(?:${PCHAR}|[/?])*)?(?:#(?:${PCHAR}|[/?])*)?`;
const REG_NAME = "(?:[A-Za-z0-9\\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})*";
const USERINFO = "(?:(?:[A-Za-z0-9\\-._~!$&'()*+,;=:]|%[0-9A-Fa-f]{2})*@)?";
const AUTHORITY = `${USERINFO}(?:\\[(?:${IPV6})\\]|${REG_NAME})(?::\\d*)?`;
const SEGMENTS = `(?:/${PCHAR}*)*`;
const ROOTLESS = `${PCHAR}+${SEGMENTS}`;
const NO_SCHEME = `(?:[A-Za-z0-9\\-._~!$&'()*+,;=@]|%[0-9A-Fa-f]{2})+${SEGMENTS}`;
const SCHEME = '[A-Za-z][A-Za-z0-9+.-]*:';
/** Not empty, though RFC 3986 allows that: common validators do not. */
const AFTER_SCHEME = `(?://${AUTHORITY}${SEGMENTS}|/(?:${PCHAR}+${SEGMENTS})?|${ROOTLESS})`;
const URI = `${SCHEME}${AFTER_SCHEME}${QUERY}`;
const RELATIVE = `(?://${AUTHORITY}${SEGMENTS}|/(?:${PCHAR}+${SEGMENTS})?|${NO_SCHEME})?${QUERY}`;

const DURATION_TIME = 'T(?:\\d+H(?:\\d+M(?:\\d+S)?)?|\\d+M(?:\\d+S)?|\\d+S)';
const DURATION_DATE = '(?:\\d+Y(?:\\d+M(?:\\d+D)?)?|\\d+M(?:\\d+D)?|\\d+D)';
const DURATION = `P(?:${DURATION_DATE}(?:${DURATION_TIME})?|${DURATION_TIME}|\\d+W)`;

const UCS =
  '\\u{a0}-\\u{d7ff}\\u{f900}-\\u{fdcf}\\u{fdf0}-\\u{ffef}\\u{10000}-\\u{1fffd}\\u{20000}-\\u{2fffd}\\u{30000}-\\u{3fffd}';
/** RFC 3987: the same, with characters outside ASCII wherever unreserved ones stand. */
const international = (source: string) => source.replaceAll('[A-Za-z0-9\\-._~', `[A-Za-z0-9\\-._~${UCS}`);

const VARIABLE =
  '(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2})(?:\\.?(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2}))*(?::[1-9]\\d{0,3}|\\*)?';
const TEMPLATE_LITERAL = `(?:[!#$&()*+,\\-./:;=?@\\[\\]_~A-Za-z0-9${UCS}]|%[0-9A-Fa-f]{2})`;
const TEMPLATE = `(?:${TEMPLATE_LITERAL}|\\{[+#./;?&]?${VARIABLE}(?:,${VARIABLE})*\\})*`;

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
const PLAIN = `(?:[^\\\\^$.*+?()\\[\\]{}|/]|/|\\.|\\\\[dDwWsStnrfv^$\\\\.*+?()\\[\\]{}|/]|${CLASS})(?:${QUANTIFIER})?|[\\^$]|\\\\[bB]`;
const nested = (inner: string) => `(?:${inner}|\\((?:\\?[:=!])?(?:${inner}|\\|)*\\))`;
const group = (inner: string) => `(?:${inner}|\\((?:\\?:)?(?:${inner}|\\|)*\\)(?:${QUANTIFIER})?)`;
/** The ECMA-262 patterns with groups at most three deep; no regular language holds all of them. */
const PATTERN = `(?:${nested(group(group(PLAIN)))}|\\|)*`;

const POINTER = '(?:/(?:[^~/]|~[01])*)*';

/** Formats that are enforced, as expressions over the whole string; RFC 3339, 3986, 4122, 5321, 1123, 4291, 6901. */
export const FORMATS: Readonly<Record<string, string>> = {
  date: DATE,
  time: TIME,
  'date-time': `${DATE}[Tt]${TIME}`,
  duration: DURATION,
  email: EMAIL,
  hostname: HOSTNAME,
  ipv4: IPV4,
  ipv6: IPV6,
  uuid: '[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}',
  uri: URI,
  'uri-reference': `(?:${URI}|${RELATIVE})`,
  iri: international(URI),
  'iri-reference': international(`(?:${URI}|${RELATIVE})`),
  'uri-template': TEMPLATE,
  regex: PATTERN,
  'idn-email': `(?:[A-Za-z0-9!#$%&'*+/=?^_\`{|}~${UCS}\\-]+)(?:\\.[A-Za-z0-9!#$%&'*+/=?^_\`{|}~${UCS}\\-]+)*@${LABEL}(?:\\.${LABEL})+`,
  'idn-hostname': HOSTNAME,
  'json-pointer': POINTER,
  'relative-json-pointer': `(?:0|[1-9]\\d*)(?:#|${POINTER})`,
};
