import { test } from 'node:test';

/** The server, without a path, as the runner names it. */
export const URL = process.env.TARGET ?? 'http://127.0.0.1:4141';
export const MODEL = process.env.MODEL ?? 'parley-tiny';
export const KEY = process.env.API_KEY ?? 'none';

export const GREETING = [
  { role: 'system', content: 'Answer briefly.' },
  { role: 'user', content: 'Hello!' },
];
export const QUESTION = [{ role: 'user', content: 'What is the weather in Paris?' }];

/** Short values only, so that a small model ends them in time. */
export const PLACE = {
  type: 'object',
  properties: { city: { type: 'string', maxLength: 20 } },
  required: ['city'],
  additionalProperties: false,
};
export const WEATHER = {
  type: 'function',
  function: { name: 'get_weather', description: 'Get the weather of a city', parameters: PLACE },
};
export const CAPITAL = {
  type: 'object',
  properties: {
    city: { type: 'string', enum: ['Paris', 'Rome'] },
    rank: { type: 'integer', minimum: 1, maximum: 9 },
  },
  required: ['city', 'rank'],
  additionalProperties: false,
};

const REASONS = {
  ERR_MODULE_NOT_FOUND: 'not installed: npm run conformance:setup',
  ERR_DLOPEN_FAILED: 'its native part was built for another version of node',
};

/** What a client's package exports. Where it cannot be had there is one skipped test, and undefined. */
export async function installed(name) {
  try {
    return await import(name);
  } catch (error) {
    const reason = REASONS[error.code];
    if (reason === undefined) throw error;
    test(name, { skip: reason }, () => undefined);
    return undefined;
  }
}
