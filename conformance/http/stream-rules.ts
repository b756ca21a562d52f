import assert from 'node:assert/strict';
import type { ChatCompletionChunk } from '../shapes/chat.ts';

type Choice = ChatCompletionChunk['choices'][number];

/** What holds for every stream, whatever was asked. A broken one lacks ends. */
export function checkStreamRules(
  chunks: readonly ChatCompletionChunk[],
  { broken }: { readonly broken: boolean },
): void {
  assert.ok(chunks.length > 0 || broken, 'a stream without chunks');
  checkIdentity(chunks);
  const choices = new Map<number, Choice[]>();
  for (const chunk of chunks) {
    for (const choice of chunk.choices) {
      choices.set(choice.index, [...(choices.get(choice.index) ?? []), choice]);
    }
  }
  for (const [index, pieces] of choices) checkChoice(index, pieces, broken);
  if (!broken)
    assert.deepEqual(
      [...choices.keys()].sort((a, b) => a - b),
      [...choices.keys()].map((_, i) => i),
    );
}

function checkIdentity(chunks: readonly ChatCompletionChunk[]): void {
  const identity = ({ id, created, model, system_fingerprint }: ChatCompletionChunk) => ({
    id,
    created,
    model,
    system_fingerprint,
  });
  const [first] = chunks;
  if (first) for (const chunk of chunks) assert.deepEqual(identity(chunk), identity(first));
}

function checkChoice(index: number, pieces: readonly Choice[], broken: boolean): void {
  const roles = pieces.map(({ delta }) => delta.role);
  assert.equal(roles[0], 'assistant', `choice ${index} does not begin with its role`);
  assert.deepEqual(
    roles.slice(1).filter((role) => role !== undefined),
    [],
    `choice ${index} tells its role again`,
  );
  for (const piece of pieces) checkPiece(piece);
  const ends = pieces.filter(({ finish_reason: reason }) => reason !== null);
  if (broken && ends.length === 0) return;
  assert.equal(ends.length, 1, `choice ${index} ends ${ends.length} times`);
  assert.equal(pieces.at(-1)?.finish_reason, ends[0]?.finish_reason, `choice ${index} goes on after its end`);
  assert.deepEqual(ends[0]?.delta, {}, 'the chunk with the finish_reason has a delta');
}

function checkPiece({ delta }: Choice): void {
  const thinks = Boolean(delta.reasoning) || Boolean(delta.reasoning_content);
  assert.ok(!(thinks && Boolean(delta.content)), 'reasoning and content in one chunk');
  assert.equal(delta.reasoning, delta.reasoning_content, 'the two names of the reasoning differ');
  for (const text of [delta.content, delta.reasoning]) {
    assert.ok(text?.isWellFormed() ?? true, `half a character: ${JSON.stringify(text)}`);
  }
}
