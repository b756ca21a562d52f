import fc, { type Arbitrary } from 'fast-check';

const LONG = 'long '.repeat(20_000);

/** What somebody might put where something else belongs. */
const OUT_OF_PLACE: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(null, true, false, 0, -1, 1.5, 1e308, -1e308, 2 ** 53, 5e-324, Number.MIN_SAFE_INTEGER),
  fc.constantFrom(
    '',
    '\0',
    '\ud800',
    '\u202e',
    '0',
    'NaN',
    'null',
    '__proto__',
    '%s%n',
    '../../etc/passwd',
    LONG,
  ),
  fc.constantFrom([], {}, [[]], [null], { '': 0 }, { constructor: { prototype: 1 } }),
  fc.constant(JSON.parse('{"__proto__": {"stream": true}}')),
  fc.integer({ min: 1, max: 300 }).map((depth) => nested(depth)),
  fc.jsonValue({ maxDepth: 3 }),
);

function nested(depth: number): unknown {
  let value: unknown = 'bottom';
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { a: value };
  return value;
}

interface Edit {
  /** Steps down from the whole: which of the keys, modulo their number; so each field is as likely as another. */
  readonly steps: readonly number[];
  readonly action: 'replace' | 'remove' | 'wrap' | 'rename';
  readonly value: unknown;
}

const edits: Arbitrary<Edit> = fc.record({
  steps: fc.array(fc.nat(99), { maxLength: 6 }),
  action: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'wrap', 'rename'),
  value: OUT_OF_PLACE,
});

/** Bodies that are almost what they should be. */
export function nearlyValid(valid: Arbitrary<unknown>): Arbitrary<unknown> {
  return fc
    .tuple(valid, fc.array(edits, { minLength: 1, maxLength: 2 }))
    .map(([body, each]) => each.reduce(edited, body));
}

function edited(body: unknown, { steps, action, value }: Edit): unknown {
  const whole = { body: structuredClone(body) };
  const { parent, key } = place(whole, steps);
  const before: unknown = Reflect.get(parent, key);
  if (action === 'replace') Reflect.set(parent, key, value);
  if (action === 'wrap') Reflect.set(parent, key, [before]);
  if (action === 'remove' || action === 'rename') Reflect.deleteProperty(parent, key);
  if (action === 'rename') Reflect.set(parent, `${key}s`, before);
  return whole.body;
}

function place(whole: object, steps: readonly number[]): { parent: object; key: string } {
  let at = { parent: whole, key: 'body' };
  for (const step of steps) {
    const node: unknown = Reflect.get(at.parent, at.key);
    if (typeof node !== 'object' || node === null) break;
    const keys = Object.keys(node);
    const key = keys[step % keys.length];
    if (key === undefined) break;
    at = { parent: node, key };
  }
  return at;
}

/** A body as bytes, with what the headers say of it. */
export interface Raw {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
}

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(text));

const HEADERS = fc.constantFrom<Record<string, string>>(
  {},
  {},
  {},
  { 'content-type': 'application/vnd.msgpack' },
  { 'content-type': 'application/json; charset=utf-16' },
  { 'content-type': '' },
  { 'content-encoding': 'gzip' },
  { 'content-encoding': 'br' },
  { 'content-encoding': 'deflate' },
  { 'content-encoding': 'gzip, gzip' },
  { queue_threshold: '-1' },
  { 'x-delay-time': 'soon' },
);

const NO_JSON = fc.constantFrom(
  `${'['.repeat(100_000)}`,
  `{"messages":${'{"a":'.repeat(50_000)}`,
  '{"messages":[{"role":"user","content":"a"}],"seed":1e999}',
  '{"messages":[{"role":"user","content":"a"}],"n":-0,"max_tokens":1e0}',
  '{"messages":[],"messages":[{"role":"user","content":"a"}],"max_tokens":2}',
  '{"messages":[{"role":"user","content":"\\ud800"}],"max_tokens":2}',
  '{"messages":[{"role":"user","content":"a\\u0000b"}],"max_tokens":2}',
  'NaN',
  '\ufeff',
);

/** Bytes that once were a body, and bytes that never were. */
export function broken(valid: Arbitrary<unknown>): Arbitrary<Raw> {
  const texts = valid.map((body) => bytesOf(JSON.stringify(body)));
  const where = fc.double({ min: 0, max: 1, noNaN: true });
  const at = (bytes: Uint8Array, share: number) => Math.floor(share * bytes.length);
  const bytes = fc.oneof(
    fc.tuple(texts, where).map(([text, share]) => text.slice(0, at(text, share))),
    fc
      .tuple(texts, where, fc.nat(255))
      .map(([text, share, byte]) => text.with(Math.min(at(text, share), text.length - 1), byte)),
    fc.tuple(texts, texts).map(([one, two]) => Uint8Array.from([...one, ...two])),
    NO_JSON.map(bytesOf),
    fc.uint8Array({ maxLength: 60 }).map((each) => Uint8Array.from(each)),
  );
  return fc.record({ bytes, headers: HEADERS });
}
