import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { ProtocolError } from './errors.ts';
import { SseDecoder } from './sse.ts';

type Event = [data: string, name: string];

interface Oracle {
  createParser(on: { onEvent(event: { data: string; event?: string | undefined }): void }): {
    feed(text: string): void;
  };
}

// Its entry for tools that want sources has the name of ours, and points to TypeScript.
const { createParser }: Oracle = createRequire(import.meta.url)(
  createRequire(import.meta.url)
    .resolve('eventsource-parser/package.json')
    .replace('package.json', 'dist/index.cjs'),
);

/**
 * What another implementation reads of the whole text. It takes text, so it knows nothing of a mark in bytes, and waits
 * after a carriage return for what comes next.
 */
function oracle(text: string): Event[] {
  const events: Event[] = [];
  const parser = createParser({ onEvent: ({ data, event = '' }) => events.push([data, event]) });
  parser.feed(text.replace(/^\uFEFF/, '').replace(/\r$/, '\r:'));
  return events;
}

function decode(...pieces: Uint8Array[]): Event[] {
  const decoder = new SseDecoder();
  const events: Event[] = [];
  for (const piece of pieces) {
    decoder.push(piece);
    for (let data = decoder.next(); data !== undefined; data = decoder.next())
      events.push([data, decoder.event]);
  }
  return events;
}

const FIXTURES: Readonly<Record<string, [text: string, events: Event[]]>> = {
  'one event': ['data: {"a":1}\n\n', [['{"a":1}', '']]],
  'several events': ['data: 1\n\ndata: 2\n\ndata: 3\n\n', [['1', ''], ['2', ''], ['3', '']]], // biome-ignore format: one line each
  'no space after the colon': ['data:1\n\ndata:  2\n\n', [['1', ''], [' 2', '']]], // biome-ignore format: one line each
  'carriage returns': ['data: 1\r\rdata: 2\r\r', [['1', ''], ['2', '']]], // biome-ignore format: one line each
  'both line ends': ['data: 1\r\n\r\ndata: 2\r\n\r\n', [['1', ''], ['2', '']]], // biome-ignore format: one line each
  'mixed line ends': ['data: 1\r\ndata: 2\n\rdata: 3\n\n', [['1\n2', ''], ['3', '']]], // biome-ignore format: one line each
  'several data lines': ['data: 1\ndata: 2\ndata\ndata: 4\n\n', [['1\n2\n\n4', '']]],
  'empty data': ['data:\n\ndata\n\ndata: x\n\n', [['', ''], ['', ''], ['x', '']]], // biome-ignore format: one line each
  comments: [': keep-alive\n\n:\n\ndata: 1\n: in between\n\n', [['1', '']]],
  'names of events': ['event: error\ndata: 1\n\ndata: 2\n\n', [['1', 'error'], ['2', '']]], // biome-ignore format: one line each
  'a name without data': ['event: ping\n\ndata: 1\n\n', [['1', '']]],
  'id and retry': ['id: 7\nretry: 10\ndata: 1\n\nid\nretry: x\n\ndata: 2\n\n', [['1', ''], ['2', '']]], // biome-ignore format: one line each
  'unknown fields': ['foo: bar\ndata: 1\n data: 2\nDATA: 3\n\n', [['1', '']]],
  'a colon in the value': ['data: a: b\n\n', [['a: b', '']]],
  'an unfinished event is dropped': ['data: 1\n\ndata: 2\n', [['1', '']]],
  'an unfinished line is dropped': ['data: 1\n\ndata: 2', [['1', '']]],
  'a byte order mark': ['\uFEFFdata: 1\n\n', [['1', '']]],
  'a mark in the middle': ['data: 1\n\n\uFEFFdata: 2\n\n', [['1', '']]],
  'characters of all lengths': ['data: aé€😀\n\ndata: \u2028\n\n', [['aé€😀', ''], ['\u2028', '']]], // biome-ignore format: one line each
  'zero bytes': ['data: a\0b\nid: \0\n\n', [['a\0b', '']]],
  'the end of a stream': ['data: {}\n\ndata: [DONE]\n\n', [['{}', ''], ['[DONE]', '']]], // biome-ignore format: one line each
};

for (const [name, [text, expected]] of Object.entries(FIXTURES)) {
  test(`${name}: cut at every byte, and into single bytes`, () => {
    const bytes = new TextEncoder().encode(text);
    assert.deepEqual(oracle(text), expected, 'the oracle reads something else');
    for (let at = 0; at <= bytes.length; at++) {
      assert.deepEqual(decode(bytes.slice(0, at), bytes.slice(at)), expected, `cut at ${at}`);
    }
    assert.deepEqual(decode(...Array.from(bytes, (byte) => Uint8Array.of(byte))), expected);
  });
}

test('all fixtures after one another, cut in two places', () => {
  const text = Object.values(FIXTURES)
    .map(([each]) => `${each.replace('\uFEFF', '')}\n\n`)
    .join('');
  const expected = oracle(text);
  assert.ok(expected.length > 30);
  const bytes = new TextEncoder().encode(text);
  for (let from = 0; from < bytes.length; from += 3) {
    const to = Math.min(bytes.length, from + 17);
    assert.deepEqual(decode(bytes.slice(0, from), bytes.slice(from, to), bytes.slice(to)), expected);
  }
});

test('a line in very many pieces is put together once', () => {
  const decoder = new SseDecoder();
  const piece = new TextEncoder().encode('x'.repeat(16));
  decoder.push(new TextEncoder().encode('data: '));
  for (let i = 0; i < 200_000; i++) {
    decoder.push(piece);
    assert.equal(decoder.next(), undefined);
  }
  decoder.push(new TextEncoder().encode('\n\n'));
  assert.equal(decoder.next()?.length, 3_200_000);
});

for (const line of ['data: x', 'x']) {
  test(`an event without an end is refused: lines of "${line}"`, () => {
    const decoder = new SseDecoder();
    const bytes = new TextEncoder().encode(
      line === 'x' ? 'x'.repeat(1 << 20) : `data: ${'x'.repeat(1 << 20)}\n`,
    );
    const push = () => {
      for (let i = 0; i < 20; i++) {
        decoder.push(bytes);
        decoder.next();
      }
    };
    assert.throws(
      push,
      (error) => error instanceof ProtocolError && /longer than 16777216/.test(error.message),
    );
  });
}
