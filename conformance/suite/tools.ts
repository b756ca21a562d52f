import assert from 'node:assert/strict';
import Type, { type TSchema } from 'typebox';
import { Value } from 'typebox/value';
import type { GatheredCall } from '../http/gather.ts';

const closed = { additionalProperties: false };

/** What a call of each tool must be; short texts, so that every model ends them in time. */
const PARAMETERS: Readonly<Record<string, TSchema>> = {
  get_weather: Type.Object(
    {
      city: Type.String({ maxLength: 20 }),
      unit: Type.Optional(Type.Enum(['celsius', 'fahrenheit'], { type: 'string' })),
    },
    closed,
  ),
  add: Type.Object(
    { a: Type.Integer({ minimum: 0, maximum: 9 }), b: Type.Integer({ minimum: 0, maximum: 9 }) },
    closed,
  ),
};

const tool = (name: string, description: string) => ({
  type: 'function',
  function: { name, description, parameters: PARAMETERS[name] },
});

export const WEATHER = tool('get_weather', 'Get the weather of a city');
export const ADD = tool('add', 'Add two digits');
/** A tool whose input is text of a form. */
export const TICKET = {
  type: 'custom',
  custom: {
    name: 'open_ticket',
    description: 'Opens a ticket by its number',
    format: { type: 'grammar', grammar: { syntax: 'regex', definition: 'T-[0-9]{3}' } },
  },
};

export const ASK_WEATHER = {
  messages: [{ role: 'user', content: 'What is the weather in Paris?' }],
  max_completion_tokens: 120,
};

/** A call of one of the tools above, whose arguments are finished and what its schema wants. */
export function checkCall(call: GatheredCall | undefined): GatheredCall {
  assert.ok(call, 'there is no call');
  if (call.type === 'custom') {
    assert.equal(call.name, TICKET.custom.name);
    assert.match(call.text, /^T-[0-9]{3}$/);
    return call;
  }
  const schema = PARAMETERS[call.name];
  assert.ok(schema, `nobody has declared ${call.name}`);
  const value: unknown = JSON.parse(call.text);
  assert.ok(Value.Check(schema, value), `not what ${call.name} takes: ${call.text}`);
  return call;
}
