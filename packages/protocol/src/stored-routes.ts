import Type from 'typebox';
import type { Route, RouteParameter } from './routes.ts';
import {
  StoredChatCompletion,
  StoredChatCompletionList,
  StoredDeletion,
  StoredMessageList,
  StoredUpdateRequest,
} from './stored.ts';
import { Metadata } from './stored-metadata.ts';
import { PAGE_LIMIT } from './stored-query.ts';

const id: RouteParameter = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'Id of a stored completion.',
  schema: Type.String(),
};

const page: readonly RouteParameter[] = [
  {
    name: 'after',
    in: 'query',
    required: false,
    description: 'Id of the last item of the page before.',
    schema: Type.String(),
  },
  {
    name: 'limit',
    in: 'query',
    required: false,
    description: 'Most items of the page; very large items make it shorter.',
    schema: Type.Integer({ minimum: 1, maximum: PAGE_LIMIT.maximum, default: PAGE_LIMIT.default }),
  },
  {
    name: 'order',
    in: 'query',
    required: false,
    description: 'By time: `asc` begins with the oldest.',
    schema: Type.Enum(['asc', 'desc'], { default: 'asc' }),
  },
];

const filters: readonly RouteParameter[] = [
  {
    name: 'model',
    in: 'query',
    required: false,
    description: 'Only answers of this model, by id or alias.',
    schema: Type.String(),
  },
  {
    name: 'metadata',
    in: 'query',
    required: false,
    description: 'Only completions that have all of these pairs: `metadata[key]=value`.',
    schema: Metadata,
    style: 'deepObject',
  },
];

const one = { path: '/v1/chat/completions/{id}', parameters: [id] } as const;
const json = (schema: Type.TSchema) => ({ 'application/json': schema });

/** Completions that were kept because their requests said `store: true`. A caller sees those of its own key. */
export const STORED_ROUTES: readonly Route[] = [
  {
    method: 'get',
    path: '/v1/chat/completions',
    operationId: 'listChatCompletions',
    summary: 'Lists stored completions.',
    parameters: [...page, ...filters],
    response: json(StoredChatCompletionList),
    errors: [400, 401, 404],
  },
  {
    ...one,
    method: 'get',
    operationId: 'retrieveChatCompletion',
    summary: 'A stored completion.',
    response: json(StoredChatCompletion),
    errors: [401, 404],
  },
  {
    ...one,
    method: 'post',
    operationId: 'updateChatCompletion',
    summary: 'Replaces the metadata of a stored completion.',
    request: StoredUpdateRequest,
    response: json(StoredChatCompletion),
    errors: [400, 401, 404, 413, 415, 429],
  },
  {
    ...one,
    method: 'delete',
    operationId: 'deleteChatCompletion',
    summary: 'Removes a stored completion.',
    response: json(StoredDeletion),
    errors: [401, 404],
  },
  {
    method: 'get',
    path: '/v1/chat/completions/{id}/messages',
    operationId: 'listChatCompletionMessages',
    summary: 'The messages of the request that a stored completion answers.',
    parameters: [id, ...page],
    response: json(StoredMessageList),
    errors: [400, 401, 404],
  },
];
