import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeComment, encodeEvent, type ServerSentEvent, SseParser } from './sse.ts';

const message = (data: string, id = ''): ServerSentEvent => ({ event: 'message', data, id });

/** What the standard says of each stream; the cases are those of its text and of the usual pitfalls. */
const FIXTURES: readonly (readonly [name: string, stream: string, events: readonly ServerSentEvent[]])[] = [
  ['nothing', '', []],
  ['one event', 'data: a\n\n', [message('a')]],
  ['carriage returns', 'data: a\r\rdata: b\r\r', [message('a'), message('b')]],
  ['carriage return and line feed', 'data: a\r\ndata: b\r\n\r\n', [message('a\nb')]],
  ['mixed line ends', 'data: a\n\r\ndata: b\r\n\rdata: c\r\n\n', [message('a'), message('b'), message('c')]],
  ['byte order mark', '\uFEFFdata: a\n\n', [message('a')]],
  ['only the first byte order mark', '\uFEFF\uFEFFdata: a\n\ndata: b\n\n', [message('b')]],
  ['byte order mark later', 'data: a\n\n\uFEFFdata: b\n\n', [message('a')]],
  ['byte order mark as data', 'data: \uFEFFa\n\n', [message('\uFEFFa')]],
  ['comments', ': keep-alive\n\n:\ndata: a\n: x\n\n', [message('a')]],
  ['several data lines', 'data: a\ndata:\ndata: b\n\n', [message('a\n\nb')]],
  ['empty data', 'data:\n\ndata\n\ndata\ndata\n\n', [message(''), message(''), message('\n')]],
  ['no data', 'event: x\n\nid: 1\n\ndata: a\n\n', [message('a', '1')]],
  ['one leading space', 'data:a\n\ndata:  b\n\ndata:\tc\n\n', [message('a'), message(' b'), message('\tc')]],
  ['colons in data', 'data: a: b:c\n\n', [message('a: b:c')]],
  ['unknown fields', 'foo: x\n data: y\nDATA: z\ndata: a\n\n', [message('a')]],
  [
    'event name',
    'event: error\ndata: a\n\ndata: b\n\nevent\ndata: c\n\n',
    [{ ...message('a'), event: 'error' }, message('b'), message('c')],
  ],
  [
    'id stays',
    'id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n',
    [message('a', '1'), message('b', '1'), message('c')],
  ],
  ['NUL in id', 'id: 1\ndata: a\n\nid: 2\u0000\ndata: b\n\n', [message('a', '1'), message('b', '1')]],
  ['NUL in data', 'data: a\u0000b\n\n', [message('a\u0000b')]],
  ['unfinished event', 'data: a\n\ndata: b\n', [message('a')]],
  ['unfinished line', 'data: a\n\ndata: b', [message('a')]],
  ['multi-byte characters', 'data: é€😀\n\ndata: ✓\r\n\r\n', [message('é€😀'), message('✓')]],
  ['other line separators', 'data: a\u2028b\u0085c\vd\n\n', [message('a\u2028b\u0085c\vd')]],
  ['json chunks', 'data: {"a":1}\n\ndata: [DONE]\n\n', [message('{"a":1}'), message('[DONE]')]],
];

for (const [name, stream, events] of FIXTURES) {
  test(`${name}: the same events however the bytes are cut`, () => {
    const bytes = new TextEncoder().encode(stream);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const parser = new SseParser();
      const found = [...parser.push(bytes.subarray(0, cut)), ...parser.push(bytes.subarray(cut))];
      assert.deepEqual(found, events, `cut at ${cut}`);
    }
    for (const size of [1, 2, 3]) {
      const parser = new SseParser();
      const found: ServerSentEvent[] = [];
      for (let at = 0; at < bytes.length; at += size)
        found.push(...parser.push(bytes.subarray(at, at + size)));
      assert.deepEqual(found, events, `pieces of ${size}`);
    }
  });

  test(`${name}: strings cut anywhere`, () => {
    for (let cut = 0; cut <= stream.length; cut++) {
      const parser = new SseParser();
      assert.deepEqual([...parser.push(stream.slice(0, cut)), ...parser.push(stream.slice(cut))], events);
    }
  });
}

test('an event is given out as soon as its empty line is there', () => {
  const parser = new SseParser();
  assert.deepEqual(parser.push('data: a\r\n\r'), [message('a')]);
  assert.deepEqual(parser.push('\ndata: b\n\n'), [message('b')]);
});

test('bytes that are no UTF-8 become replacement characters', () => {
  const parser = new SseParser();
  const bytes = Uint8Array.from([...new TextEncoder().encode('data: '), 0xff, 0xe2, 0x82, 0x0a, 0x0a]);
  assert.deepEqual(parser.push(bytes), [message('\ufffd\ufffd')]);
});

test('retry and the last event id', () => {
  const parser = new SseParser();
  parser.push('retry: 250\nretry: 1.5\nretry: x\nretry\nid: 7\n');
  assert.deepEqual([parser.retryMilliseconds, parser.lastEventId], [250, '']);
  parser.push('\n');
  assert.equal(parser.lastEventId, '7');
});

test('an event has a limit, counted over lines and pieces', () => {
  assert.throws(() => new SseParser({ maxEventLength: 10 }).push('data: 12345'), RangeError);
  const parser = new SseParser({ maxEventLength: 20 });
  for (let i = 0; i < 100; i++) assert.equal(parser.push('data: 1234567890\n\n').length, 1);
  parser.push('data: 1234567890\n');
  assert.throws(() => parser.push('data: 1234567890\n'), RangeError);
  const lines = new SseParser({ maxEventLength: 100 });
  assert.throws(() => {
    for (let i = 0; i < 200; i++) lines.push('data\n');
  }, RangeError);
});

test('what is encoded comes back, comments are not seen', () => {
  for (const data of ['', 'a', '{"a":"b"}', 'a\nb', '\na\n', 'a\n\nb', ' a', '\n']) {
    const stream = encodeComment('keep\nalive') + encodeEvent(data) + encodeComment('');
    assert.deepEqual(new SseParser().push(stream), [message(data)], JSON.stringify(data));
  }
  assert.equal(encodeEvent('[DONE]'), 'data: [DONE]\n\n');
  assert.deepEqual(new SseParser().push(encodeEvent('a\r\nb\rc')), [message('a\nb\nc')]);
});
