import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ConversationSetting, converse } from './conversation.test.fixture.ts';
import { CHATML_TOOLS, INSTRUCTIONS, PARTS } from './templates.test.fixture.ts';

const of = (role: string, content: unknown) => ({ role, content });
const call = { type: 'function', function: { name: 'f', arguments: '{}' } };

/** Knows three roles and leaves out all others. */
const THREE_ROLES = `
{%- if messages[0].role == 'system' %}{{- 'S:' + messages[0].content + '\\n' }}{%- endif %}
{%- for m in messages %}
  {%- if m.role == 'user' or (m.role == 'system' and not loop.first) %}{{- m.role + ':' + m.content + '\\n' }}
  {%- elif m.role == 'assistant' and m.tool_calls %}{{- 'C:' + m.tool_calls[0].function.name + '\\n' }}
  {%- elif m.role == 'assistant' %}{{- 'A:' + m.content | trim + '\\n' }}{%- endif %}
{%- endfor %}`;

function refused(index: number, message: RegExp, source: string, messages: Record<string, unknown>[]) {
  assert.throws(() => converse(source, messages), {
    name: 'ApiError',
    status: 400,
    param: `messages[${index}]`,
    code: 'unsupported_parameter',
    message,
  });
}

describe('a message that the template leaves out is a 400', () => {
  test('with a role that it does not know', () => {
    const message =
      /^messages\[0\]: the model's chat template has no place for role 'critic'.*'system' or 'user' or 'assistant'/;
    refused(0, message, THREE_ROLES, [of('critic', 'hello there')]);
    refused(1, /'critic'/, THREE_ROLES, [of('user', 'a'), of('critic', 'b'), of('assistant', 'c')]);
  });

  test('although its text occurs elsewhere', () => {
    refused(0, /'critic'/, THREE_ROLES, [of('critic', 'Hello'), of('user', 'Hello!')]);
    refused(0, /'critic'/, THREE_ROLES, [of('critic', 'user'), of('user', 'hi')]);
    refused(1, /'tool'/, THREE_ROLES, [of('user', '4 and 2'), of('tool', '2')]);
    refused(0, /'user'/, '{{ messages[-1].content }}', [of('user', 'same'), of('user', 'same')]);
  });

  test('although another message is shown differently for it', () => {
    // The system message would be the first one without it.
    refused(
      0,
      /'critic'/,
      THREE_ROLES.replace("'S:' + messages[0].content", "'First:' + messages[0].content"),
      [of('critic', 'a'), of('system', 'b')],
    );
  });

  test('with a role that is common', () => {
    refused(0, /'system' here.*Leave it out/, '{{ messages[-1].content }}', [
      of('system', 'a'),
      of('user', 'b'),
    ]);
    refused(0, /'user'/, 'always the same', [of('user', 'never')]);
  });

  test('where only one part of a content is shown', () => {
    const first = '{% set m = messages[0] %}{% for p in m.content %}{{ p.text if loop.first }}{% endfor %}';
    const parts = [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ];
    refused(0, /'user'/, first, [of('user', parts)]);
    assert.equal(converse(PARTS, [of('user', parts)]).text, '(a)(b)');
  });

  test('with a call that is left out as well', () => {
    const source = "{% for m in messages if m.role == 'user' %}{{ m.content }}{% endfor %}";
    refused(1, /'assistant'/, source, [of('user', 'a'), { ...of('assistant', 'b'), tool_calls: [call] }]);
  });
});

describe('everything else is fine', () => {
  const renderings = (
    source: string,
    messages: Record<string, unknown>[],
    setting: ConversationSetting = {},
  ): number => converse(source, messages, setting).renderings;

  test('texts that are found cost nothing', () => {
    const all = [of('system', 's'), of('user', ' hi\n'), of('assistant', ' a '), of('user', 'hi')];
    assert.equal(renderings(THREE_ROLES, all), 1);
    assert.equal(renderings(INSTRUCTIONS, [of('user', 'a'), of('assistant', 'b'), of('user', 'c')]), 1);
    const tools = [of('user', 'a'), of('tool', 'b')];
    assert.equal(renderings(`${CHATML_TOOLS}{# 'tool' #}`, tools), 1);
  });

  test('empty content', () => {
    for (const content of ['', ' \n', null, []]) {
      assert.equal(converse(THREE_ROLES, [of('user', 'a'), of('critic', content)]).text, 'user:a\n');
    }
  });

  test('texts that come in JSON, in another order or changed', () => {
    const two = [of('user', 'say "a"\n'), of('critic', '\u{1f642} b')];
    assert.equal(renderings('{{ messages | tojson }}', two), 2);
    assert.equal(renderings('{{ messages[1].content + messages[0].content }}', two), 2);
    assert.equal(renderings('{% for m in messages %}{{ m.content | upper }}{% endfor %}', two), 2);
    const thoughts = Array.from({ length: 30 }, () => of('assistant', '<think>x</think>y'));
    const last = "{% for m in messages %}{{ m.content.split('</think>')[-1] }}{% endfor %}";
    assert.equal(renderings(last, thoughts), 2);
  });

  test('a control token in the text', () => {
    assert.ok(
      converse(THREE_ROLES, [of('user', 'a <|end|> <|en'), of('assistant', 'd|>')]).text.includes('d|>'),
    );
  });

  test('a text that is only looked at', () => {
    const switched = "{{ 'on' if messages[0].content == '/think' else 'off' }}:{{ messages[1].content }}";
    assert.equal(converse(switched, [of('system', '/think'), of('user', 'a')]).text, 'on:a');
  });

  test('a template that fails on anything else', () => {
    const strict = "{{ 'ok' if messages[0].content == 'a' else raise_exception('no') }}";
    assert.equal(converse(strict, [of('user', 'a')]).text, 'ok');
  });

  test('the text beside a call that is shown', () => {
    const messages = [of('user', 'a'), { ...of('assistant', 'I look'), tool_calls: [call] }];
    assert.equal(converse(THREE_ROLES, messages).text, 'user:a\nC:f\n');
  });

  test('an open turn, and a text that is its beginning', () => {
    const { text } = converse(THREE_ROLES, [of('user', 'a'), of('assistant', 'a')], {
      parameters: { continue_final_message: true },
    });
    assert.equal(text, 'user:a\nA:a');
  });
});

test('the renderings are few, and all together have the time of one', () => {
  // Shows nothing but counts the letters, so that every text has to be tried alone.
  const opaque = '{% for m in messages %}{{ m.content | length }} {% endfor %}';
  const many = Array.from({ length: 40 }, () => of('user', 'abcde'));
  assert.equal(converse(opaque, many).renderings, 1 + 1 + 8);
  let renderings = 0;
  converse(opaque, many, { tick: 300, onRender: () => renderings++ });
  assert.equal(renderings, 1 + 3);
});
