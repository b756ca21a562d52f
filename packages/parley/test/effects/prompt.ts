import assert from 'node:assert/strict';
import { contentOf, type Effect, promptTokens } from './probe.ts';

const STORY = [
  { role: 'user', content: 'Tell me a story.' },
  { role: 'assistant', content: 'Once upon' },
];

export const PROMPT: Record<string, Effect> = {
  messages: async (probe) => {
    const other = { messages: [{ role: 'user', content: 'Hello!' }] };
    assert.notEqual(await probe.text(other), await probe.text({}));
    await probe.refuses('messages', { messages: [] }, /at least/);
  },
  model: async (probe) => {
    assert.equal((await probe.get({})).body.model, 'parley-tiny');
    assert.equal((await probe.get({ model: 'thinker' })).body.model, 'thinker');
    const unknown = await probe.ask({ model: 'nobody' });
    assert.deepEqual([unknown.status, unknown.body.error?.param], [404, 'model']);
  },
  add_generation_prompt: async (probe) => {
    const [plain, open] = await Promise.all([
      probe.get({ max_completion_tokens: 1 }),
      probe.get({ max_completion_tokens: 1, add_generation_prompt: false }),
    ]);
    assert.ok(promptTokens(open) < promptTokens(plain));
  },
  continue_final_message: async (probe) => {
    const body = { messages: STORY, add_generation_prompt: false };
    const continued = await probe.text({ ...body, continue_final_message: true });
    assert.notEqual(continued, await probe.text(body));
    assert.match(continued, /^ a/);
  },
  add_special_tokens: async (probe) => {
    // The shipped model has no such token, so nothing may change; the tokenizer of a model that has one is tested beside it.
    const [plain, added] = await Promise.all([probe.get({}), probe.get({ add_special_tokens: true })]);
    assert.equal(promptTokens(added), promptTokens(plain));
  },
  chat_template: async (probe) => {
    const { body } = await probe.get({
      chat_template: '{{ messages[0].content }}',
      return_token_ids: true,
    });
    assert.equal(body.prompt_token_ids?.length, body.usage?.prompt_tokens);
    assert.ok(promptTokens(await probe.get({})) > (body.usage?.prompt_tokens ?? 0));
    await probe.refuses('chat_template', { chat_template: '{% if %}' }, /template/);
  },
  chat_template_kwargs: async (probe) => {
    const template = '{{ messages[0].content }}{{ extra }}';
    const [short, long] = await Promise.all([
      probe.get({ chat_template: template, chat_template_kwargs: { extra: '' } }),
      probe.get({ chat_template: template, chat_template_kwargs: { extra: ' one two three four' } }),
    ]);
    assert.ok(promptTokens(long) > promptTokens(short));
    const ignored = await probe.get({ chat_template_kwargs: { tone: 'dry' } });
    assert.match(ignored.headers.get('x-parley-parameters') ?? '', /chat_template_kwargs;ignored/);
  },
  documents: async (probe) => {
    const documents = [{ title: 'T', text: 'a text about lions and bears' }];
    const template = '{% for d in documents or [] %}{{ d.text }}{% endfor %}{{ messages[0].content }}';
    const [without, shown] = await Promise.all([
      probe.get({ chat_template: template }),
      probe.get({ chat_template: template, documents }),
    ]);
    assert.ok(promptTokens(shown) > promptTokens(without));
    const ignored = await probe.get({ documents });
    assert.match(ignored.headers.get('x-parley-parameters') ?? '', /documents;ignored/);
  },
  truncate_prompt_tokens: async (probe) => {
    const whole = await probe.get({ return_token_ids: true });
    const cut = await probe.get({ truncate_prompt_tokens: 5, return_token_ids: true });
    assert.deepEqual(cut.body.prompt_token_ids, whole.body.prompt_token_ids?.slice(-5));
    const long = 'word '.repeat(2000);
    const fits = await probe.get({ messages: [{ role: 'user', content: long }], truncate_prompt_tokens: -1 });
    assert.ok(promptTokens(fits) <= 512 - 24);
    assert.notEqual(contentOf(cut.body), contentOf(whole.body));
  },
  mm_processor_kwargs: (probe) =>
    probe.refuses('mm_processor_kwargs', { mm_processor_kwargs: { size: 3 } }, /text alone/),
};
