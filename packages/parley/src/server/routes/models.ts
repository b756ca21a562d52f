import { invalidRequest } from '@parley/protocol';
import type { Backend, Model, ParameterSupport } from '../../core/complete.ts';
import type { Exchange } from '../http/exchange.ts';
import { sendJson } from '../http/respond.ts';
import { findModel, huggingFaceModel, modelDetails, modelObject, openRouterModel } from '../models.ts';

export function listModels(backend: Backend) {
  return (exchange: Exchange): void => {
    sendJson(exchange, 200, modelList(backend.models(), formatOf(exchange)));
  };
}

/** `own` says what becomes of parameters that are not the backend's. */
export function retrieveModel(backend: Backend, own: Record<string, ParameterSupport> = {}) {
  return (exchange: Exchange, name: string): void => {
    const found = findModel(backend, name);
    const model = { ...found, parameters: { ...found.parameters, ...own } };
    const shapes = { default: modelDetails, openrouter: openRouterModel, huggingface: huggingFaceModel };
    sendJson(exchange, 200, shapes[formatOf(exchange)](model));
  };
}

type Format = 'default' | 'openrouter' | 'huggingface';

function modelList(models: readonly Model[], format: Format): object {
  switch (format) {
    case 'default':
      return { object: 'list', data: models.map(modelObject) };
    case 'openrouter':
      return { data: models.map(openRouterModel) };
    case 'huggingface':
      return { object: 'list', data: models.map(huggingFaceModel) };
  }
}

function formatOf({ query }: Exchange): Format {
  const format = query.get('format') ?? 'default';
  if (format === 'default' || format === 'openrouter' || format === 'huggingface') return format;
  throw invalidRequest('format', "The query parameter 'format' must be default, openrouter or huggingface.");
}
