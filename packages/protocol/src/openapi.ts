import type { TSchema } from 'typebox';
import { ChatCompletionRequest } from './chat.ts';
import { CompletionRequest } from './completion.ts';
import { Completion, CompletionChunk } from './completion-response.ts';
import { ContentPart } from './content.ts';
import { ErrorBodySchema } from './error-schema.ts';
import { Message } from './message.ts';
import { HuggingFaceModelList, ModelList, ModelObject, OpenRouterModelList } from './models.ts';
import { ChatCompletion, ChatCompletionChunk, ResponseMessage } from './response.ts';
import { Logprobs, Usage } from './response-fields.ts';
import { ROUTES, type Route } from './routes.ts';
import {
  StoredChatCompletion,
  StoredChatCompletionList,
  StoredDeletion,
  StoredMessage,
  StoredMessageList,
  StoredUpdateRequest,
} from './stored.ts';
import { DetokenizeRequest, DetokenizeResponse, TokenizeRequest, TokenizeResponse } from './tokenize.ts';
import { Tool, ToolCall } from './tools.ts';

export interface OpenApiOptions {
  /** Version of the server. */
  readonly version: string;
  readonly servers?: readonly { readonly url: string; readonly description?: string }[];
}

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: {
    readonly title: string;
    readonly version: string;
    readonly description: string;
    readonly license: { readonly name: string; readonly identifier: string };
  };
  readonly servers?: OpenApiOptions['servers'];
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly security: readonly unknown[];
}

const COMPONENTS: Readonly<Record<string, TSchema>> = {
  ChatCompletionRequest,
  Message,
  ContentPart,
  Tool,
  ToolCall,
  ChatCompletion,
  ChatCompletionChunk,
  ResponseMessage,
  Logprobs,
  Usage,
  CompletionRequest,
  Completion,
  CompletionChunk,
  ModelObject,
  ModelList,
  OpenRouterModelList,
  HuggingFaceModelList,
  StoredChatCompletion,
  StoredChatCompletionList,
  StoredMessage,
  StoredMessageList,
  StoredUpdateRequest,
  StoredDeletion,
  TokenizeRequest,
  TokenizeResponse,
  DetokenizeRequest,
  DetokenizeResponse,
  Error: ErrorBodySchema,
};

const REASONS: Readonly<Record<number, string>> = {
  400: 'The request is invalid, or asks for what the model does not do; `param` names the place.',
  401: 'The credential is missing or wrong.',
  404: 'There is no such model or stored completion.',
  413: 'The body is too large.',
  415: 'The media type or content encoding of the body is not known.',
  429: 'The queue is full; `retry-after` says in how many seconds to try again.',
  500: 'A fault of the server.',
  503: 'The server takes no calls.',
};

const NAMES: ReadonlyMap<unknown, string> = new Map(
  Object.entries(COMPONENTS).map(([name, schema]) => [schema, name]),
);

/** A copy in which schemas that are components become references to them. */
function referenced(value: unknown): unknown {
  const name = NAMES.get(value);
  return name === undefined ? expanded(value) : { $ref: `#/components/schemas/${name}` };
}

function expanded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(referenced);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, referenced(item)]));
}

const jsonBody = (schema: TSchema) => ({ 'application/json': { schema: referenced(schema) } });

function operation(route: Route): Record<string, unknown> {
  const content = Object.entries(route.response).map(([type, schema]) => [
    type,
    { schema: referenced(schema) },
  ]);
  const failures = [...route.errors, 500].map((status) => [
    String(status),
    { description: REASONS[status] ?? 'A failure.', content: jsonBody(ErrorBodySchema) },
  ]);
  return {
    operationId: route.operationId,
    summary: route.summary,
    ...(route.parameters.length === 0 ? {} : { parameters: route.parameters.map(expanded) }),
    ...(route.request === undefined
      ? {}
      : { requestBody: { required: true, content: jsonBody(route.request) } }),
    responses: {
      200: { description: 'Success.', content: Object.fromEntries(content) },
      ...Object.fromEntries(failures),
    },
  };
}

/** The OpenAPI document of all routes, from the schemas that validate them. The same options give the same document. */
export function openApi(options: OpenApiOptions): OpenApiDocument {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of ROUTES) paths[route.path] = { ...paths[route.path], [route.method]: operation(route) };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Parley',
      version: options.version,
      description:
        'Chat completions: every parameter is honoured, refused with a 400, or reported as changed.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    ...(options.servers === undefined ? {} : { servers: options.servers }),
    paths,
    components: {
      schemas: Object.fromEntries(
        Object.entries(COMPONENTS).map(([name, schema]) => [name, expanded(schema)]),
      ),
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
    },
    // Without keys configured a server takes anonymous calls.
    security: [{}, { bearer: [] }],
  };
}
