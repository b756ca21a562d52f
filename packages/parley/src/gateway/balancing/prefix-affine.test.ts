import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ChatRequest, Input, Parameters } from '../../core/complete.ts';
import { asking, target } from '../scripted.test.support.ts';
import { prefixAffine } from './prefix-affine.ts';
import { prefixBlocks } from './prefix-blocks.ts';

const targets = ['a', 'b', 'c', 'd'].map((id) => target(id));
const SYSTEM = 'You are a helpful assistant. '.repeat(50);

/** The request of a conversation's turn, with all that was said before. */
function turn(conversation: number, count: number, parameters: Parameters = {}): ChatRequest {
  const messages: (Input & { kind: 'messages' })['messages'][number][] = [
    { role: 'system', content: SYSTEM },
  ];
  for (let i = 0; i < count; i++) {
    messages.push({
      role: 'user',
      content: `Question ${i} of conversation ${conversation}. ${'x'.repeat(100)}`,
    });
    if (i < count - 1) messages.push({ role: 'assistant', content: `Answer ${i}. ${'y'.repeat(200)}` });
  }
  return { ...asking(parameters), input: { kind: 'messages', messages } };
}

/** A balancer as another process would have it. */
function process(running: Record<string, number> = {}) {
  const balance = prefixAffine({ inFlight: ({ id }) => running[id] ?? 0 });
  return (request: ChatRequest, among = targets) =>
    balance(among, { request, principal: { id: '' } }).map(({ id }) => id);
}

describe('prefix-affine', () => {
  it('sends all turns of a conversation to one target, whichever process is asked', () => {
    for (let conversation = 0; conversation < 50; conversation++) {
      const firsts = [1, 2, 3, 8].map((count) => process()(turn(conversation, count))[0]);
      assert.equal(new Set(firsts).size, 1, firsts.join());
    }
  });

  it('spreads conversations that share a system prompt, also in a process that remembers them', () => {
    const ask = process();
    const firsts = Array.from({ length: 200 }, (_, conversation) => ask(turn(conversation, 1))[0]);
    for (const { id } of targets) {
      const share = firsts.filter((first) => first === id).length;
      assert.ok(share > 25 && share < 75, `${id}: ${share}`);
    }
  });

  it('moves the conversations of a target that goes, and no others', () => {
    for (let conversation = 0; conversation < 100; conversation++) {
      const before = process()(turn(conversation, 2));
      const after = process()(
        turn(conversation, 2),
        targets.filter(({ id }) => id !== before[0]),
      );
      assert.equal(after[0], before[1]);
      const others = targets.filter(({ id }) => id !== before[3]);
      assert.equal(process()(turn(conversation, 2), others)[0], before[0]);
    }
  });

  it('weighs what is cached against how busy it is there', () => {
    const [home = '', second = ''] = process()(turn(1, 5));
    const isHome = (running: Record<string, number>, count: number) =>
      process(running)(turn(1, count))[0] === home;
    assert.ok(isHome({ [home]: 5 }, 1), 'a little work does not drive a conversation from home');
    assert.ok(!isHome({ [home]: 12 }, 1), 'at the beginning there is little to lose');
    assert.ok(isHome({ [home]: 12 }, 5), 'later there is more');
    assert.ok(!isHome({ [home]: 40 }, 5));
    assert.equal(process({ [home]: 40 })(turn(1, 5))[0], second, 'in the order that every process has');
  });

  it('stays where it had to move to, because that is where the prompt is now', () => {
    const running: Record<string, number> = {};
    const ask = process(running);
    const [home = ''] = process()(turn(1, 1));
    running[home] = 40;
    const [refuge] = ask(turn(1, 1));
    assert.notEqual(refuge, home);
    // The beginning is at the refuge for certain, all of it at home only by custom.
    running[home] = 20;
    assert.equal(ask(turn(1, 2))[0], refuge);
  });

  it('goes by the key that the caller gives for prompts that begin alike', () => {
    const parameters = { prompt_cache_key: 'batch-7' };
    const firsts = Array.from({ length: 20 }, (_, i) => process()(turn(i, 1, parameters))[0]);
    assert.equal(new Set(firsts).size, 1);
  });

  it('works on prompts that are no conversation', () => {
    const head = 'Once upon a time. '.repeat(100);
    const inputs: readonly [Input, Input][] = [
      [
        { kind: 'text', text: `${head}A` },
        { kind: 'text', text: `${head}B and so on` },
      ],
      [
        { kind: 'tokens', tokens: Array.from({ length: 300 }, (_, i) => i) },
        { kind: 'tokens', tokens: Array.from({ length: 400 }, (_, i) => i) },
      ],
    ];
    for (const [one, other] of inputs) {
      const first = (input: Input) => process()({ ...asking(), input })[0];
      assert.equal(first(one), first(other));
    }
  });
});

describe('the blocks of a prompt', () => {
  it('end where messages end, and each tells all that is before it', () => {
    const short = prefixBlocks(turn(1, 1));
    const long = prefixBlocks(turn(1, 3));
    assert.equal(long.blocks.length, 6);
    assert.deepEqual(long.blocks.slice(0, 2), short.blocks);
    assert.deepEqual(long.home, short.home);
    assert.equal(long.home, long.blocks[1]);
    assert.equal(long.seen, long.blocks[4]?.end);
    assert.equal(short.seen, 0);
    assert.equal(long.length, long.blocks[5]?.end);
  });

  it('are others for other tools, templates and salts', () => {
    const plain = prefixBlocks(turn(1, 1)).home.hash;
    const tools = [{ type: 'function' as const, function: { name: 'f' } }];
    for (const parameters of [{ tools }, { cache_salt: 's' }, { chat_template: 't' }]) {
      assert.notEqual(prefixBlocks(turn(1, 1, parameters)).home.hash, plain, JSON.stringify(parameters));
    }
    assert.equal(prefixBlocks(turn(1, 1, { temperature: 0.5 })).home.hash, plain);
  });
});
