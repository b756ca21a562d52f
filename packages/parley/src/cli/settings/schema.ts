import Type, { type Static } from 'typebox';
import { CALL_FORMAT_NAMES, REASONING_FORMAT_NAMES } from '../../engine/answer/dialects.ts';
import { DEPLOYMENT_PROPERTIES, UPSTREAMS_SETTING } from './gateway-schema.ts';
import { STORE_PROPERTIES } from './store.ts';

/** What can be said of every model, and of one model in the configuration file. */
const engineProperties = {
  context: Type.Integer({
    minimum: 16,
    maximum: 10_000_000,
    description:
      'Tokens of prompt and answer together, per request; when left out what the model was trained for, at most 4096',
  }),
  parallel: Type.Integer({
    minimum: 1,
    maximum: 256,
    description:
      'Requests that are answered at the same time; when left out as many as memory allows, at most 16',
  }),
  threads: Type.Integer({
    minimum: 1,
    maximum: 1024,
    description: 'Compute threads; one fewer than the machine has cores when left out',
  }),
  batch: Type.Integer({
    minimum: 1,
    maximum: 65_536,
    description: 'Tokens that one step of the model takes, of all requests together; 512 when left out',
  }),
  gpuLayers: Type.Integer({
    minimum: 0,
    maximum: 10_000,
    description: 'Layers of the model that are kept on the graphics processor; none when left out',
  }),
  flashAttention: Type.Enum(['auto', 'on', 'off'], {
    description:
      'off: equal requests get equal answers in every case; on: less memory, faster prompts and short texts; when left out off for models below 100 M parameters, auto for others',
  }),
  toolFormat: Type.Enum([...CALL_FORMAT_NAMES], {
    description: `How the model writes calls of tools: ${CALL_FORMAT_NAMES.join(', ')}; when left out what its chat template shows`,
  }),
  reasoningFormat: Type.Enum([...REASONING_FORMAT_NAMES], {
    description: `How the model marks its reasoning: ${REASONING_FORMAT_NAMES.join(', ')}; when left out what its chat template shows`,
  }),
};

/** As browsers send it: without a path, and without a slash at the end. */
const ORIGIN = '^(\\*|[a-z][a-z0-9+.-]*://[^/?#\\s]+)$';

export const SERVER_PROPERTIES = {
  host: Type.String({
    minLength: 1,
    default: '127.0.0.1',
    description: 'Address to listen on; 0.0.0.0 for all networks',
  }),
  port: Type.Integer({
    minimum: 0,
    maximum: 65_535,
    default: 4141,
    description: 'Port to listen on; 0 takes a free one',
  }),
  ...engineProperties,
  queue: Type.Integer({
    minimum: 0,
    maximum: 100_000,
    description: 'Requests per model that may wait, 256 when left out; more are refused with status 429',
  }),
  isolation: Type.Enum(['process', 'thread'], {
    description:
      'Where a model runs: in a process of its own, whose crash leaves the server and the others serving, or in a thread; when left out a thread for one model, processes for several',
  }),
  allowRequestTemplates: Type.Boolean({
    default: false,
    description: 'Let requests bring a chat template of their own (chat_template)',
  }),
  logitsProcessors: Type.Array(Type.String({ minLength: 1 }), {
    description:
      'JavaScript or TypeScript module with functions that change logits, which requests name (logits_processors)',
  }),
  ...STORE_PROPERTIES,
  unsupported: Type.Enum(['strict', 'report'], {
    default: 'strict',
    description:
      'What becomes of a parameter that a model does not honour, unless the request says so itself. strict: status 400; report: it is left out, numbers out of range are brought into range, and the answer names both',
  }),
  atomaOmitsDone: Type.Boolean({
    default: false,
    description: "End streams below /atoma/v1 without [DONE], as those of Atoma's proxy do",
  }),
  apiKeys: Type.Array(Type.String({ minLength: 1 }), {
    description:
      'Key that requests must send as "Authorization: Bearer <key>"; without one everybody may ask',
  }),
  corsOrigins: Type.Array(Type.String({ pattern: ORIGIN }), {
    description: 'Web origin whose pages may call the server, as https://app.example; * for all',
  }),
  drainSeconds: Type.Number({
    minimum: 0,
    maximum: 86_400,
    default: 30,
    description: 'How long running answers may go on after SIGTERM',
  }),
  logLevel: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    default: 'info',
    description: 'Least level of log lines',
  }),
};

const MODEL_NAME = '^[A-Za-z0-9][A-Za-z0-9._:/-]*$';

export const MODEL_SCHEMA = Type.Object(
  {
    name: Type.Optional(Type.String({ pattern: MODEL_NAME, description: 'What requests call the model' })),
    path: Type.Optional(
      Type.String({ minLength: 1, description: 'GGUF file, from the folder of the configuration file' }),
    ),
    hf: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'owner/repo or owner/repo:file-or-quant on the Hugging Face hub',
      }),
    ),
    aliases: Type.Optional(
      Type.Array(Type.String({ pattern: MODEL_NAME }), { description: 'Further names of the model' }),
    ),
    chatTemplate: Type.Optional(
      Type.String({ minLength: 1, description: "File with a Jinja template that replaces the model's own" }),
    ),
    ...Type.Partial(Type.Object(engineProperties)).properties,
    ...Type.Partial(Type.Object(DEPLOYMENT_PROPERTIES)).properties,
  },
  { additionalProperties: false },
);

/** The configuration file; also published as JSON Schema. */
export const CONFIG_SCHEMA = Type.Object(
  {
    ...Type.Partial(Type.Object(SERVER_PROPERTIES)).properties,
    models: Type.Optional(Type.Array(MODEL_SCHEMA, { description: 'The models to serve' })),
    upstreams: Type.Optional(UPSTREAMS_SETTING),
  },
  { additionalProperties: false, title: 'parley.yaml' },
);

export type Config = Static<typeof CONFIG_SCHEMA>;
export type ModelConfig = Static<typeof MODEL_SCHEMA>;
