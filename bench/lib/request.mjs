import { request } from 'node:http';

const COMMENT = 58; // ':' opens a comment line, as keep-alives are
const TAIL_BYTES = 8192;

const ATTEMPTS = 5;

/**
 * Sends one chat completion and measures it. The stream is not parsed: the first event that is not a comment gives the
 * time to first token, and only the end, where usage stands, is decoded, so that the generator stays cheap.
 * A connection that the server closes without a word is tried again, which counts as `resent`; the time goes on.
 * Returns milliseconds and token counts. Throws unless the answer has exactly `body.max_tokens` tokens, or with
 * `mayEnd` at most as many.
 */
export async function complete(target, body, agent, { mayEnd = false } = {}) {
  const started = performance.now();
  for (let resent = 0; ; resent++) {
    try {
      return { resent, ...(await completeOnce(target, body, agent, started, mayEnd)) };
    } catch (error) {
      if (error.code !== 'ECONNRESET' || resent + 1 === ATTEMPTS) throw error;
    }
  }
}

function completeOnce(target, body, agent, started, mayEnd) {
  const data = JSON.stringify({ ...body, model: target.model });
  const options = {
    host: target.address.hostname,
    port: target.address.port,
    path: '/v1/chat/completions',
    method: 'POST',
    agent,
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(data) },
  };
  const { promise, resolve, reject } = Promise.withResolvers();
  const call = request(options, (response) => {
    const chunks = [];
    let firstMs;
    response.on('data', (chunk) => {
      if (firstMs === undefined && chunk[0] !== COMMENT) firstMs = performance.now() - started;
      chunks.push(chunk);
    });
    response.on('error', reject);
    response.on('end', () => {
      const totalMs = performance.now() - started;
      try {
        resolve({ firstMs, totalMs, ...checkAnswer(target, response.statusCode, chunks, body, mayEnd) });
      } catch (error) {
        reject(error);
      }
    });
  });
  call.on('error', reject);
  call.end(data);
  return promise;
}

function checkAnswer(target, status, chunks, body, mayEnd) {
  const text = Buffer.concat(chunks);
  if (status !== 200) throw new Error(`${target.name} answered ${status}: ${text.toString().slice(0, 500)}`);
  const tail = text.subarray(body.stream ? Math.max(0, text.length - TAIL_BYTES) : 0).toString();
  const completion = lastNumber(tail, /"completion_tokens":\s*(\d+)/g);
  const prompt = lastNumber(tail, /"prompt_tokens":\s*(\d+)/g);
  if (!(mayEnd ? completion <= body.max_tokens : completion === body.max_tokens)) {
    throw new Error(
      `${target.name} gave ${completion} tokens instead of ${body.max_tokens}: ${tail.slice(-500)}`,
    );
  }
  return { tokens: completion, promptTokens: prompt };
}

function lastNumber(text, pattern) {
  const found = [...text.matchAll(pattern)].at(-1);
  return found === undefined ? undefined : Number(found[1]);
}
