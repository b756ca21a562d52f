import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { responseFormat } from './forms.mjs';
import { requestBody } from './load.mjs';

/** For how long the streams are watched at least. */
const WATCH_MS = 1500;
const PROMPT_WORDS = 16;
/** More than are watched. */
const STREAM_TOKENS = 6000;

/** Sends a request; `gap()` is the longest time without an event since the last call. */
function open(target, body, agent) {
  const data = JSON.stringify({ ...body, model: target.model });
  const options = {
    host: target.address.hostname,
    port: target.address.port,
    path: '/v1/chat/completions',
    method: 'POST',
    agent,
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(data) },
  };
  let last;
  let longest = 0;
  const { promise: answered, resolve, reject } = Promise.withResolvers();
  const call = request(options, (response) => {
    response.on('data', () => {
      const now = performance.now();
      if (last !== undefined) longest = Math.max(longest, now - last);
      last = now;
    });
    response.on('error', reject);
    response.on('end', () => resolve(response.statusCode));
  });
  call.on('error', reject);
  call.end(data);
  // A stream that its caller closes ends with an error that nobody waits for.
  answered.catch(() => undefined);
  return {
    answered,
    hasBegun: () => last !== undefined,
    gap() {
      const gap = Math.max(longest, performance.now() - last);
      longest = 0;
      return gap;
    },
    close: () => call.destroy(),
  };
}

/**
 * The longest time for which one of the running streams has no token, in milliseconds: undisturbed, while a schema of that
 * size is compiled and found to be impossible, and while it is compiled and used. `answerMs`: until its one token came.
 */
export async function longestGaps(target, { streams, schema, round }) {
  const agent = new Agent({ keepAlive: true });
  const send = (tokens, extra, seed) =>
    open(target, requestBody({ promptWords: PROMPT_WORDS, tokens, stream: true, extra }, seed), agent);
  const running = Array.from({ length: streams }, (_, i) => send(STREAM_TOKENS, {}, round * 100 + i));
  const longest = () => Math.max(...running.map((stream) => stream.gap()));
  const watch = async (work) => {
    longest();
    await Promise.all([sleep(WATCH_MS), work()]);
    return longest();
  };
  const ask = async (form, expected) => {
    const status = await send(1, { ...responseFormat(form), ignore_eos: undefined }, round).answered;
    if (status !== expected) throw new Error(`the schema was answered with ${status} instead of ${expected}`);
  };
  try {
    while (!running.every((stream) => stream.hasBegun())) await sleep(5);
    const aloneMs = await watch(async () => undefined);
    const impossible = { ...schema, required: ['field_0', 'field_1'], maxProperties: 1 };
    const refusedMs = await watch(() => ask(impossible, 400));
    const started = performance.now();
    let answerMs;
    const besideMs = await watch(async () => {
      await ask(schema, 200);
      answerMs = performance.now() - started;
    });
    return { aloneMs, refusedMs, besideMs, answerMs };
  } finally {
    for (const stream of running) stream.close();
    agent.destroy();
  }
}
