import { after, describe } from 'node:test';
import { broken } from './suite/broken.ts';
import { logprobs } from './suite/logprobs.ts';
import { reasoning } from './suite/reasoning.ts';
import { refusals } from './suite/refusals.ts';
import { shape } from './suite/shape.ts';
import { streaming } from './suite/streaming.ts';
import { text } from './suite/text.ts';
import { toolCalls } from './suite/tool-calls.ts';
import { usage } from './suite/usage.ts';
import { wire } from './suite/wire.ts';
import { Client } from './wire/client.ts';
import { openTarget } from './wire/target.ts';

const SECTIONS = {
  streaming,
  shape,
  reasoning,
  broken,
  'log probabilities': logprobs,
  usage,
  refusals,
  text,
  'tool calls': toolCalls,
  'what clients send': wire,
};

const target = await openTarget();
after(() => target[Symbol.asyncDispose]());
const client = new Client(target);
for (const [name, section] of Object.entries(SECTIONS)) describe(name, () => section(client));
