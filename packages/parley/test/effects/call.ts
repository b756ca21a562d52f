import assert from 'node:assert/strict';
import { DEFAULTS, type Effect, type Reply } from './probe.ts';

const cached = ({ body }: Reply): number => body.usage?.prompt_tokens_details?.cached_tokens ?? 0;

export const CALL: Record<string, Effect> = {
  request_id: async (probe) => {
    assert.equal((await probe.get({ request_id: 'mine-1' })).body.id, 'mine-1');
  },
  cache_salt: async (probe) => {
    const messages = [
      { role: 'user', content: 'A prompt that nobody else has sent to this server so far, of some length.' },
    ];
    const ask = (salt: string) => probe.get({ messages, cache_salt: salt, max_completion_tokens: 1 });
    assert.equal(cached(await ask('one')), 0);
    assert.ok(cached(await ask('one')) > 0);
    assert.equal(cached(await ask('two')), 0);
  },
  priority: async (probe) => {
    const order: number[] = [];
    const ask = async (priority: number) => {
      await probe.get({ priority, ignore_eos: true, max_completion_tokens: 4, model: 'single' });
      order.push(priority);
    };
    // One runs at a time: behind a long answer that has begun the others wait, and the most urgent goes first.
    const long = { ...DEFAULTS, model: 'single', ignore_eos: true, max_completion_tokens: 450, stream: true };
    const response = await fetch(`${probe.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(long),
    });
    const reader = response.body?.getReader();
    await reader?.read();
    const rest = [ask(5), ask(4), ask(-3)];
    while (!(await reader?.read())?.done);
    await Promise.all(rest);
    assert.deepEqual(order, [-3, 4, 5]);
  },
  service_tier: async (probe) => {
    assert.equal((await probe.get({})).body.service_tier, undefined);
    assert.equal((await probe.get({ service_tier: 'auto' })).body.service_tier, 'default');
    assert.equal((await probe.get({ service_tier: 'flex' })).body.service_tier, 'flex');
    await probe.refuses('service_tier', { service_tier: 'gold' }, /auto/);
  },
  user: async (probe) => {
    const { body } = await probe.get({ store: true, user: 'somebody' });
    const stored = await fetch(`${probe.url}/v1/chat/completions/${body.id}`);
    assert.equal(JSON.parse(await stored.text()).input_user, 'somebody');
  },
  kv_transfer_params: (probe) =>
    probe.refuses('kv_transfer_params', { kv_transfer_params: { do_remote_decode: true } }, /cache/),
  cf_ray: async (probe) => {
    const { headers } = await probe.get({}, { 'cf-ray': '8f1-FRA' });
    assert.equal(headers.get('cf-ray'), '8f1-FRA');
  },
  x_amz_cf_id: async (probe) => {
    const { headers } = await probe.get({}, { 'x-amz-cf-id': 'abc==' });
    assert.equal(headers.get('x-amz-cf-id'), 'abc==');
  },
  x_delay_time: async (probe) => {
    const begun = performance.now();
    await probe.get({}, { 'x-delay-time': '0.5' });
    assert.ok(performance.now() - begun >= 490);
  },
};
