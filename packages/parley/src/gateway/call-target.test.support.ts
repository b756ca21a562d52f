import assert from 'node:assert/strict';
import { UpstreamFailure } from './attempt.ts';
import { callTarget } from './call-target.ts';
import type { FakeClock } from './fake-clock.test.support.ts';
import { events, FakeUpstream, type Script } from './fake-upstream.test.support.ts';
import { requestOf, targetOf, testCall } from './target.test.support.ts';
import type { Target } from './target.ts';
import { HttpTransport } from './transport/http-transport.ts';

export const chunk = (delta: object, finish: string | null = null) => ({
  id: 'up-1',
  object: 'chat.completion.chunk',
  created: 1_700_000_000,
  model: 'their-model',
  choices: [{ index: 0, delta, finish_reason: finish }],
});
export const USAGE = { choices: [], usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 } };
export const HELLO = events(
  chunk({ role: 'assistant', content: '' }),
  chunk({ content: 'Hel' }),
  chunk({ content: 'lo' }),
  chunk({}, 'stop'),
  USAGE,
);
export const line = (body: unknown) => `data: ${JSON.stringify(body)}\n\n`;

/** A target of the upstream, asked by a transport that is closed in the end. */
export async function world(
  script: Script | readonly Script[],
  given: Parameters<typeof targetOf>[1] & { readonly clock?: FakeClock } = {},
) {
  const upstream = await FakeUpstream.start(script);
  const { clock, ...target } = given;
  const transport = new HttpTransport();
  const call = testCall();
  const asked = (
    to: Target = targetOf('openai', { baseUrl: upstream.url, ...target }),
    request = requestOf(),
  ) => callTarget(transport, clock && { clock })(to, request, call.context);
  return {
    upstream,
    transport,
    ...call,
    asked,
    async [Symbol.asyncDispose]() {
      transport.close();
      await upstream.close();
    },
  };
}

export const outcomes = ({ records }: { readonly records: readonly { readonly outcome: string }[] }) =>
  records.map(({ outcome }) => outcome);

export function assertFailed(error: unknown, kind: string): asserts error is UpstreamFailure {
  assert.ok(error instanceof UpstreamFailure, String(error));
  assert.equal(error.kind, kind);
}

/** Until the upstream has the request. */
export async function asking(upstream: FakeUpstream): Promise<void> {
  while (upstream.openAnswers === 0) await new Promise((resolve) => setTimeout(resolve, 2));
}
