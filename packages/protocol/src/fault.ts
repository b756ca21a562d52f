import { type ApiError, invalidRequest } from './errors.ts';

export type FaultCode =
  | 'invalid_type'
  | 'invalid_value'
  | 'missing_required_parameter'
  | 'out_of_range'
  | 'conflicting_parameters';

/** What is wrong with one value of a body, and where. */
export interface Fault {
  /** Keys and indices from the root; callers of a walk put theirs in front, so that valid values cost no paths. */
  readonly path: (string | number)[];
  readonly code: FaultCode;
  /** Goes on after the name of the value: `must be a number, got "hot"`. */
  readonly text: string;
}

export function fault(code: FaultCode, text: string, path: (string | number)[] = []): Fault {
  return { path, code, text };
}

/** Puts a key or index in front of the path. */
export function within(key: string | number, inner: Fault): Fault {
  inner.path.unshift(key);
  return inner;
}

const MAX_SHOWN = 80;

function shorten(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN - 1)}…` : text;
}

/** As messages quote it: JSON of at most 80 characters; objects and arrays only by kind and size. */
export function show(value: unknown): string {
  if (typeof value === 'string') {
    const whole = value.length < MAX_SHOWN ? JSON.stringify(value) : '';
    if (whole !== '' && whole.length <= MAX_SHOWN) return whole;
    return `${JSON.stringify(value.slice(0, MAX_SHOWN)).slice(0, MAX_SHOWN - 2)}…"`;
  }
  if (Array.isArray(value))
    return value.length === 0 ? 'an empty array' : `an array of length ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return shorten(String(value));
}

const PLAIN_KEY = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** `messages[2].content[0].image_url.url`; keys that are no plain names are quoted: `metadata["a b"]`. */
export function formatPath(path: readonly (string | number)[]): string {
  let out = '';
  for (const key of path) {
    if (typeof key === 'number') out += `[${key}]`;
    else if (PLAIN_KEY.test(key) && key.length <= MAX_SHOWN) out += out === '' ? key : `.${key}`;
    else out += `[${show(key)}]`;
  }
  return out;
}

/** 400 with the JSON path as `param`; null for the body itself. */
export function faultError({ path, code, text }: Fault): ApiError {
  const param = formatPath(path);
  return invalidRequest(
    param === '' ? null : param,
    `${param === '' ? 'The request body' : param} ${text}.`,
    code,
  );
}

/** `a, b or c`. */
export function listed(items: readonly string[]): string {
  if (items.length < 2) return items[0] ?? '';
  return `${items.slice(0, -1).join(', ')} or ${items[items.length - 1]}`;
}
