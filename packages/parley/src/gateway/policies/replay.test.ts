import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ChatEvent, TokenInfo } from '../../core/event.ts';
import { Replay, type Spliced } from './replay.ts';
import { Transcript } from './transcript.ts';

const text = (value: string): ChatEvent => ({ type: 'text-delta', choice: 0, text: value, tokenCount: 1 });
const thought = (value: string): ChatEvent => ({
  type: 'reasoning-delta',
  choice: 0,
  text: value,
  tokenCount: 1,
});
const call = (index: number, name = `f${index}`): ChatEvent => ({
  type: 'tool-call-start',
  choice: 0,
  index,
  id: `new-${index}`,
  kind: 'function',
  name,
  tokenCount: 1,
});
const argument = (index: number, value: string): ChatEvent => ({
  type: 'tool-call-delta',
  choice: 0,
  index,
  arguments: value,
  tokenCount: 1,
});
const end: ChatEvent = { type: 'choice-end', choice: 0, reason: 'stop', tokenCount: 0 };

function replay(sent: readonly ChatEvent[], again: readonly ChatEvent[]): Spliced[] {
  const transcript = new Transcript();
  for (const event of sent) transcript.add(event);
  const splice = new Replay(transcript);
  return again.map((event) => splice.take(event));
}

describe('what is told a second time', () => {
  it('is left out however it is cut', () => {
    const whole = 'The quick brown fox';
    for (let sent = 1; sent <= whole.length; sent++) {
      for (let size = 1; size <= whole.length; size++) {
        const pieces = whole.match(new RegExp(`.{1,${size}}`, 'g')) ?? [];
        const fresh = replay([text(whole.slice(0, sent))], [...pieces.map(text), end]);
        const rest = fresh.map((each) =>
          typeof each === 'object' && each.type === 'text-delta' ? each.text : '',
        );
        assert.equal(rest.join(''), whole.slice(sent), `${sent} ${size}`);
        assert.equal(fresh.at(-1), end);
        assert.ok(!fresh.includes('different'));
      }
    }
  });

  it('is another answer as soon as one character is', () => {
    assert.deepEqual(replay([text('abc')], [text('ab'), text('d')]), ['known', 'different']);
    assert.deepEqual(replay([text('abc')], [text('abx')]), ['different']);
  });

  it('is another answer when it ends too early', () => {
    assert.deepEqual(replay([text('abc')], [text('ab'), end]), ['known', 'different']);
    assert.deepEqual(replay([call(0), argument(0, '{')], [call(0), end]), ['known', 'different']);
  });

  it('keeps the order of thought and text', () => {
    const sent = [thought('hm'), text('a')];
    assert.deepEqual(replay(sent, [thought('hm'), text('ab')]).at(-1), text('b'));
    assert.deepEqual(replay(sent, [thought('hmm'), text('a')])[0], 'different');
    assert.deepEqual(replay([thought('hm')], [text('a')]), ['different']);
  });

  it('may interleave calls in another way', () => {
    const sent = [call(0), argument(0, '{"a"'), call(1), argument(1, '{')];
    const again = [call(0), argument(0, '{"a": 1}'), call(1), argument(1, '{}'), end];
    assert.deepEqual(replay(sent, again), ['known', argument(0, ': 1}'), 'known', argument(1, '}'), end]);
  });

  it('is another answer when another tool is called', () => {
    assert.deepEqual(replay([call(0)], [call(0, 'g')]), ['different']);
    assert.deepEqual(replay([text('a')], [call(0)]), ['different']);
  });

  it('cuts tokens where it cuts the text, or not at all', () => {
    const token = (value: string): TokenInfo => ({ id: 1, bytes: Buffer.from(value), logprob: -1, top: [] });
    const piece = (...values: readonly string[]): ChatEvent => ({
      type: 'text-delta',
      choice: 0,
      text: values.join(''),
      tokenCount: values.length,
      tokens: values.map(token),
    });
    assert.deepEqual(replay([piece('é', 'b')], [piece('é', 'b', 'c')]), [piece('c')]);
    assert.deepEqual(replay([piece('é', 'b')], [piece('éb', 'c')]), [piece('c')]);
    assert.deepEqual(replay([piece('é', 'b')], [piece('ébc')]), ['different']);
    const ids: ChatEvent = { type: 'text-delta', choice: 0, text: 'ab', tokenCount: 2, tokenIds: [1, 2] };
    assert.deepEqual(replay([text('a')], [ids]), ['different']);
  });
});
