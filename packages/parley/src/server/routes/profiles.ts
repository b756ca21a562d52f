import { PROFILES, shapeFields } from '@parley/protocol';
import type { Backend } from '../../core/complete.ts';
import type { Shared } from '../call.ts';
import type { Exchange } from '../http/exchange.ts';
import { sendJson } from '../http/respond.ts';
import type { Handler, Route } from '../http/router.ts';
import { findModel, modelObject, openRouterModel } from '../models.ts';
import { chatCompletions } from './chat.ts';
import { completions } from './completions.ts';
import { listModels, retrieveModel } from './models.ts';

/**
 * What each imitated provider has, below its own base path: `/cerebras/v1`, `/lightcone/v1`, `/atoma/v1`. The handlers
 * are those of `/v1`; they look at the profile of the exchange.
 */
export function profileRoutes(shared: Shared): Route[] {
  const chat = chatCompletions(shared);
  const text = completions(shared);
  return [
    ...PROFILES.flatMap((profile): Route[] => {
      const base = `/${profile.name}/v1`;
      return [
        route('POST', `${base}/chat/completions`, chat),
        ...(profile.completions ? [route('POST', `${base}/completions`, text)] : []),
      ];
    }),
    ...modelRoutes(shared.settings.backend),
    { ...route('GET', '/cerebras/v1/tcp_warming', (exchange) => sendJson(exchange, 200, {})), open: true },
  ];
}

function modelRoutes(backend: Backend): Route[] {
  const listInFormat = listModels(backend);
  const retrieveInFormat = retrieveModel(backend, {});
  const listed = PROFILES.flatMap(({ name, model: fields, modelFormats }): Route[] => {
    const hasFormat = ({ query }: Exchange) =>
      modelFormats && (query.get('format') ?? 'default') !== 'default';
    const list: Handler = (exchange) => {
      if (hasFormat(exchange)) return listInFormat(exchange);
      const data = backend.models().map((model) => shapeFields(fields, modelObject(model)));
      sendJson(exchange, 200, { object: 'list', data });
    };
    const retrieve: Handler = (exchange, id) => {
      if (hasFormat(exchange)) return retrieveInFormat(exchange, id);
      sendJson(exchange, 200, shapeFields(fields, modelObject(findModel(backend, id))));
    };
    return [route('GET', `/${name}/v1/models`, list), route('GET', `/${name}/v1/models/*`, retrieve)];
  });
  const openRouter: Handler = (exchange) =>
    sendJson(exchange, 200, { data: backend.models().map(openRouterModel) });
  return [...listed, route('GET', '/atoma/v1/open_router/models', openRouter)];
}

function route(method: Route['method'], path: string, handle: Handler): Route {
  return { method, path, api: false, open: false, work: method === 'POST', handle };
}
