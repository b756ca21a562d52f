/** What every candidate answers: the size of a short chat completion, and of a stream of short deltas. */
export const CHUNKS = 200;

export const answer = (content) => ({
  id: 'chatcmpl-7f0c3b8e-0000-4000-8000-5a5a5a5a5a5a',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content, refusal: null },
      finish_reason: 'stop',
      logprobs: null,
    },
  ],
  created: 1_795_000_000,
  model: 'parley-tiny',
  system_fingerprint: 'fp_0123456789',
  object: 'chat.completion',
  usage: { prompt_tokens: 20, completion_tokens: 40, total_tokens: 60 },
});

const PREFIX =
  'data: {"id":"chatcmpl-7f0c3b8e-0000-4000-8000-5a5a5a5a5a5a","object":"chat.completion.chunk","created":1795000000,"model":"parley-tiny","system_fingerprint":"fp_0123456789","choices":[{"index":0,"delta":{"content":';

/** The text of one chunk: encoding costs the same for every candidate. */
export const chunk = (i) => `${PREFIX}${JSON.stringify(` word${i}`)}},"finish_reason":null}]}\n\n`;

/** A token arrives a turn of the event loop after the one before it, so chunks cannot be merged into one write. */
export async function* chunks() {
  for (let i = 0; i < CHUNKS; i++) {
    await new Promise(setImmediate);
    yield chunk(i);
  }
  yield 'data: [DONE]\n\n';
}

/** 404 outside the route, 400 for a body that is no JSON: the least that a server does. */
export const ROUTE = '/v1/chat/completions';

/** Tells the parent the port, and the CPU time used so far when it asks. */
export function report(port) {
  process.send({ port });
  process.on('message', () => process.send({ cpu: process.cpuUsage() }));
}
