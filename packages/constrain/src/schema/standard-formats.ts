import type { Dialect } from './dialect.ts';
import {
  ATOM,
  DATE,
  HOSTNAME,
  IPV4,
  IPV6,
  LABEL,
  NAMED_PATTERN,
  TEMPLATE_LITERAL,
  templateOf,
} from './formats.ts';

const two = (n: number) => String(n).padStart(2, '0');
const range = (n: number) => Array.from({ length: n }, (_, i) => i);

const FRACTION = '(?:\\.\\d+)?';
const OFFSET = '(?:[Zz]|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)';
/** 23:59:60 in UTC, seen from each hour of offset; the minutes of offset are asked for besides. */
const LEAP_HOURS = range(24).map((h) => {
  const [ahead, behind] = [two((h + 1) % 24), two(23 - h)];
  const rest = `(?:[0-4]\\d|5[0-8]):60${FRACTION}(?:\\+${two(h)}|-${behind})`;
  return `${two(h)}:(?:59:60${FRACTION}(?:\\+${ahead}|-${behind})|${rest}):\\d\\d`;
});
const LEAP_MINUTES = range(60).map(
  (m) => `\\d\\d:${two(m)}:60${FRACTION}(?:\\+\\d\\d:${two((m + 1) % 60)}|-\\d\\d:${two(59 - m)})`,
);
const LEAP = `(?:23:59:60${FRACTION}[Zz]|(?=(?:${LEAP_HOURS.join('|')})$)(?:${LEAP_MINUTES.join('|')}))`;
const TIME = `(?:(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d${FRACTION}${OFFSET}|${LEAP})`;

const BEYOND = '\\u{80}-\\u{d7ff}\\u{e000}-\\u{10ffff}';
const LITERAL = `\\[(?:${IPV4}|[Ii][Pp][Vv]6:(?:${IPV6}))\\]`;

/** RFC 5321 and 6531; `more` are the characters beyond ASCII. */
function mailbox(more: string): string {
  const atom = ATOM.replace('[', `[${more}`);
  const dotted = `(?=[^@]{1,64}@)${atom}(?:\\.${atom})*`;
  const quoted = `"(?:[ !#-\\[\\]-~${more}]|\\\\[ -~]){0,62}"`;
  const edge = `[A-Za-z0-9${more}]`;
  const label = more === '' ? LABEL : `${edge}(?:[A-Za-z0-9${more}-]{0,61}${edge})?`;
  return `(?:${dotted}|${quoted})@(?:${label}(?:\\.${label})*|${LITERAL})`;
}

/**
 * Formats of which the standards allow more than the common validators do. Null: not to be decided exactly. RFC 3339 for
 * leap seconds, 5321 for mailboxes, 6570 for templates.
 */
const FORMATS: Readonly<Record<string, string | null>> = {
  time: TIME,
  'date-time': `${DATE}[Tt]${TIME}`,
  email: mailbox(''),
  'idn-email': mailbox(BEYOND),
  'uri-template': templateOf(TEMPLATE_LITERAL.replace('!', "!'")),
  regex: NAMED_PATTERN,
  hostname: null,
  'idn-hostname': null,
};

/** The expression for a format, null where it cannot be decided, and undefined where the common one will do. */
export function standardFormat(format: string, dialect: Dialect): string | null | undefined {
  // Until draft 7, host names were not looked into.
  if (format === 'hostname' && (dialect === '4' || dialect === '6')) return HOSTNAME;
  return Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
}
