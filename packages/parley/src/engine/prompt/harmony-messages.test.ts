import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { converse } from './conversation.test.fixture.ts';
import { CHATML_TOOLS, HARMONY } from './templates.test.fixture.ts';

type Message = Record<string, unknown>;

const user = { author: { role: 'user' }, content: 'Weather?' };
const thought = { author: { role: 'assistant' }, channel: 'analysis', content: 'Look it up.' };
const call = {
  author: { role: 'assistant' },
  channel: 'commentary',
  recipient: 'functions.get_weather',
  content_type: '<|constrain|>json',
  content: [{ type: 'text', text: '{"city":"Rome"}' }],
};
const result = {
  author: { role: 'tool', name: 'functions.get_weather' },
  channel: 'commentary',
  recipient: 'assistant',
  content: 'sunny',
};
const final = { author: { role: 'assistant' }, channel: 'final', content: 'It is sunny.' };

const text = (source: string, ...messages: Message[]) => converse(source, messages).text;

function refused(source: string, messages: Message[], param: string, message: RegExp) {
  assert.throws(() => converse(source, messages), {
    name: 'ApiError',
    status: 400,
    param,
    code: 'unsupported_parameter',
    message,
  });
}

describe('Harmony messages for a template that writes Harmony', () => {
  test('keep their meaning', () => {
    assert.equal(
      text(HARMONY, user, thought, call, result),
      '<|start|>user<|message|>Weather?<|end|>' +
        '<|start|>assistant<|channel|>analysis<|message|>Look it up.<|end|>' +
        '<|start|>assistant to=functions.get_weather<|channel|>commentary json<|message|>{"city": "Rome"}<|call|>' +
        '<|start|>functions.get_weather to=assistant<|channel|>commentary<|message|>"sunny"<|end|>' +
        '<|start|>assistant',
    );
    assert.match(
      text(HARMONY, user, thought, call, result, final, { ...user, content: 'Thanks' }),
      /"sunny"<\|end\|><\|start\|>assistant<\|channel\|>final<\|message\|>It is sunny.<\|end\|><\|start\|>user/,
    );
  });

  test('are the same as messages with roles', () => {
    const calls = [
      { id: 'c', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Rome"}' } },
    ];
    assert.equal(
      text(HARMONY, user, thought, call, result, final),
      text(
        HARMONY,
        { role: 'user', content: 'Weather?' },
        { role: 'assistant', content: null, reasoning: 'Look it up.', tool_calls: calls },
        { role: 'tool', tool_call_id: 'c', content: 'sunny' },
        { role: 'assistant', content: 'It is sunny.' },
      ),
    );
  });

  test('several thoughts are one', () => {
    const second = { ...thought, content: 'Rome it is.' };
    assert.match(
      text(HARMONY, user, thought, second, call),
      /<\|message\|>Look it up.\nRome it is.<\|end\|>/,
    );
  });

  test('a developer message, a name and a recipient of all change nothing', () => {
    const developer = { author: { role: 'developer' }, content: [{ type: 'text', text: 'Be brief.' }] };
    const { text: shown, ignored } = converse(HARMONY, [
      developer,
      { ...user, author: { role: 'user', name: 'Ada' }, recipient: 'all', content_type: 'text' },
    ]);
    assert.match(shown, /developer<\|message\|># Instructions\n\nBe brief.<\|end\|><\|start\|>user/);
    assert.deepEqual(ignored, ['messages[].name']);
  });

  test('what the template cannot show is a 400 that names the field', () => {
    const preamble = { author: { role: 'assistant' }, channel: 'commentary', content: 'I look it up.' };
    refused(HARMONY, [user, preamble], 'messages[1].channel', /'commentary'.*allowed: 'final'/);
    refused(HARMONY, [user, { ...call, channel: 'analysis' }], 'messages[1].channel', /'analysis'/);
    refused(
      HARMONY,
      [user, { ...call, recipient: 'python' }],
      'messages[1].recipient',
      /'functions.<name>' only/,
    );
    refused(HARMONY, [user, { ...call, content_type: 'code' }], 'messages[1].content_type', /not 'code'/);
    refused(HARMONY, [{ ...user, channel: 'final' }], 'messages[0].channel', /role 'user'.*allowed: none/);
    refused(HARMONY, [{ ...user, recipient: 'python' }], 'messages[0].recipient', /addressed/);
    refused(
      HARMONY,
      [user, call, { ...result, recipient: 'user' }],
      'messages[2].recipient',
      /assistant only/,
    );
    const other = { ...result, author: { role: 'tool', name: 'functions.other' } };
    refused(HARMONY, [user, call, other], 'messages[2].author.name', /to 'get_weather'/);
    refused(HARMONY, [user, thought], 'messages[1].channel', /none does/);
    refused(HARMONY, [user, thought, user], 'messages[1].channel', /none does/);
    refused(
      HARMONY,
      [{ ...user, content: [{ type: 'system_content' }] }],
      'messages[0].content[0]',
      /text only/,
    );
  });

  test('arguments that are no JSON object are a 400', () => {
    for (const content of ['not JSON', '[1]', '', null]) {
      assert.throws(() => converse(HARMONY, [user, { ...call, content }]), {
        status: 400,
        param: 'messages[1].content',
      });
    }
  });

  test('a message that is left out is named by its place in the request', () => {
    const late = { author: { role: 'developer' }, content: 'Too late.' };
    refused(HARMONY, [user, thought, call, result, late], 'messages[4]', /no place for role 'developer'/);
  });
});

describe('Harmony messages for another template', () => {
  test('become messages with roles', () => {
    assert.equal(
      text(CHATML_TOOLS, user, { ...final, channel: undefined }, { ...user, content: 'Thanks' }),
      '<|im_start|>user\nWeather?<|im_end|>\n<|im_start|>assistant\nIt is sunny.<|im_end|>\n' +
        '<|im_start|>user\nThanks<|im_end|>\n<|im_start|>assistant\n',
    );
    assert.equal(
      text('{{ messages[0].role }} {{ messages[0].name }}: {{ messages[0].content }}', {
        author: { role: 'tool', name: 'functions.f' },
        content: 'x',
      }),
      'tool functions.f: x',
    );
  });

  test('analysis becomes the reasoning of the message behind it', () => {
    const source =
      '{% for m in messages %}({{ m.role }}: {{ m.reasoning_content }}/{{ m.content }}){% endfor %}';
    assert.equal(
      text(source, user, thought, final),
      '(user: /Weather?)(assistant: Look it up./It is sunny.)',
    );
  });

  test('what the template cannot show is a 400 that names the field', () => {
    refused(CHATML_TOOLS, [user, call], 'messages[1].recipient', /addressed/);
    refused(CHATML_TOOLS, [user, { ...final, channel: 'commentary' }], 'messages[1].channel', /'commentary'/);
    refused(CHATML_TOOLS, [user, { ...final, content_type: 'code' }], 'messages[1].content_type', /'code'/);
    refused(CHATML_TOOLS, [user, thought], 'messages[1].channel', /none does/);
  });
});

describe('messages with roles for a template that writes Harmony', () => {
  const calls = ['a', 'b'].map((name) => ({
    id: `call_${name}`,
    type: 'function',
    function: { name, arguments: `{"of":"${name}"}` },
  }));
  const answer = (name: string) => ({
    role: 'tool',
    tool_call_id: `call_${name}`,
    content: `result ${name}`,
  });
  const asked = { role: 'user', content: 'Do both' };

  test('calls in parallel stand one after the other, each with its result', () => {
    assert.equal(
      text(
        HARMONY,
        asked,
        { role: 'assistant', reasoning: 'Both.', content: null, tool_calls: calls },
        answer('b'),
        answer('a'),
      ),
      '<|start|>user<|message|>Do both<|end|>' +
        '<|start|>assistant<|channel|>analysis<|message|>Both.<|end|>' +
        '<|start|>assistant to=functions.a<|channel|>commentary json<|message|>{"of": "a"}<|call|>' +
        '<|start|>functions.a to=assistant<|channel|>commentary<|message|>"result a"<|end|>' +
        '<|start|>assistant to=functions.b<|channel|>commentary json<|message|>{"of": "b"}<|call|>' +
        '<|start|>functions.b to=assistant<|channel|>commentary<|message|>"result b"<|end|>' +
        '<|start|>assistant',
    );
  });

  test('results that name no call stay behind the calls', () => {
    const shown = text(
      HARMONY,
      asked,
      { role: 'assistant', tool_calls: calls },
      answer('c'),
      answer('a'),
      asked,
    );
    const places = ['"a"}<', '"result a"', '"b"}<', '"result c"', 'Do both<|end|><|start|>assistant'];
    const found = places.map((place) => shown.lastIndexOf(place));
    assert.deepEqual(
      found,
      [...found].sort((a, b) => a - b),
    );
    assert.ok(!found.includes(-1), shown);
  });

  test('text and reasoning beside a call are shown together', () => {
    const both = { role: 'assistant', reasoning: 'Hm.', content: 'I do a.', tool_calls: [calls[0]] };
    assert.match(
      text(HARMONY, asked, both, answer('a')),
      /analysis<\|message\|>Hm\.\nI do a\.<\|end\|><\|start\|>assistant to=functions\.a/,
    );
    assert.match(
      converse(HARMONY, [asked, both, answer('a'), asked], { parameters: { clear_thinking: true } }).text,
      /analysis<\|message\|>I do a\.<\|end\|>/,
    );
  });
});
