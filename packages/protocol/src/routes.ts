import Type, { type TSchema } from 'typebox';
import { ChatCompletionRequest } from './chat.ts';
import { CompletionRequest } from './completion.ts';
import { Completion, CompletionChunk } from './completion-response.ts';
import { HuggingFaceModelList, ModelList, ModelObject, OpenRouterModelList } from './models.ts';
import { ChatCompletion, ChatCompletionChunk } from './response.ts';
import { STORED_ROUTES } from './stored-routes.ts';
import { DetokenizeRequest, DetokenizeResponse, TokenizeRequest, TokenizeResponse } from './tokenize.ts';

export interface RouteParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description: string;
  readonly schema: TSchema;
  /** How an object is written in a query: `name[key]=value`. */
  readonly style?: 'deepObject';
}

/** What the API reference says of a route. */
export interface Route {
  readonly method: 'get' | 'post' | 'delete';
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly parameters: readonly RouteParameter[];
  readonly request?: TSchema;
  /** Bodies of a 200, by media type. */
  readonly response: Readonly<Record<string, TSchema>>;
  /** Statuses of failures beside 500, all with the error body. */
  readonly errors: readonly number[];
}

const JSON_TYPE = 'application/json';
const SSE_TYPE = 'text/event-stream';
const GENERATION_ERRORS = [400, 401, 404, 413, 415, 429];

const format: RouteParameter = {
  name: 'format',
  in: 'query',
  required: false,
  description: 'Shape of the list: of this server, or as these platforms expect it.',
  schema: Type.Enum(['default', 'openrouter', 'huggingface'], { default: 'default' }),
};

const id: RouteParameter = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'Id or alias of the model.',
  schema: Type.String(),
};

const trace = (name: string, of: string): RouteParameter => ({
  name,
  in: 'header',
  required: false,
  description: `Id of the request at ${of}; it comes back on the answer and stands in the log.`,
  schema: Type.String({ pattern: '^[!-~]{1,256}$' }),
});

// `x-delay-time` is left to the prose: tools that try out all that a document lists would sit and wait.
const GENERATION_HEADERS: readonly RouteParameter[] = [
  {
    name: 'queue_threshold',
    in: 'header',
    required: false,
    description:
      'Milliseconds that the call may wait for its turn; after them it is refused with 429. Only with `service_tier` ' +
      '`auto`, which is the default, or `flex`.',
    schema: Type.Integer({ minimum: 50, maximum: 20_000 }),
  },
  trace('cf-ray', 'Cloudflare'),
  trace('x-amz-cf-id', 'Amazon CloudFront'),
];

const Open = Type.Object({});

export const ROUTES: readonly Route[] = [
  {
    method: 'post',
    path: '/v1/chat/completions',
    operationId: 'createChatCompletion',
    summary: 'Answers a conversation. With `stream: true` the answer comes as chunks, then `data: [DONE]`.',
    parameters: GENERATION_HEADERS,
    request: ChatCompletionRequest,
    response: { [JSON_TYPE]: ChatCompletion, [SSE_TYPE]: ChatCompletionChunk },
    errors: GENERATION_ERRORS,
  },
  ...STORED_ROUTES,
  {
    method: 'post',
    path: '/v1/completions',
    operationId: 'createCompletion',
    summary: 'Continues text or tokens. With `stream: true` the answer comes as chunks, then `data: [DONE]`.',
    parameters: GENERATION_HEADERS,
    request: CompletionRequest,
    response: { [JSON_TYPE]: Completion, [SSE_TYPE]: CompletionChunk },
    errors: GENERATION_ERRORS,
  },
  {
    method: 'get',
    path: '/v1/models',
    operationId: 'listModels',
    summary: 'Lists the models.',
    parameters: [format],
    response: { [JSON_TYPE]: Type.Union([ModelList, OpenRouterModelList, HuggingFaceModelList]) },
    errors: [400, 401],
  },
  {
    method: 'get',
    path: '/v1/models/{id}',
    operationId: 'retrieveModel',
    summary: 'Describes a model, with the parameters that it honours.',
    parameters: [id],
    response: { [JSON_TYPE]: ModelObject },
    errors: [401, 404],
  },
  {
    method: 'get',
    path: '/v1/tcp_warming',
    operationId: 'warmConnection',
    summary: 'Opens a connection for later calls.',
    parameters: [],
    response: { [JSON_TYPE]: Open },
    errors: [],
  },
  {
    method: 'get',
    path: '/health',
    operationId: 'health',
    summary: 'Says whether the server takes calls.',
    parameters: [],
    response: { [JSON_TYPE]: Open },
    errors: [503],
  },
  {
    method: 'get',
    path: '/metrics',
    operationId: 'metrics',
    summary: 'Counters and gauges in the text format of Prometheus.',
    parameters: [],
    response: { 'text/plain': Type.String() },
    errors: [401],
  },
  {
    method: 'post',
    path: '/tokenize',
    operationId: 'tokenize',
    summary: 'Tokens of a text, or of the prompt that a conversation becomes.',
    parameters: [],
    request: TokenizeRequest,
    response: { [JSON_TYPE]: TokenizeResponse },
    errors: [400, 401, 404, 413, 415],
  },
  {
    method: 'post',
    path: '/detokenize',
    operationId: 'detokenize',
    summary: 'Text of tokens.',
    parameters: [],
    request: DetokenizeRequest,
    response: { [JSON_TYPE]: DetokenizeResponse },
    errors: [400, 401, 404, 413, 415],
  },
];
