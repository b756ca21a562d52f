import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PackedPrompt, type Prepared, packPrompt } from '../prompt/request.ts';
import { ToyPrompts } from '../toy/prompts.ts';
import { SplitPrompts } from './split-prompts.ts';

class SlowTokenizing extends ToyPrompts {
  closed = false;
  prepared = 0;
  override prepare(request: PackedPrompt): Promise<Prepared> {
    this.prepared++;
    return super.prepare(request);
  }
  override tokenize(): Promise<Prepared> {
    return new Promise(() => {});
  }
  override async close(): Promise<void> {
    this.closed = true;
  }
}

test('a prompt is prepared while another one is being tokenised, and both workers are closed', async () => {
  const opened: SlowTokenizing[] = [];
  const prompts = new SplitPrompts(() => {
    const one = new SlowTokenizing();
    opened.push(one);
    return one;
  });
  const { signal } = new AbortController();
  const request = packPrompt({ input: { kind: 'text', text: 'ab' }, parameters: {} });
  assert.equal(opened.length, 1);
  void prompts.tokenize(request, signal);
  void prompts.tokenize(request, signal);
  assert.equal(opened.length, 2);
  assert.deepEqual((await prompts.prepare(request, signal)).tokens, [97, 98]);
  const long = packPrompt({ input: { kind: 'text', text: 'x'.repeat(2 ** 21) }, parameters: {} });
  assert.equal((await prompts.prepare(long, signal)).tokens.length, 2 ** 21);
  assert.deepEqual(
    opened.map(({ prepared }) => prepared),
    [1, 1],
  );
  await prompts.close();
  assert.deepEqual(
    opened.map(({ closed }) => closed),
    [true, true],
  );
});
