/** Equal requests get equal logits, to the last bit, whatever runs beside them and wherever their prompt comes from. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CliProcess } from './cli-process.ts';

let server: CliProcess;
let url = '';
before(async () => {
  server = new CliProcess(['serve', '--port', '0', '--parallel', '8']);
  url = await server.url();
});
after(() => server[Symbol.asyncDispose]());

const FOX = 'Once upon a time there was a fox. ';

async function logprobs(content: string, salt: string): Promise<{ values: number[]; cached: number }> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      messages: [{ role: 'user', content }],
      temperature: 0,
      max_tokens: 8,
      ignore_eos: true,
      logprobs: true,
      cache_salt: salt,
    }),
  });
  const body = JSON.parse(await response.text());
  assert.equal(response.status, 200, JSON.stringify(body));
  return {
    values: body.choices[0].logprobs.content.map((entry: { logprob: number }) => entry.logprob),
    cached: body.usage.prompt_tokens_details.cached_tokens,
  };
}

for (const repeats of [2, 11, 33]) {
  test(`a prompt of ${repeats} sentences, alone, among its like, among others, and from the cache`, async () => {
    const content = FOX.repeat(repeats);
    const alone = await logprobs(content, `alone-${repeats}`);
    const again = await logprobs(content, `alone-${repeats}`);
    assert.deepEqual(again.values, alone.values);
    assert.equal(alone.cached, 0);
    if (repeats > 2) assert.ok(again.cached > 50, `${again.cached} tokens came from the cache`);
    for (let round = 0; round < 3; round++) {
      const like = Array.from({ length: 12 }, (_, i) => logprobs(content, `like-${repeats}-${round}-${i}`));
      const others = Array.from({ length: 6 }, (_, i) =>
        logprobs(`zebra ${i} `.repeat(3 + 7 * i), `other-${repeats}-${round}-${i}`),
      );
      for (const { values } of await Promise.all(like)) assert.deepEqual(values, alone.values);
      await Promise.all(others);
    }
  });
}
