import { Agent } from 'node:http';
import { counterDifference, engineCounters } from './engine-metrics.mjs';
import { cpuSeconds } from './process-tree.mjs';
import { complete } from './request.mjs';
import { median, quantile } from './statistics.mjs';
import { promptText } from './words.mjs';

/** The body of one request: fixed length, end-of-text ignored, so that every answer has exactly `tokens` tokens. */
export function requestBody({ promptWords, tokens, stream, extra }, seed) {
  return {
    messages: [{ role: 'user', content: promptText(promptWords, seed) }],
    max_tokens: tokens,
    ignore_eos: true,
    stream,
    ...(stream ? { stream_options: { include_usage: true } } : {}),
    ...extra,
  };
}

/** Sends `requests` requests, `concurrent` at a time. The prompts depend on `seed` alone. */
async function sendAll(target, { concurrent, requests, ...shape }, seed) {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrent });
  const answers = [];
  let next = 0;
  const client = async () => {
    while (next < requests) {
      const body = requestBody(shape, seed * 10_007 + next++);
      answers.push(await complete(target, body, agent));
    }
  };
  try {
    await Promise.all(Array.from({ length: concurrent }, client));
  } finally {
    agent.destroy();
  }
  return answers;
}

/** One round of one target: rates and times of the whole round. */
export async function measureRound(target, shape, seed) {
  const counters = await engineCounters(target.url);
  const serverCpu = target.pid === undefined ? undefined : cpuSeconds(target.pid);
  const ownCpu = process.cpuUsage();
  const started = performance.now();
  const answers = await sendAll(target, shape, seed);
  const seconds = (performance.now() - started) / 1000;
  const own = process.cpuUsage(ownCpu);
  const cpu = serverCpu === undefined ? undefined : cpuSeconds(target.pid) - serverCpu;
  const engine = counterDifference(counters, await engineCounters(target.url));
  const tokens = answers.reduce((sum, answer) => sum + answer.tokens, 0);
  const firsts = answers.map((answer) => answer.firstMs);
  return {
    tokensPerSecond: tokens / seconds,
    // the first byte of a whole answer comes with the last token, so there it is no time to first token
    firstMs: shape.stream ? median(firsts) : undefined,
    firstMs99: shape.stream ? quantile(firsts, 0.99) : undefined,
    totalMs: median(answers.map((answer) => answer.totalMs)),
    cpuMicrosecondsPerToken: cpu === undefined ? undefined : (cpu * 1e6) / tokens,
    overheadShare: engine && engine.overheadSeconds / (engine.decodeSeconds + engine.overheadSeconds),
    overheadMicrosecondsPerToken: engine && (engine.overheadSeconds * 1e6) / tokens,
    generatorShare: (own.user + own.system) / 1e6 / seconds,
    resent: answers.reduce((sum, answer) => sum + answer.resent, 0),
    promptTokens: median(answers.map((answer) => answer.promptTokens)),
  };
}
