import Type from 'typebox';
import { SERVER_PROPERTIES } from './schema.ts';
import { STORE_FLAGS } from './store.ts';

const MODEL = {
  description:
    'File, hf:owner/repo[:file-or-quant], or a name that parley knows; name=... gives it another name',
  default: 'parley-tiny',
};

const config = {
  schema: Type.String({
    minLength: 1,
    description: 'Configuration file; parley.yaml in the working directory is read when it is there',
  }),
  placeholder: 'file',
};

const { apiKeys, corsOrigins, logitsProcessors, ...single } = SERVER_PROPERTIES;

/** Everything that serving can be told on the command line. */
export const SERVE_FLAGS = {
  model: { schema: Type.Array(Type.String({ minLength: 1 }), MODEL), placeholder: 'model' },
  config,
  host: { schema: single.host, placeholder: 'address' },
  port: { schema: single.port, short: 'p', placeholder: 'N' },
  context: { schema: single.context, placeholder: 'N' },
  parallel: { schema: single.parallel, placeholder: 'N' },
  threads: { schema: single.threads, placeholder: 'N' },
  batch: { schema: single.batch, placeholder: 'N' },
  gpuLayers: { schema: single.gpuLayers, placeholder: 'N' },
  flashAttention: { schema: single.flashAttention },
  toolFormat: { schema: single.toolFormat, placeholder: 'name' },
  reasoningFormat: { schema: single.reasoningFormat, placeholder: 'name' },
  queue: { schema: single.queue, placeholder: 'N' },
  isolation: { schema: single.isolation },
  allowRequestTemplates: { schema: single.allowRequestTemplates },
  logitsProcessors: { schema: logitsProcessors, placeholder: 'file' },
  ...STORE_FLAGS,
  unsupported: { schema: single.unsupported },
  atomaOmitsDone: { schema: single.atomaOmitsDone },
  apiKeys: { schema: apiKeys, name: 'api-key', placeholder: 'key', environment: 'PARLEY_API_KEY' },
  corsOrigins: { schema: corsOrigins, name: 'cors-origin', placeholder: 'origin' },
  drainSeconds: { schema: single.drainSeconds, placeholder: 'N' },
  logLevel: { schema: single.logLevel },
};

/** The sampling parameters have the ranges of the API. */
export const CHAT_FLAGS = {
  model: {
    schema: Type.String({ minLength: 1, ...MODEL }),
    short: 'm',
    placeholder: 'model',
  },
  config,
  system: {
    schema: Type.String({ description: 'System message: how the model is to behave' }),
    short: 's',
    placeholder: 'text',
  },
  temperature: {
    schema: Type.Number({
      minimum: 0,
      maximum: 2,
      description: 'Randomness; 0 always takes the likeliest token',
    }),
    placeholder: 'number',
  },
  maxTokens: {
    schema: Type.Integer({ minimum: 1, maximum: 10_000_000, description: 'Longest answer, in tokens' }),
    placeholder: 'N',
  },
  seed: {
    schema: Type.Integer({
      minimum: Number.MIN_SAFE_INTEGER,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'Makes the random choices repeatable',
    }),
    placeholder: 'N',
  },
  context: SERVE_FLAGS.context,
  threads: SERVE_FLAGS.threads,
  gpuLayers: SERVE_FLAGS.gpuLayers,
};

export const CONFIG_FLAG = { config };
