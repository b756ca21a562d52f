import type { ApiPromise, Send } from '../call.ts';
import type { RequestOptions } from '../options.ts';
import type { HuggingFaceModelList, ModelList, ModelObject, OpenRouterModelList } from '../wire/models.ts';
import type { Answer } from './create.ts';

export interface Models {
  list(query?: { format?: 'default' | null }, options?: RequestOptions): ApiPromise<Answer<ModelList>>;
  /** In the shape that OpenRouter expects. */
  list(query: { format: 'openrouter' }, options?: RequestOptions): ApiPromise<Answer<OpenRouterModelList>>;
  /** In the shape that Hugging Face expects. */
  list(query: { format: 'huggingface' }, options?: RequestOptions): ApiPromise<Answer<HuggingFaceModelList>>;
  /** A model by id or alias, with what becomes of each parameter. */
  retrieve(id: string, options?: RequestOptions): ApiPromise<Answer<ModelObject>>;
}

export function models(send: Send): Models {
  const list = (query?: object, options?: RequestOptions) =>
    send({ ...options, method: 'GET', path: '/models', query: { ...query, ...options?.query } });
  return {
    // The overloads tell what comes, by the value of `format`.
    list: list as Models['list'],
    retrieve: (id, options) => send({ ...options, method: 'GET', path: `/models/${encodeURIComponent(id)}` }),
  };
}
