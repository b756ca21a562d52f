import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import type * as protocol from '@parley/protocol';
import { expectTypeOf } from 'expect-type';
import { wireTypes } from '../scripts/wire-types.ts';
import type * as answers from '../src/wire/chat-answer.ts';
import type { ChatCompletionRequest } from '../src/wire/chat-request.ts';
import type * as legacy from '../src/wire/completion-answer.ts';
import type { CompletionRequest } from '../src/wire/completion-request.ts';
import type { Message } from '../src/wire/message.ts';
import type * as models from '../src/wire/models.ts';
import type * as stored from '../src/wire/stored.ts';

test('the declared types are what the schemas generate', () => {
  const folder = new URL('../src/wire/', import.meta.url);
  const generated = wireTypes();
  assert.deepEqual(readdirSync(folder).sort(), [...generated.keys()].sort());
  for (const [name, source] of generated) {
    assert.equal(readFileSync(new URL(name, folder), 'utf8'), source, `run scripts/wire-types.ts: ${name}`);
  }
});

test('the declared types equal those of the protocol', () => {
  expectTypeOf<Message>().toEqualTypeOf<protocol.Message>();
  expectTypeOf<ChatCompletionRequest>().toEqualTypeOf<protocol.ChatCompletionRequest>();
  expectTypeOf<CompletionRequest>().toEqualTypeOf<protocol.CompletionRequest>();
  expectTypeOf<answers.ChatCompletion>().toEqualTypeOf<protocol.ChatCompletion>();
  expectTypeOf<answers.ChatCompletionChunk>().toEqualTypeOf<protocol.ChatCompletionChunk>();
  expectTypeOf<legacy.Completion>().toEqualTypeOf<protocol.Completion>();
  expectTypeOf<legacy.CompletionChunk>().toEqualTypeOf<protocol.CompletionChunk>();
  expectTypeOf<stored.StoredChatCompletionList>().toEqualTypeOf<protocol.StoredChatCompletionList>();
  expectTypeOf<stored.StoredMessageList>().toEqualTypeOf<protocol.StoredMessageList>();
  expectTypeOf<stored.StoredUpdateRequest>().toEqualTypeOf<protocol.StoredUpdateRequest>();
  expectTypeOf<stored.StoredDeletion>().toEqualTypeOf<protocol.StoredDeletion>();
  expectTypeOf<models.ModelObject>().toEqualTypeOf<protocol.ModelObject>();
  expectTypeOf<models.ModelList>().toEqualTypeOf<protocol.ModelList>();
  expectTypeOf<models.OpenRouterModelList>().toEqualTypeOf<protocol.OpenRouterModelList>();
  expectTypeOf<models.HuggingFaceModelList>().toEqualTypeOf<protocol.HuggingFaceModelList>();
});
