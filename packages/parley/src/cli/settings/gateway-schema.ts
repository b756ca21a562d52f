import Type, { type Static } from 'typebox';
import { PROVIDERS } from '../../gateway/providers/providers.ts';

const seconds = (description: string, fallback: number) =>
  Type.Number({ exclusiveMinimum: 0, maximum: 86_400, default: fallback, description });

const dollars = (description: string) => Type.Number({ minimum: 0, maximum: 1_000_000, description });

/** Times of one attempt, and `totalSeconds` of all of them. */
export const TIMEOUT_DEFAULTS = {
  connectSeconds: 5,
  headersSeconds: 60,
  firstTokenSeconds: 60,
  idleSeconds: 60,
  totalSeconds: 600,
};

const TIMEOUTS = Type.Partial(
  Type.Object(
    {
      connectSeconds: seconds('To connect', TIMEOUT_DEFAULTS.connectSeconds),
      headersSeconds: seconds("To the head of the upstream's answer", TIMEOUT_DEFAULTS.headersSeconds),
      firstTokenSeconds: seconds('To the first token', TIMEOUT_DEFAULTS.firstTokenSeconds),
      idleSeconds: seconds('Longest silence between two tokens', TIMEOUT_DEFAULTS.idleSeconds),
      totalSeconds: seconds('For a whole answer, with every attempt', TIMEOUT_DEFAULTS.totalSeconds),
    },
    { additionalProperties: false },
  ),
);

const PRICES = Type.Partial(
  Type.Object(
    {
      prompt: dollars('Dollars for a million prompt tokens'),
      cachedPrompt: dollars('Dollars for a million cached prompt tokens; as others when left out'),
      completion: dollars('Dollars for a million completion tokens'),
      request: dollars('Dollars for each call'),
    },
    { additionalProperties: false },
  ),
);

const count = (description: string) => Type.Integer({ minimum: 1, maximum: 1e12, description });

const TARGET_LIMITS = Type.Partial(
  Type.Object(
    {
      concurrent: count('Calls at one time'),
      requestsPerMinute: count('Calls in a minute'),
      tokensPerMinute: count('Tokens in a minute'),
    },
    { additionalProperties: false },
  ),
);

export const UPSTREAM_SCHEMA = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100, description: 'What targets call it' }),
    provider: Type.Optional(
      Type.Enum([...PROVIDERS.keys()], {
        description: 'Who it is, or whose dialect it speaks; when left out its name says so',
      }),
    ),
    baseUrl: Type.Optional(
      Type.String({
        pattern: '^https?://[^\\s]+$',
        description: "Address, up to /v1; the provider's own when left out",
      }),
    ),
    apiKey: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          "Key, best as an environment variable in $ and braces; when left out the provider's own environment variable",
      }),
    ),
    headers: Type.Optional(
      Type.Record(Type.String(), Type.String(), { description: 'Further headers of every call' }),
    ),
  },
  { additionalProperties: false },
);

export const TARGET_SCHEMA = Type.Object(
  {
    upstream: Type.String({ minLength: 1, description: 'Name of an upstream' }),
    model: Type.String({ minLength: 1, description: 'What the upstream calls the model' }),
    weight: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1e6, default: 1, description: 'Share among those of its priority' }),
    ),
    priority: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 100,
        default: 0,
        description: 'Lower ones are asked first; others when those fail',
      }),
    ),
    contextLength: Type.Optional(count('Tokens of prompt and answer together')),
    prices: Type.Optional(PRICES),
    timeouts: Type.Optional(TIMEOUTS),
    limits: Type.Optional(TARGET_LIMITS),
    parameters: Type.Optional(
      Type.Record(Type.String(), Type.Enum(['honoured', 'refused']), {
        description: 'Exceptions from what the provider honours, by parameter',
      }),
    ),
  },
  { additionalProperties: false },
);

/** Of a model that is answered by upstreams. */
export const DEPLOYMENT_PROPERTIES = {
  description: Type.String({ description: 'What the list of models says of it' }),
  targets: Type.Array(TARGET_SCHEMA, { minItems: 1, description: 'Where its requests can go' }),
  balancing: Type.Enum(
    ['weighted', 'least-busy', 'lowest-latency', 'lowest-price', 'prefix-affine', 'sticky'],
    { default: 'weighted', description: 'How targets of one priority share the requests' },
  ),
  fallbacks: Type.Array(Type.String({ minLength: 1 }), {
    description: 'Models to turn to when every target failed',
  }),
  fallbackOnContentPolicy: Type.Boolean({
    default: false,
    description: 'Ask another target also when one refuses for its content policy',
  }),
  attempts: Type.Integer({ minimum: 1, maximum: 6, default: 2, description: 'Tries of one target' }),
  maximumRetryAfterSeconds: seconds('An upstream that asks for a longer wait is left for another', 10),
  circuitFailures: Type.Integer({
    minimum: 1,
    maximum: 1_000,
    default: 5,
    description: 'Failures in a row after which a target is left alone',
  }),
  circuitProbeSeconds: seconds('Until it is tried again', 10),
  hedgeAfterSeconds: seconds('Wait for a first token after which a second target is asked as well', 5),
  cacheSeconds: seconds('How long equal requests get an equal answer', 60),
};

export const UPSTREAMS_SETTING = Type.Array(UPSTREAM_SCHEMA, {
  description: "Other people's engines, to which models can be routed",
});

export type UpstreamConfig = Static<typeof UPSTREAM_SCHEMA>;
export type TargetConfig = Static<typeof TARGET_SCHEMA>;
