import { parseChatCompletion } from './index.ts';
import { MISSING, table, user } from './refusal.test.fixture.ts';

table('bodies that are no object', parseChatCompletion, [
  [null, null, 'invalid_type', /must be a JSON object, got null/],
  [undefined, null, 'invalid_type', /must be a JSON object/],
  [[], null, 'invalid_type', /an empty array/],
  [[{}], null, 'invalid_type', /an array of length 1/],
  ['{}', null, 'invalid_type', /got "\{\}"/],
  [5, null, 'invalid_type', /got 5/],
  [true, null, 'invalid_type', /got true/],
]);

const message = (value: unknown) => ({ messages: [user, value] });
const part = (value: unknown) => message({ role: 'user', content: ['a', value] });

table('messages', parseChatCompletion, [
  [{}, 'messages', MISSING, /^messages is required/],
  [{ messages: undefined }, 'messages', MISSING, /^messages is required/],
  [{ messages: null }, 'messages', 'invalid_type', /must be an array, got null/],
  [{ messages: [] }, 'messages', 'out_of_range', /at least 1 item, got 0/],
  [{ messages: 'Hello' }, 'messages', 'invalid_type', /must be an array, got a string: "Hello"/],
  [{ messages: {} }, 'messages', 'invalid_type', /must be an array, got an object/],
  [message(5), 'messages[1]', 'invalid_type', /must be an object, got a number: 5/],
  [message(null), 'messages[1]', 'invalid_type', /must be an object, got null/],
  [message('Hello'), 'messages[1]', 'invalid_type', /must be an object/],
  [message({}), 'messages[1].role', MISSING, /"developer", "system", "user"/],
  [message({ content: 'a' }), 'messages[1].role', MISSING, /is required/],
  [message({ role: 5, content: 'a' }), 'messages[1].role', 'invalid_type', /must be a string.*got 5/],
  [message({ role: null, content: 'a' }), 'messages[1].role', 'invalid_type', /got null/],
  [message({ role: '', content: 'a' }), 'messages[1].role', 'out_of_range', /must not be empty/],
  [message({ role: 'user' }), 'messages[1].content', MISSING, /is required/],
  [
    message({ role: 'user', content: null }),
    'messages[1].content',
    'invalid_type',
    /a string or an array, got null/,
  ],
  [message({ role: 'system', content: 5 }), 'messages[1].content', 'invalid_type', /got a number: 5/],
  [message({ role: 'assistant', content: {} }), 'messages[1].content', 'invalid_type', /got an object/],
  [message({ role: 'critic', content: 5 }), 'messages[1].content', 'invalid_type', /got a number: 5/],
  [message({ role: 'tool', content: 'a' }), 'messages[1].tool_call_id', MISSING, /is required/],
  [message({ role: 'function', content: 'a' }), 'messages[1].name', MISSING, /is required/],
  [message({ role: 'user', content: 'a', name: 5 }), 'messages[1].name', 'invalid_type', /must be a string/],
  [message({ author: {} }), 'messages[1].author.role', MISSING, /is required/],
  [message({ author: { role: 'x' } }), 'messages[1].author.role', 'invalid_value', /"user", "assistant"/],
  [
    message({ author: { role: 'user' }, content: [5] }),
    'messages[1].content[0]',
    'invalid_type',
    /an object/,
  ],
]);

table('tool calls of messages', parseChatCompletion, [
  [message({ role: 'assistant', tool_calls: {} }), 'messages[1].tool_calls', 'invalid_type', /an array/],
  [message({ role: 'assistant', tool_calls: [{}] }), 'messages[1].tool_calls[0].id', MISSING, /is required/],
  [
    message({ role: 'assistant', tool_calls: [{ id: 'a', type: 'x' }] }),
    'messages[1].tool_calls[0].type',
    'invalid_value',
    /"function" or "custom", got "x"/,
  ],
  [
    message({
      role: 'assistant',
      tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: {} } }],
    }),
    'messages[1].tool_calls[0].function.arguments',
    'invalid_type',
    /must be a string, got an object/,
  ],
  [
    message({ role: 'assistant', tool_calls: [{ id: 'a', type: 'custom', custom: { name: 'f' } }] }),
    'messages[1].tool_calls[0].custom.input',
    MISSING,
    /is required/,
  ],
]);

table('content parts', parseChatCompletion, [
  [part(5), 'messages[1].content[1]', 'invalid_type', /an object or a string, got a number: 5/],
  [part({}), 'messages[1].content[1].type', MISSING, /"text", "image_url"/],
  [part({ type: 'nope' }), 'messages[1].content[1].type', 'invalid_value', /"thinking", got "nope"/],
  [part({ type: 5 }), 'messages[1].content[1].type', 'invalid_type', /got 5/],
  [part({ type: 'text' }), 'messages[1].content[1].text', MISSING, /is required/],
  [part({ type: 'text', text: null }), 'messages[1].content[1].text', 'invalid_type', /a string, got null/],
  [
    part({ type: 'image_url', image_url: 'a' }),
    'messages[1].content[1].image_url',
    'invalid_type',
    /an object/,
  ],
  [
    part({ type: 'image_url', image_url: {} }),
    'messages[1].content[1].image_url.url',
    MISSING,
    /is required/,
  ],
  [
    part({ type: 'image_url', image_url: { url: '' } }),
    'messages[1].content[1].image_url.url',
    'out_of_range',
    /empty/,
  ],
  [
    part({ type: 'image_url', image_url: { url: 'a', detail: 'x' } }),
    'messages[1].content[1].image_url.detail',
    'invalid_value',
    /"auto", "low" or "high"/,
  ],
  [
    part({ type: 'input_audio', input_audio: { data: 'a', format: 'ogg' } }),
    'messages[1].content[1].input_audio.format',
    'invalid_value',
    /"wav" or "mp3"/,
  ],
  [part({ image_url: 5 }), 'messages[1].content[1].image_url', 'invalid_type', /got a number: 5/],
  [
    part({ type: 'image_embeds', image_embeds: { a: 1 } }),
    'messages[1].content[1].image_embeds.a',
    'invalid_type',
    /a string/,
  ],
]);
