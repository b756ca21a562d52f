import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Input, Model } from './complete.ts';
import { refuseMedia } from './media-parts.ts';

function model(id: string, able: Partial<Model['capabilities']> = {}): Model {
  const none = { chat: true, completions: true, streaming: true, logprobs: true, tools: true };
  const capabilities = { ...none, structuredOutputs: true, reasoning: false, vision: false, audio: false };
  return {
    id,
    aliases: [],
    created: 0,
    ownedBy: 'parley',
    name: id,
    description: '',
    contextLength: 1,
    parameterCount: undefined,
    quantization: undefined,
    sizeBytes: undefined,
    vocabularySize: undefined,
    capabilities: { ...capabilities, ...able },
    parameters: {},
  };
}

function asking(...content: object[]): Input {
  const messages = [
    { role: 'system', content: 's' },
    { role: 'user', content },
  ];
  return { kind: 'messages', messages: messages as Extract<Input, { kind: 'messages' }>['messages'] };
}

const IMAGE = { type: 'image_url', image_url: { url: 'https://example.org/a.png' } };
const blind = model('blind');
const seeing = model('seeing', { vision: true });

test('a part that the model cannot read is refused by its path, with the models that can', () => {
  assert.throws(() => refuseMedia(asking({ type: 'text', text: 'a' }, IMAGE), blind, [blind, seeing]), {
    status: 400,
    param: 'messages[1].content[1]',
    message: /does not take images\. Models that can: 'seeing'/,
  });
  const parts = [
    [{ type: 'input_audio', input_audio: { data: '', format: 'wav' } }, /audio/],
    [{ type: 'file', file: { file_id: 'x' } }, /files/],
    [{ video_url: 'https://example.org/v.mp4' }, /video/],
    [{ image_url: 'data:image/png;base64,AAAA' }, /images/],
    [{ type: 'image_embeds', image_embeds: 'AA' }, /images/],
  ] as const;
  for (const [part, medium] of parts) {
    assert.throws(() => refuseMedia(asking(part), blind, [blind]), { status: 400, message: medium });
    assert.throws(() => refuseMedia(asking(part), blind, [blind]), {
      message: /No model of this server can/,
    });
  }
});

test('what the model can read passes', () => {
  refuseMedia(asking({ type: 'text', text: 'a' }), blind, [blind]);
  refuseMedia(asking(IMAGE), seeing, [blind, seeing]);
  refuseMedia({ kind: 'text', text: 'image_url' }, blind, [blind]);
});
