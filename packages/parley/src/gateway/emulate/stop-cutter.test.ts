import assert from 'node:assert/strict';
import { it } from 'node:test';
import { StopCutter } from './stop-cutter.ts';

const piece = (text: string, more: object = {}) =>
  ({ type: 'text-delta', choice: 0, text, tokenCount: 1, ...more }) as const;

function run(stops: readonly string[], pieces: readonly string[], keeps = false) {
  const cutter = new StopCutter(stops, keeps);
  let text = '';
  for (const each of pieces) {
    const { events, stop } = cutter.push(piece(each));
    text += events.map((event) => event.text).join('');
    if (stop !== undefined) return { text, stop };
  }
  return {
    text:
      text +
      cutter
        .flush()
        .map((event) => event.text)
        .join(''),
    stop: undefined,
  };
}

it('gives the same wherever the text is cut', () => {
  const cases = [
    ['aXXYb', ['XY']],
    ['one two', ['two', 'o t']],
    ['abcabd', ['abd']],
    ['ababac', ['abac', 'bac']],
    ['grüß👋e', ['👋']],
    ['nothing here', ['zzz', 'her!']],
  ] as const;
  for (const [text, stops] of cases) {
    const whole = run(stops, [text]);
    for (let i = 1; i < text.length; i++) {
      assert.deepEqual(run(stops, [text.slice(0, i), text.slice(i)]), whole);
      for (let j = i + 1; j < text.length; j++) {
        assert.deepEqual(run(stops, [text.slice(0, i), text.slice(i, j), text.slice(j)]), whole);
      }
    }
  }
});

it('takes the match that ends first, and of those that end together the longest', () => {
  assert.deepEqual(run(['cd', 'bcde'], ['abcdef']), { text: 'ab', stop: 'cd' });
  assert.deepEqual(run(['cd', 'bcd'], ['abcdef']), { text: 'a', stop: 'bcd' });
  assert.deepEqual(run(['cd'], ['abcdef'], true), { text: 'abcd', stop: 'cd' });
});

it('holds back no more than what may begin a stop string', () => {
  const cutter = new StopCutter(['STOP'], false);
  assert.deepEqual(
    cutter.push(piece('abcST')).events.map(({ text }) => text),
    ['abc'],
  );
  assert.deepEqual(
    cutter.push(piece('x')).events.map(({ text }) => text),
    ['ST', 'x'],
  );
  assert.deepEqual(cutter.flush(), []);
});

it('does not divide what has tokens; a cut keeps those that lie before it', () => {
  const token = (text: string) => ({ id: 1, bytes: new TextEncoder().encode(text), logprob: -1, top: [] });
  const cutter = new StopCutter(['STOP'], false);
  const held = piece('aS', { tokens: [token('a'), token('S')] });
  assert.deepEqual(cutter.push(held).events, []);
  const { events, stop } = cutter.push(piece('TOP', { tokens: [token('TOP')] }));
  assert.equal(stop, 'STOP');
  assert.deepEqual(events, [{ ...held, text: 'a', tokens: [token('a')] }]);
});
