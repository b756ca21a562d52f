import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SseParser } from '@parley/protocol';
import type { ChatEvent } from '../../core/event.ts';
import { OpenAnswer } from '../../core/fold.ts';
import { UpstreamFailure } from '../attempt.ts';
import { callTarget } from '../call-target.ts';
import { FakeUpstream, type Script } from '../fake-upstream.test.support.ts';
import { collect, requestOf, targetOf, testCall } from '../target.test.support.ts';
import { HttpTransport } from '../transport/http-transport.ts';
import { AnswerWriter } from './answer-writer.ts';
import { DIALECTS } from './dialects.ts';
import { ANTHROPIC_FIXTURES } from './fixtures/anthropic.test.fixture.ts';
import type { ExpectedChoice, Fixture } from './fixtures/fixture.test.support.ts';
import { GEMINI_FIXTURES } from './fixtures/gemini.test.fixture.ts';
import { OPENAI_FIXTURES } from './fixtures/openai.test.fixture.ts';

/** A provider of each dialect, with the answers that it must read. */
const SUITES = [
  { provider: 'vllm', dialect: 'openai', fixtures: OPENAI_FIXTURES },
  { provider: 'azure', dialect: 'azure', fixtures: OPENAI_FIXTURES },
  { provider: 'anthropic', dialect: 'anthropic', fixtures: ANTHROPIC_FIXTURES },
  { provider: 'gemini', dialect: 'gemini', fixtures: GEMINI_FIXTURES },
] as const;

for (const { provider, dialect, fixtures } of SUITES) {
  describe(`answers in the dialect of ${dialect}`, () => {
    for (const fixture of fixtures) {
      it(`${fixture.name}: over the wire`, () => overTheWire(provider, fixture));
      if (fixture.contentType === undefined) {
        it(`${fixture.name}: cut at every byte`, () => cutAtEveryByte(dialect, fixture));
      }
    }
  });
}

async function overTheWire(provider: string, fixture: Fixture): Promise<void> {
  await using upstream = await FakeUpstream.start(scriptOf(fixture));
  const transport = new HttpTransport();
  const call = testCall();
  const target = targetOf(provider, { baseUrl: upstream.url });
  const request = requestOf(fixture.parameters ?? {});
  const { events, error } = await collect(callTarget(transport)(target, request, call.context));
  transport.close();
  assertMeans(events, fixture);
  const [record, ...others] = call.records;
  assert.equal(others.length, 0);
  assert.equal(record?.malformedEvents, fixture.malformed ?? 0);
  assert.deepEqual(record?.usage, fixture.usage);
  assert.equal(record?.outcome, fixture.fails ?? 'answered');
  if (fixture.fails === undefined) {
    assert.equal(error, undefined);
    assert.equal(events.at(-1)?.type, 'timing');
    const final = events.find((event) => event.type === 'usage' && event.final);
    assert.deepEqual(final?.type === 'usage' ? final.usage : undefined, fixture.usage);
    const [start] = events;
    assert.ok(start?.type === 'start' && start.id === 'chatcmpl-1' && start.model === 'up-model');
  } else {
    assert.ok(error instanceof UpstreamFailure, String(error));
    assert.equal(error.kind, fixture.fails);
  }
}

function scriptOf({ status = 200, contentType = 'text/event-stream', wire }: Fixture): Script {
  return [
    { do: 'head', status, headers: { 'content-type': contentType } },
    { do: 'send', data: wire },
    { do: 'end' },
  ];
}

/** What was told, folded. Choices of an answer that broke off have no end. */
function assertMeans(events: readonly ChatEvent[], { choices = [], fails }: Fixture): void {
  const told = new Map<number, Omit<ExpectedChoice, 'reason'> & { reason?: string }>();
  const open = new OpenAnswer();
  for (const event of events) open.add(event);
  // An end for each choice that has none, so that all of it can be looked at.
  const heard = [...new Set(events.flatMap((event) => ('choice' in event ? event.choice : [])))];
  const ended = new Set(events.flatMap((event) => (event.type === 'choice-end' ? event.choice : [])));
  if (fails === undefined)
    assert.deepEqual(
      heard.filter((choice) => !ended.has(choice)),
      [],
    );
  else assert.ok(heard.length === 0 || heard.some((choice) => !ended.has(choice)), 'it looks complete');
  if (heard.length === 0) {
    assert.deepEqual(choices, []);
    return;
  }
  for (const choice of heard) {
    if (!ended.has(choice)) open.add({ type: 'choice-end', choice, reason: 'stop', tokenCount: 0 });
  }
  const usage = { promptTokens: 0, cachedTokens: 0, completionTokens: 0, reasoningTokens: 0 };
  open.add({ type: 'usage', usage, final: true });
  open.add({
    type: 'timing',
    timing: { queueSeconds: 0, promptSeconds: 0, completionSeconds: 0, totalSeconds: 0 },
  });
  for (const choice of open.finish().choices) {
    const { text, reasoning, refusal, toolCalls, reason, stop } = choice;
    const expected = choices[choice.index];
    told.set(choice.index, {
      ...(text !== '' && { text }),
      ...(reasoning !== '' && { reasoning }),
      ...(refusal !== undefined && { refusal }),
      ...(toolCalls.length > 0 && {
        calls: toolCalls.map(({ id, name, arguments: args }, at) => ({
          ...(expected?.calls?.[at]?.id !== undefined && { id }),
          name,
          arguments: args,
        })),
      }),
      reason,
      ...(stop !== undefined && { stop }),
    });
    assert.ok(toolCalls.every(({ id }) => id !== ''));
    assert.equal(new Set(toolCalls.map(({ id }) => id)).size, toolCalls.length);
  }
  assert.deepEqual([...told.values()], choices);
}

function cutAtEveryByte(dialect: keyof typeof DIALECTS, fixture: Fixture): void {
  const bytes = new TextEncoder().encode(fixture.wire);
  const whole = decode(dialect, fixture, [bytes]);
  for (let at = 1; at < bytes.length; at++) {
    const cut = decode(dialect, fixture, [bytes.subarray(0, at), bytes.subarray(at)]);
    assert.deepEqual(cut, whole, `cut at byte ${at}`);
  }
}

function decode(dialect: keyof typeof DIALECTS, { parameters = {} }: Fixture, pieces: readonly Uint8Array[]) {
  const writer = new AnswerWriter({ id: 'id', model: 'm', created: 1, fingerprint: 'fp_1' });
  const reader = DIALECTS[dialect].reader(writer, requestOf(parameters));
  const parser = new SseParser();
  const told: unknown[] = [];
  for (const piece of [...pieces, '\n\n']) {
    for (const event of parser.push(piece)) {
      try {
        reader.event(event);
      } catch (error) {
        told.push(error instanceof Error ? error.name : error);
      }
      told.push(...writer.take());
    }
  }
  return { told, usage: writer.usage, skipped: writer.skipped, finished: reader.finished };
}
