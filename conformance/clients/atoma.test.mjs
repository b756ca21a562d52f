import assert from 'node:assert/strict';
import { test } from 'node:test';
import { installed, KEY, MODEL, URL } from './given.mjs';

const atoma = await installed('atoma-sdk');
if (atoma) {
  // Below Atoma's own base path, and below none.
  for (const serverURL of [URL, `${URL}/atoma`]) {
    const client = new atoma.AtomaSDK({ bearerAuth: KEY, serverURL });
    const asked = {
      model: MODEL,
      messages: [
        { role: 'system', content: 'Answer briefly.', name: 'guide' },
        { role: 'user', content: 'Hello!', name: 'Ada' },
      ],
      maxTokens: 12,
      temperature: 0,
      topP: 1,
      n: 1,
      seed: 5,
      stop: ['\u0001'],
      frequencyPenalty: 0,
      presencePenalty: 0,
      logitBias: { 7: 0.5 },
      user: 'user-7',
    };

    test(`an answer, whole and streamed, at ${serverURL === URL ? '/v1' : '/atoma/v1'}`, async () => {
      const whole = await client.chat.create(asked);
      assert.ok(whole.choices[0].message.content);
      const pieces = [];
      for await (const { data } of await client.chat.createStream(asked))
        pieces.push(data.choices[0]?.delta.content);
      // The client leaves out what it does not know, so the text is not compared.
      assert.ok(pieces.length > 1);
    });
  }

  const client = new atoma.AtomaSDK({ bearerAuth: KEY, serverURL: URL });
  test('models and health', async () => {
    assert.ok((await client.models.modelsList()).data.some(({ id }) => id === MODEL));
    await client.health.health();
  });

  test('a refusal is its APIError', async () => {
    const call = client.chat.create({
      model: 'no-such-model',
      messages: [{ role: 'user', content: 'Hello!' }],
    });
    await assert.rejects(call, ({ statusCode }) => statusCode === 404);
  });
}
