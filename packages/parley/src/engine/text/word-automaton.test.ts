import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../sampler/random.ts';
import { below } from '../sampler/sampling.fixture.ts';
import { packStrings, SortedStrings } from './sorted-strings.ts';
import { WordAutomaton } from './word-automaton.ts';

const encode = (text: string) => new TextEncoder().encode(text);

function automatonOf(words: readonly string[]): WordAutomaton {
  return new WordAutomaton(new SortedStrings(packStrings(words.map(encode))));
}

test('a state is the longest beginning of a word, its fallbacks are the shorter ones', () => {
  const random = new Random(9n);
  const draw = (length: number) => Array.from({ length }, () => 'ab'[below(random, 2)]!).join('');
  let forgotten = 0;
  for (let round = 0; round < 100; round++) {
    const words = Array.from({ length: 1 + below(random, 8) }, () => draw(1 + below(random, 7)));
    const automaton = automatonOf(words);
    let state = automaton.root;
    let text = '';
    for (const letter of draw(60)) {
      text += letter;
      state = automaton.advance(state, letter.charCodeAt(0));
      if (below(random, 9) === 0) {
        state = automaton.forget(state);
        forgotten++;
      }
      const lengths = [1, 2, 3, 4, 5, 6, 7].filter(
        (length) =>
          length <= text.length &&
          words.some((word) => word.startsWith(text.slice(-length)) && word.length >= length),
      );
      const found: number[] = [];
      for (let at = state; at.fallback !== undefined; at = at.fallback) found.push(at.depth);
      assert.deepEqual(found, lengths.reverse());
      assert.equal(
        state.whole,
        words.some((word) => text.endsWith(word)),
      );
    }
  }
  assert.ok(forgotten > 100);
});

test('steps are counted, and forgotten', () => {
  const automaton = automatonOf(['abc']);
  let state = automaton.root;
  for (const byte of encode('xxab')) state = automaton.advance(state, byte);
  assert.ok(automaton.size >= 2);
  const again = automaton.forget(automaton.root);
  assert.equal(again, automaton.root);
  assert.equal(automaton.size, 0);
  assert.equal(automaton.root.next.size, 0);
});
