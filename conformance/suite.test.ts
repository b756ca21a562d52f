import { after, describe } from 'node:test';
import { Client } from './http/client.ts';
import { openTarget } from './http/target.ts';
import { bodies } from './suite/bodies.ts';
import { broken } from './suite/broken.ts';
import { edges } from './suite/edges.ts';
import { logprobs } from './suite/logprobs.ts';
import { reasoning } from './suite/reasoning.ts';
import { refusals } from './suite/refusals.ts';
import { requests } from './suite/requests.ts';
import { shape } from './suite/shape.ts';
import { streaming } from './suite/streaming.ts';
import { text } from './suite/text.ts';
import { toolCalls } from './suite/tool-calls.ts';
import { usage } from './suite/usage.ts';

const SECTIONS = {
  streaming,
  shape,
  reasoning,
  broken,
  'log probabilities': logprobs,
  usage,
  refusals,
  edges,
  text,
  'tool calls': toolCalls,
  'what clients send': requests,
  'how it is sent': bodies,
};

const target = await openTarget();
after(() => target[Symbol.asyncDispose]());
const client = new Client(target);
for (const [name, section] of Object.entries(SECTIONS)) describe(name, () => section(client));
