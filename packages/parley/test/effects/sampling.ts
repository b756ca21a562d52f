import assert from 'node:assert/strict';
import { completionTokens, contentOf, type Effect, type Probe, tokensOf } from './probe.ts';

/** How often the most frequent word of a text occurs in it. */
function repetition(text: string): number {
  const counts = new Map<string, number>();
  for (const word of text.split(/\s+/)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return Math.max(...counts.values()) / text.split(/\s+/).length;
}

/** Distinct answers among several seeds: how random the sampling is. */
async function variety(probe: Probe, body: Record<string, unknown>): Promise<number> {
  const texts = new Set<string>();
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    texts.add(await probe.text({ temperature: 1.5, max_completion_tokens: 6, seed, ...body }));
  }
  return texts.size;
}

const narrows =
  (off: Record<string, unknown>, on: Record<string, unknown>): Effect =>
  async (probe) => {
    assert.ok((await variety(probe, off)) > 1);
    assert.equal(await variety(probe, on), 1);
  };

const LONG = { max_completion_tokens: 120, ignore_eos: true };

export const SAMPLING: Record<string, Effect> = {
  temperature: narrows({ temperature: 1.5 }, { temperature: 0 }),
  top_p: narrows({}, { top_p: 0.0001 }),
  top_k: narrows({}, { top_k: 1 }),
  min_p: narrows({}, { min_p: 1 }),
  seed: async (probe) => {
    const hot = { temperature: 1.5 };
    assert.equal(await probe.text({ ...hot, seed: 7 }), await probe.text({ ...hot, seed: 7 }));
    assert.notEqual(await probe.text({ ...hot, seed: 7 }), await probe.text({ ...hot, seed: 8 }));
    const big = '9223372036854775807';
    assert.equal(await probe.text({ ...hot, seed: big }), await probe.text({ ...hot, seed: big }));
  },
  frequency_penalty: async (probe) => {
    const plain = repetition(await probe.text(LONG));
    assert.ok(repetition(await probe.text({ ...LONG, frequency_penalty: 2 })) < plain);
  },
  presence_penalty: async (probe) => {
    const plain = repetition(await probe.text(LONG));
    assert.ok(repetition(await probe.text({ ...LONG, presence_penalty: 2 })) < plain);
  },
  repetition_penalty: async (probe) => {
    const plain = repetition(await probe.text(LONG));
    assert.ok(repetition(await probe.text({ ...LONG, repetition_penalty: 3 })) < plain);
  },
  logit_bias: async (probe) => {
    const first = (await probe.get({ logprobs: true, max_completion_tokens: 1, return_token_ids: true }))
      .body;
    const [id] = first.choices[0]?.token_ids ?? [];
    assert.ok(id !== undefined);
    const banned = await probe.text({ max_completion_tokens: 1, logit_bias: { [id]: -100 } });
    assert.notEqual(banned, contentOf(first));
    const forced = await probe.get({
      max_completion_tokens: 3,
      logit_bias: { 300: 100 },
      return_token_ids: true,
    });
    assert.deepEqual(forced.body.choices[0]?.token_ids, [300, 300, 300]);
    const foreign = await probe.get({ logit_bias: { 1234567890: 1 } });
    assert.match(foreign.headers.get('x-parley-parameters') ?? '', /logit_bias\.1234567890;ignored/);
  },
  allowed_token_ids: async (probe) => {
    const reply = await probe.get({ allowed_token_ids: [300, 301], return_token_ids: true });
    assert.ok(reply.body.choices[0]?.token_ids?.every((id) => id === 300 || id === 301));
  },
  bad_words: async (probe) => {
    const plain = await probe.text({});
    const [word = ''] = plain.match(/[a-z]{3,}/) ?? [];
    assert.ok(word !== '');
    assert.ok(!(await probe.text({ bad_words: [word] })).includes(word));
  },
  n: async (probe) => {
    const { body } = await probe.get({ n: 3, temperature: 1.5, seed: 1 });
    assert.deepEqual(
      body.choices.map(({ index }) => index),
      [0, 1, 2],
    );
    assert.ok(new Set(body.choices.map(({ message }) => message.content)).size > 1);
  },
  logprobs: async (probe) => {
    assert.equal((await probe.get({})).body.choices[0]?.logprobs, null);
    const reply = await probe.get({ logprobs: true });
    assert.equal(tokensOf(reply).join(''), contentOf(reply.body));
    assert.ok(reply.body.choices[0]?.logprobs?.content?.every(({ logprob }) => logprob <= 0));
  },
  top_logprobs: async (probe) => {
    const reply = await probe.get({ logprobs: true, top_logprobs: 5 });
    const entries = reply.body.choices[0]?.logprobs?.content ?? [];
    assert.ok(entries.length > 0 && entries.every(({ top_logprobs: top }) => top.length === 5));
    await probe.refuses('top_logprobs', { logprobs: true, top_logprobs: 21 }, /20/);
  },
  logits_processors: async (probe) => {
    const plain = await probe.get({ return_token_ids: true });
    const [first] = plain.body.choices[0]?.token_ids ?? [];
    const wish = { qualname: 'ban', kwargs: { token: first } };
    const changed = await probe.get({ logits_processors: [wish], return_token_ids: true });
    assert.ok(!changed.body.choices[0]?.token_ids?.includes(first ?? -1));
    await probe.refuses('logits_processors[0]', { logits_processors: ['os.system'] }, /ban/);
  },
  vllm_xargs: async (probe) => {
    const plain = await probe.get({ return_token_ids: true });
    const [first = -1] = plain.body.choices[0]?.token_ids ?? [];
    const body = { logits_processors: ['ban'], vllm_xargs: { token: first }, return_token_ids: true };
    const changed = await probe.get(body);
    assert.ok(!changed.body.choices[0]?.token_ids?.includes(first));
    await probe.refuses('vllm_xargs', { vllm_xargs: { token: 1 } }, /processor/);
  },
  length_penalty: async (probe) => {
    const beams = { use_beam_search: true, n: 2, max_completion_tokens: 40, temperature: undefined };
    const short = await probe.get({ ...beams, length_penalty: -4 });
    const long = await probe.get({ ...beams, length_penalty: 4 });
    const length = (text: string) => text.length;
    assert.ok(length(contentOf(short.body)) <= length(contentOf(long.body)));
    assert.notEqual(contentOf(short.body), contentOf(long.body));
    await probe.refuses('length_penalty', { length_penalty: 2 }, /use_beam_search/);
  },
  ignore_eos: async (probe) => {
    const greeting = { messages: [{ role: 'user', content: 'Hello!' }], max_completion_tokens: 200 };
    const plain = await probe.get(greeting);
    assert.equal(plain.body.choices[0]?.finish_reason, 'stop');
    const ignoring = await probe.get({ ...greeting, ignore_eos: true });
    assert.equal(ignoring.body.choices[0]?.finish_reason, 'length');
    assert.equal(completionTokens(ignoring), 200);
  },
};
