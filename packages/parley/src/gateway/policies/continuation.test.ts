import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ChatRequest } from '../../core/complete.ts';
import type { ChatEvent } from '../../core/event.ts';
import { asking, target } from '../scripted.test.support.ts';
import { continued } from './continuation.ts';
import { Transcript } from './transcript.ts';

const prefills = target('b', { provider: { continuation: 'assistant-prefill' } });
const text = (value: string): ChatEvent => ({ type: 'text-delta', choice: 0, text: value, tokenCount: 1 });

function after(events: readonly ChatEvent[], request: ChatRequest = asking(), to = prefills) {
  const sent = new Transcript();
  for (const event of events) sent.add(event);
  return continued(request, sent, to);
}

describe('going on with an answer', () => {
  it('takes a prompt without messages further at any target', () => {
    const request: ChatRequest = { ...asking(), input: { kind: 'text', text: 'Once' } };
    const none = target('b', { provider: { continuation: 'none' } });
    assert.deepEqual(after([text(' upon')], request, none)?.request.input, {
      kind: 'text',
      text: 'Once upon',
    });
  });

  it('is not possible in tokens, whose text is not known here', () => {
    assert.equal(after([text('x')], { ...asking(), input: { kind: 'tokens', tokens: [1] } }), undefined);
  });

  it('is not possible before there is text', () => {
    const thought: ChatEvent = { type: 'reasoning-delta', choice: 0, text: 'hm', tokenCount: 1 };
    assert.equal(after([thought]), undefined);
    assert.equal(after([text(' \n')]), undefined);
  });

  it('leaves out what the other thinks, which has its place before the text', () => {
    const splice = after([text('a')])?.splice;
    assert.equal(splice?.take({ type: 'reasoning-delta', choice: 0, text: 'hm', tokenCount: 1 }), 'known');
    assert.deepEqual(splice?.take(text('b')), text('b'));
  });

  it('is not possible in a refusal, nor in a call of a tool', () => {
    assert.equal(after([text('a'), { type: 'refusal-delta', choice: 0, text: 'no' }]), undefined);
    const call: ChatEvent = {
      type: 'tool-call-start',
      choice: 0,
      index: 0,
      id: '1',
      kind: 'function',
      name: 'f',
      tokenCount: 1,
    };
    assert.equal(after([text('a'), call]), undefined);
  });

  it('is not possible in what may be the beginning of a stop string', () => {
    for (const [sent, stop, possible] of [
      ['a <', '</s>', false],
      ['a </s', '</s>', false],
      ['a <b', '</s>', true],
      ['a', '</s>', true],
    ] as const) {
      assert.equal(after([text(sent)], asking({ stop })) !== undefined, possible, sent);
      assert.equal(after([text(sent)], asking({ stop: ['never', stop] })) !== undefined, possible, sent);
    }
  });

  it('adds to the parts of a message that has parts', () => {
    const messages = [{ role: 'assistant' as const, content: [{ type: 'text' as const, text: 'One' }] }];
    const request: ChatRequest = { ...asking(), input: { kind: 'messages', messages } };
    assert.deepEqual(after([text(' two')], request)?.request.input, {
      kind: 'messages',
      messages: [
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'One' },
            { type: 'text', text: ' two' },
          ],
        },
      ],
    });
  });

  it('always leaves room for a token', () => {
    const parameters = after([text('a'), text('b')], asking({ max_completion_tokens: 1 }))?.request
      .parameters;
    assert.deepEqual(parameters, { max_completion_tokens: 1 });
  });
});
