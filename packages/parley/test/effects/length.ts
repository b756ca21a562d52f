import assert from 'node:assert/strict';
import { completionTokens, contentOf, type Effect } from './probe.ts';

const limits =
  (name: string): Effect =>
  async (probe) => {
    const reply = await probe.get({ max_completion_tokens: undefined, [name]: 3 });
    assert.equal(completionTokens(reply), 3);
    assert.equal(reply.body.choices[0]?.finish_reason, 'length');
  };

const lengthens =
  (name: string): Effect =>
  async (probe) => {
    const greeting = { messages: [{ role: 'user', content: 'Hello!' }], max_completion_tokens: 100 };
    const plain = await probe.get(greeting);
    const least = completionTokens(plain) + 20;
    const longer = await probe.get({ ...greeting, [name]: least });
    assert.equal(plain.body.choices[0]?.finish_reason, 'stop');
    assert.ok(completionTokens(longer) >= least);
  };

export const LENGTH: Record<string, Effect> = {
  max_completion_tokens: limits('max_completion_tokens'),
  max_tokens: limits('max_tokens'),
  min_completion_tokens: lengthens('min_completion_tokens'),
  min_tokens: lengthens('min_tokens'),
  stop: async (probe) => {
    const plain = await probe.text({});
    const stop = plain.slice(8, 11);
    const { body } = await probe.get({ stop });
    assert.equal(contentOf(body), plain.slice(0, plain.indexOf(stop)));
    assert.deepEqual([body.choices[0]?.finish_reason, body.choices[0]?.stop_reason], ['stop', stop]);
    assert.equal(await probe.text({ stop: ['never', stop] }), contentOf(body));
  },
  include_stop_str_in_output: async (probe) => {
    const stop = (await probe.text({})).slice(8, 11);
    const [without, included] = await Promise.all([
      probe.text({ stop }),
      probe.text({ stop, include_stop_str_in_output: true }),
    ]);
    assert.equal(included, without + stop);
  },
  stop_token_ids: async (probe) => {
    const plain = await probe.get({ return_token_ids: true });
    const [, second = -1] = plain.body.choices[0]?.token_ids ?? [];
    const { body } = await probe.get({ stop_token_ids: [second], return_token_ids: true });
    assert.deepEqual(body.choices[0]?.token_ids, plain.body.choices[0]?.token_ids?.slice(0, 2));
    assert.equal(body.choices[0]?.stop_reason, second);
  },
};
