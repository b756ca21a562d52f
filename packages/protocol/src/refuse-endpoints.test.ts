import { parseCompletion, parseDetokenize, parseTokenize } from './index.ts';
import { CONFLICT, MISSING, table, user } from './refusal.test.fixture.ts';

table('legacy completions', parseCompletion, [
  [{}, 'prompt', MISSING, /is required/],
  [{ prompt: null }, 'prompt', 'invalid_type', /a string or an array, got null/],
  [{ prompt: [] }, 'prompt', 'out_of_range', /at least 1 item/],
  [{ prompt: [1, 'a'] }, 'prompt[1]', 'invalid_type', /an integer/],
  [{ prompt: ['a', 1] }, 'prompt[1]', 'invalid_type', /a string/],
  [{ prompt: [[1], []] }, 'prompt[1]', 'out_of_range', /at least 1 item/],
  [{ prompt: [[1, 'a']] }, 'prompt[0][1]', 'invalid_type', /an integer/],
  [{ prompt: [{}] }, 'prompt[0]', 'invalid_type', /a string, an integer or an array, got an object/],
  [{ prompt: 'a', logprobs: 6 }, 'logprobs', 'out_of_range', /between 0 and 5/],
  [{ prompt: 'a', logprobs: true }, 'logprobs', 'invalid_type', /an integer/],
  [{ prompt: 'a', best_of: 1, n: 2 }, 'best_of', CONFLICT, /at least n, which is 2/],
  [{ prompt: 'a', best_of: 2, stream: true }, 'best_of', CONFLICT, /cannot be streamed/],
  [{ prompt: 'a', stream_options: {} }, 'stream_options', CONFLICT, /stream: true/],
]);

table('tokenize', parseTokenize, [
  [{}, 'prompt', MISSING, /is required/],
  [{ prompt: ['a'] }, 'prompt', 'invalid_type', /a string/],
  [{ messages: [] }, 'messages', 'out_of_range', /at least 1 item/],
  [{ messages: [{}] }, 'messages[0].role', MISSING, /is required/],
  [
    { messages: [user], continue_final_message: true, add_generation_prompt: true },
    'continue_final_message',
    CONFLICT,
    /add_generation_prompt/,
  ],
]);

table('detokenize', parseDetokenize, [
  [{}, 'tokens', MISSING, /is required/],
  [{ tokens: 'a' }, 'tokens', 'invalid_type', /an array/],
  [{ tokens: [1, 1.5] }, 'tokens[1]', 'invalid_type', /an integer/],
  [{ tokens: [-1] }, 'tokens[0]', 'out_of_range', /at least 0/],
  [{ tokens: Array(1_000_001).fill(1) }, 'tokens', 'out_of_range', /at most 1000000 items, got 1000001/],
]);
