import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Client, chatCompletionOf, refusalOf } from '../http/client.ts';
import { checkCompletion } from '../shapes/completion.ts';
import { checkModel, checkModelList } from '../shapes/models.ts';
import { ADD, ASK_WEATHER, TICKET, WEATHER } from './tools.ts';

/** Every call of the client checks its answer against the published shape; here are the forms that answers can have. */
export function shape(client: Client): void {
  const { model } = client.target;

  test('an answer', async () => {
    const answer = await client.answer();
    assert.equal(answer.model, model);
    assert.equal(answer.choices.length, 1);
    assert.ok(answer.choices[0]?.message.content);
    assert.equal(answer.choices[0].logprobs, null);
    assert.equal(answer.choices[0].message.refusal, null);
  });

  test('several choices, numbered', async () => {
    const { choices } = await client.answer({ n: 3, temperature: 1, seed: 7 });
    assert.deepEqual(
      choices.map(({ index }) => index),
      [0, 1, 2],
    );
  });

  test('ids differ from answer to answer', async () => {
    const answers = await Promise.all([client.answer(), client.answer()]);
    assert.notEqual(answers[0].id, answers[1].id);
  });

  test('calls of functions', async () => {
    const answer = await client.answer({ ...ASK_WEATHER, tools: [WEATHER, ADD], tool_choice: 'required' });
    assert.ok(answer.choices[0]?.message.tool_calls?.every(({ type }) => type === 'function'));
    assert.equal(answer.choices[0].finish_reason, 'tool_calls');
  });

  test('a call of a custom tool', async () => {
    const answer = await client.answer({ ...ASK_WEATHER, tools: [TICKET], tool_choice: 'required' });
    assert.equal(answer.choices[0]?.message.tool_calls?.[0]?.type, 'custom');
  });

  test('a call in the older form', async () => {
    const functions = [WEATHER.function];
    const answer = await client.answer({ ...ASK_WEATHER, functions, function_call: { name: 'get_weather' } });
    assert.equal(answer.choices[0]?.message.function_call?.name, 'get_weather');
    assert.equal(answer.choices[0].message.tool_calls, undefined);
    assert.equal(answer.choices[0].finish_reason, 'function_call');
  });

  test('an older completion, with echo and log probabilities', async () => {
    const { choices, usage } = await client.completion({ prompt: 'Once upon', echo: true, logprobs: 2 });
    const [choice] = choices;
    const lists = choice?.logprobs;
    assert.ok(choice?.text.startsWith('Once upon') && lists);
    assert.equal(lists.tokens.length, usage.total_tokens);
    assert.equal(lists.tokens.join(''), choice.text);
    assert.equal(lists.token_logprobs.length, usage.total_tokens);
    assert.deepEqual(
      lists.text_offset,
      lists.tokens.map((_, i) => lists.tokens.slice(0, i).join('').length),
    );
    assert.equal(lists.token_logprobs[0], null);
    assert.ok(lists.token_logprobs.slice(1).every((logprob) => logprob !== null));
  });

  test('older completions of several prompts', async () => {
    const { choices } = await client.completion({ prompt: ['One', 'Two'], n: 2, temperature: 1 });
    assert.deepEqual(
      choices.map(({ index }) => index),
      [0, 1, 2, 3],
    );
  });

  test('the list of models, and one of them', async () => {
    const list: unknown = JSON.parse((await client.send('/v1/models')).text);
    checkModelList(list);
    assert.ok(list.data.some(({ id }) => id === model));
    const one: unknown = JSON.parse((await client.send(`/v1/models/${model}`)).text);
    checkModel(one);
    assert.equal(one.id, model);
  });

  test('the same answer under each prefix', async () => {
    const body = client.question({});
    const texts = await Promise.all(
      ['/v1', '/openai/v1', ''].map(async (prefix) => {
        const reply = await client.post(`${prefix}/chat/completions`, body);
        return chatCompletionOf(reply).choices[0]?.message.content;
      }),
    );
    assert.deepEqual(texts, Array(3).fill(texts[0]));
    for (const prefix of ['/openai/v1', '']) {
      checkModelList(JSON.parse((await client.send(`${prefix}/models`)).text));
      const reply = await client.post(`${prefix}/completions`, { model, prompt: 'One', max_tokens: 2 });
      checkCompletion(JSON.parse(reply.text));
    }
  });

  test('refusals of every kind', async () => {
    refusalOf(await client.send('/v1/nothing-here'), 404);
    refusalOf(await client.send('/v1/models/no-such-model'), 404);
    refusalOf(await client.send('/v1/chat/completions', { method: 'PUT' }), 405);
    refusalOf(await client.post('/v1/chat/completions', '<a/>', { 'content-type': 'text/xml' }), 415);
    refusalOf(await client.post('/v1/chat/completions', '{}', { 'content-encoding': 'lzma' }), 415);
    refusalOf(await client.post('/v1/completions', { model, prompt: 1 }), 400);
    refusalOf(await client.post('/tokenize', { model }), 400);
    refusalOf(await client.post('/detokenize', { model, tokens: [-1] }), 400);
  });
}
