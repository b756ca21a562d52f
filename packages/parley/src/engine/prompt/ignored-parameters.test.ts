import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { converse } from './conversation.test.fixture.ts';
import type { PromptParameters } from './request.ts';

const CONTENTS = '{% for m in messages %}{{ m.content }}{% endfor %}';
const USER = { role: 'user', content: 'a' };

function ignored(source: string, parameters: PromptParameters, messages: Record<string, unknown>[] = [USER]) {
  return converse(source, messages, { parameters }).ignored;
}

test('without such parameters nothing is rendered again', () => {
  const parameters = { documents: [], chat_template_kwargs: {}, reasoning_effort: 'low' as const };
  const { renderings, ignored } = converse(CONTENTS, [{ ...USER, name: '' }], { parameters });
  assert.deepEqual([renderings, ignored], [1, []]);
});

test('what the template does not read is named', () => {
  const parameters = { documents: [{ title: 'T' }], chat_template_kwargs: { tone: 'dry', size: 2 } };
  assert.deepEqual(ignored(CONTENTS, parameters, [{ ...USER, name: 'Ann' }]), [
    'documents',
    'chat_template_kwargs',
    'messages[].name',
  ]);
});

test('what it reads is not', () => {
  const source = `${CONTENTS}{{ documents | tojson }}{{ tone }}{{ messages[0].name }}`;
  const parameters = { documents: [{ title: 'T' }], chat_template_kwargs: { tone: 'dry' } };
  assert.deepEqual(ignored(source, parameters, [{ ...USER, name: 'Ann' }]), []);
});

describe('variables', () => {
  const source = `${CONTENTS}{{ '' if enable_thinking | default(true) else '/no' }}{{ tone | default('dry') }}`;

  test('one with the value of its default is honoured', () => {
    assert.deepEqual(ignored(source, { chat_template_kwargs: { enable_thinking: true } }), []);
    assert.deepEqual(ignored(source, { chat_template_kwargs: { enable_thinking: false } }), []);
    assert.deepEqual(ignored(source, { chat_template_kwargs: { tone: 'dry' } }), []);
  });

  test('one among others is named alone', () => {
    assert.deepEqual(ignored(source, { chat_template_kwargs: { enable_thinking: true, size: 2 } }), [
      'chat_template_kwargs.size',
    ]);
  });

  test('one whose absence or change the template refuses is honoured', () => {
    const strict = `${CONTENTS}{{ raise_exception('tone?') if tone != 'dry' }}`;
    assert.deepEqual(ignored(strict, { chat_template_kwargs: { tone: 'dry' } }), []);
  });
});

test('names are looked at message by message', () => {
  const source = "{% for m in messages %}{{ m.name if m.role == 'tool' }}{{ m.content }}{% endfor %}";
  const tool = { role: 'tool', name: 'f', content: 'b' };
  assert.deepEqual(ignored(source, {}, [USER, tool]), []);
  assert.deepEqual(ignored(source, {}, [{ ...USER, name: 'Ann' }, tool]), ['messages[].name']);
});
