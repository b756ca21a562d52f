import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fold } from '../../core/fold.ts';
import { UpstreamFailure } from '../attempt.ts';
import { callTarget } from '../call-target.ts';
import { unsuited } from '../emulate/capabilities.ts';
import { FakeUpstream, type Script, streaming } from '../fake-upstream.test.support.ts';
import { PROVIDERS } from '../providers/providers.ts';
import { targetOf, testCall } from '../target.test.support.ts';
import type { DialectName, Provider } from '../target.ts';
import { HttpTransport } from '../transport/http-transport.ts';
import { requestFrom } from './encode.test.support.ts';
import { data, named } from './fixtures/fixture.test.support.ts';

const USER = { role: 'user', content: 'MARKuser' };
const image = 'data:image/png;base64,MARKimage';
const call = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a":"MARKarguments"}' } };

/** Every form that a message can have, with marks in what an upstream must see. */
const FORMS: readonly (readonly object[])[] = [
  [{ role: 'developer', content: 'MARKdeveloper' }, USER],
  [{ role: 'system', content: ['MARKsystem', { type: 'text', text: 'MARKpart' }] }, USER],
  [{ role: 'user', content: 'MARKtext', name: 'ada', annotations: ['unknown'] }],
  [{ role: 'user', content: [{ type: 'text', text: 'MARKtext' }, 'MARKbare'] }],
  [{ role: 'user', content: [{ type: 'image_url', image_url: { url: image, detail: 'low' }, uuid: 'u' }] }],
  [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://example.org/MARKurl.png' } }] }],
  [{ role: 'user', content: [{ type: 'image', image }] }],
  [{ role: 'user', content: [{ image_url: image }] }],
  [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'MARKaudio', format: 'wav' } }] }],
  [
    {
      role: 'user',
      content: [{ type: 'audio_url', audio_url: { url: 'https://example.org/MARKaudio.mp3' } }],
    },
  ],
  [
    {
      role: 'user',
      content: [{ type: 'video_url', video_url: { url: 'https://example.org/MARKvideo.mp4' } }],
    },
  ],
  [{ role: 'user', content: [{ type: 'image_embeds', image_embeds: 'MARKembeds' }] }],
  [
    {
      role: 'user',
      content: [{ type: 'file', file: { file_data: 'data:application/pdf;base64,MARKfile' } }],
    },
  ],
  [{ role: 'user', content: [{ type: 'file', file: { file_id: 'MARKid' } }] }],
  [USER, { role: 'assistant', content: 'MARKsaid', reasoning: 'thought' }, USER],
  [
    USER,
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'thought' },
        { type: 'text', text: 'MARKsaid' },
      ],
    },
    USER,
  ],
  [USER, { role: 'assistant', content: null, refusal: 'MARKrefusal' }, USER],
  [USER, { role: 'assistant', content: [{ type: 'refusal', refusal: 'MARKrefusal' }] }, USER],
  [
    USER,
    { role: 'assistant', content: null, tool_calls: [call] },
    { role: 'tool', tool_call_id: 'call_1', content: 'MARKresult' },
  ],
  [
    USER,
    { role: 'assistant', content: 'MARKsaid', tool_calls: [call, { ...call, id: 'call_2' }] },
    { role: 'tool', tool_call_id: 'call_1', content: 'MARKone' },
    { role: 'tool', tool_call_id: 'call_2', content: [{ type: 'text', text: 'MARKtwo' }] },
  ],
  [
    USER,
    { role: 'assistant', function_call: { name: 'f', arguments: '{"a":"MARKarguments"}' } },
    { role: 'function', name: 'f', content: 'MARKresult' },
  ],
  [
    USER,
    {
      role: 'assistant',
      tool_calls: [{ id: 'c', type: 'custom', custom: { name: 'sh', input: 'MARKinput' } }],
    },
    { role: 'tool', tool_call_id: 'c', content: 'MARKresult' },
  ],
  [USER, { role: 'critic', content: 'MARKcritic' }],
  [{ author: { role: 'user' }, content: 'MARKharmony' }],
];

/** Marks of a text, each once, in order. */
const marks = (text: string): string => [...new Set(text.match(/MARK[a-z]+/g))].sort().join(' ');

/** An answer of the dialect whose text says which marks the request had. */
function echo(dialect: DialectName, seen: string): Script {
  const text = marks(seen);
  switch (dialect) {
    case 'openai':
    case 'azure':
      return streaming(
        data(
          { choices: [{ index: 0, delta: { content: text }, finish_reason: 'stop' }] },
          { choices: [], usage: { prompt_tokens: 1, completion_tokens: 1 } },
          '[DONE]',
        ),
      );
    case 'anthropic':
      return streaming(
        named(
          { type: 'message_start', message: { usage: { input_tokens: 1, output_tokens: 1 } } },
          { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
          { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } },
          { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 1 } },
          { type: 'message_stop' },
        ),
      );
    case 'gemini':
      return streaming(
        data({
          candidates: [{ content: { parts: [{ text }] }, finishReason: 'STOP' }],
          usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1 },
        }),
      );
  }
}

describe('every form of a message', () => {
  for (const provider of PROVIDERS.values()) {
    it(`reaches ${provider.name} whole, or is refused before anything is sent`, () => everyForm(provider));
  }
});

async function everyForm(provider: Provider): Promise<void> {
  await using upstream = await FakeUpstream.start(({ text }) => echo(provider.dialect, text));
  const transport = new HttpTransport();
  const target = targetOf(provider.name, { baseUrl: upstream.url });
  let carried = 0;
  for (const messages of FORMS) {
    const request = requestFrom({ messages });
    const isUnsuited = unsuited(target, request).includes('messages');
    const before = upstream.requests.length;
    try {
      const answer = await fold(callTarget(transport)(target, request, testCall().context));
      assert.equal(answer.choices[0]?.text, marks(JSON.stringify(messages)), JSON.stringify(messages));
      assert.equal(isUnsuited, false);
      carried++;
    } catch (error) {
      assert.ok(error instanceof UpstreamFailure && error.error.status === 400, String(error));
      assert.match(error.error.param ?? '', /^messages\[\d+\]/);
      assert.equal(upstream.requests.length, before);
      assert.equal(isUnsuited, true, 'the routing must know');
    }
  }
  // Text, instructions, calls and results at the least.
  assert.ok(carried >= 11, `${carried} of ${FORMS.length}`);
  transport.close();
}

describe('a caller who goes in the middle', () => {
  const openings: Readonly<Record<DialectName, string>> = {
    openai: data({ choices: [{ index: 0, delta: { content: 'a' } }] }),
    azure: data({ choices: [{ index: 0, delta: { content: 'a' } }] }),
    anthropic: named(
      { type: 'message_start', message: { usage: { input_tokens: 1, output_tokens: 1 } } },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: 'a' } },
    ),
    gemini: data({ candidates: [{ content: { parts: [{ text: 'a' }] } }] }),
  };
  for (const name of ['vllm', 'azure', 'anthropic', 'gemini']) {
    it(`leaves no connection to ${name} open`, async () => {
      const target = targetOf(name);
      await using upstream = await FakeUpstream.start(
        streaming(openings[target.upstream.provider.dialect], { do: 'stall' }),
      );
      const transport = new HttpTransport();
      const calls = Array.from({ length: 20 }, () => testCall());
      await Promise.all(
        calls.map(async ({ context, abort }) => {
          const events = callTarget(transport)(
            targetOf(name, { baseUrl: upstream.url }),
            requestFrom({}),
            context,
          );
          await assert.rejects(async () => {
            for await (const event of events) if (event.type === 'text-delta') abort.abort();
          });
        }),
      );
      await upstream.idle();
      assert.equal(upstream.connections, 20);
      assert.equal(transport.connections, 0);
      assert.deepEqual(
        calls.map(({ records }) => records.map(({ outcome }) => outcome)),
        calls.map(() => ['cancelled']),
      );
      transport.close();
    });
  }
});
