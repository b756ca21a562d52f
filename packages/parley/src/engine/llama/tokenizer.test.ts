import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { QUANTIZED_MODEL, references } from './shipped-model.ts';
import { loadTokenizer } from './tokenizer.ts';

const tokenizer = await loadTokenizer(QUANTIZED_MODEL);
const { vocabulary } = tokenizer;
after(() => tokenizer.close());

const plain = { special: false, addBos: false };
const special = { special: true, addBos: false };

function textOf(tokens: readonly number[]): string {
  return Buffer.concat(tokens.map((token) => vocabulary.bytes(token))).toString('utf8');
}

describe('tokenize', () => {
  test('gives the ids of the reference', () => {
    for (const { text, ids } of references()) assert.deepEqual(tokenizer.tokenize(text, special), ids);
  });

  test('bytes of the tokens are the text again', () => {
    for (const { text, greedy, greedyText } of references()) {
      assert.equal(textOf(tokenizer.tokenize(text, special)), text);
      assert.equal(textOf(greedy), greedyText);
    }
  });

  test('names of control tokens are text unless asked for', () => {
    const [id] = tokenizer.tokenize('<|im_end|>', special);
    assert.equal(vocabulary.kind(id!), 'control');
    const spelled = tokenizer.tokenize('<|im_end|>', plain);
    assert.ok(spelled.length > 1 && spelled.every((token) => vocabulary.kind(token) !== 'control'));
    assert.equal(textOf(spelled), '<|im_end|>');
  });

  test('an empty text has no tokens, a long one keeps all', () => {
    assert.deepEqual(tokenizer.tokenize('', plain), []);
    const bytes = '\u{1f642}é\n'.repeat(40_000);
    const tokens = tokenizer.tokenize(bytes, plain);
    assert.ok(tokens.length > 1 << 16);
    assert.equal(textOf(tokens), bytes);
  });

  test('a zero byte is text like any other', () => {
    assert.equal(textOf(tokenizer.tokenize('a\0b', plain)), 'a\0b');
  });
});

describe('vocabulary', () => {
  test('knows its special tokens', () => {
    assert.equal(vocabulary.size, 4096);
    assert.equal(vocabulary.addBos, false);
    assert.equal(vocabulary.endOfGeneration.has(vocabulary.eos!), true);
    for (const token of vocabulary.endOfGeneration) assert.equal(vocabulary.kind(token), 'control');
  });

  test('refuses ids outside of it', () => {
    for (const token of [-1, 4096, 1.5, Number.NaN]) {
      assert.throws(() => vocabulary.bytes(token), RangeError);
      assert.throws(() => vocabulary.kind(token), RangeError);
    }
  });
});

test('a closed tokenizer refuses to work and closes once', async () => {
  const other = await loadTokenizer(QUANTIZED_MODEL);
  other.close();
  other.close();
  assert.throws(() => other.tokenize('a', plain), /closed/);
});

test('threads load and use the library side by side', async () => {
  const code = `
    const { loadTokenizer } = await import(${JSON.stringify(new URL('./tokenizer.ts', import.meta.url).href)});
    const { parentPort } = await import('node:worker_threads');
    const tokenizer = await loadTokenizer(${JSON.stringify(QUANTIZED_MODEL)});
    parentPort.postMessage(tokenizer.tokenize('Hello!', { special: true, addBos: false }));
    tokenizer.close();`;
  const answers = await Promise.all(
    Array.from({ length: 3 }, async () => {
      const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`));
      const [answer, exit] = [Promise.withResolvers<unknown>(), Promise.withResolvers<number>()];
      worker.on('message', answer.resolve).on('error', answer.reject).on('exit', exit.resolve);
      assert.equal((await Promise.all([answer.promise, exit.promise]))[1], 0);
      return answer.promise;
    }),
  );
  for (const answer of answers) assert.deepEqual(answer, tokenizer.tokenize('Hello!', special));
});
