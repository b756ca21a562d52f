import { openApi } from '@parley/protocol';
import type { Shared } from '../call.ts';
import type { Exchange } from '../http/exchange.ts';
import { send, sendJson } from '../http/respond.ts';
import type { Handler, Route } from '../http/router.ts';
import { storingSupport } from '../stored-call.ts';
import { chatCompletions } from './chat.ts';
import { completions } from './completions.ts';
import { listModels, retrieveModel } from './models.ts';
import { profileRoutes } from './profiles.ts';
import { indexPage, type Page, referencePage } from './reference-page.ts';
import { deleteStored, listStored, listStoredMessages, retrieveStored, updateStored } from './stored.ts';
import { detokenize, tokenize } from './tokenize.ts';

/** Every route of the server. */
export function routes(shared: Shared, draining: () => boolean): Route[] {
  const { backend, store, version } = shared.settings;
  const document = openApi({ version, servers: [{ url: '/' }] });
  const reference = referencePage(document);
  const front = indexPage(version);
  return [
    work('/chat/completions', chatCompletions(shared)),
    work('/completions', completions(shared)),
    work('/tokenize', tokenize(shared)),
    work('/detokenize', detokenize(shared)),
    ...stored(shared),
    { ...get('/models', listModels(backend)), api: true, open: false },
    { ...get('/models/*', retrieveModel(backend, storingSupport(store))), api: true, open: false },
    { ...get('/tcp_warming', (exchange) => sendJson(exchange, 200, {})), api: true },
    ...profileRoutes(shared),
    get('/health', (exchange) => {
      const models = backend.models().map(({ id }) => id);
      const status = draining() ? 'draining' : 'ok';
      // Atoma's client reads `message`.
      return sendJson(exchange, status === 'ok' ? 200 : 503, { status, message: status, models });
    }),
    { ...get('/metrics', (exchange) => sendMetrics(exchange, shared)), open: false },
    get('/openapi.json', (exchange) => sendJson(exchange, 200, document)),
    get('/docs', (exchange) => sendPage(exchange, reference)),
    get('/', (exchange) => sendPage(exchange, front)),
  ];
}

function stored(shared: Shared): Route[] {
  const all = { api: true, open: false };
  const one = '/chat/completions/*';
  const change = { ...all, path: one, work: false };
  return [
    { ...get('/chat/completions', listStored(shared)), ...all },
    { ...get(`${one}/messages`, listStoredMessages(shared)), ...all },
    { ...get(one, retrieveStored(shared)), ...all },
    { ...change, method: 'POST', handle: updateStored(shared) },
    { ...change, method: 'DELETE', handle: deleteStored(shared) },
  ];
}

function work(path: string, handle: Handler): Route {
  return { method: 'POST', path, api: true, open: false, work: true, handle };
}

function get(path: string, handle: Handler): Route {
  return { method: 'GET', path, api: false, open: true, work: false, handle };
}

async function sendMetrics(exchange: Exchange, { metrics }: Shared): Promise<void> {
  const { text, contentType } = await metrics.text();
  send(exchange, 200, text, { 'content-type': contentType });
}

function sendPage(exchange: Exchange, { html, policy }: Page): void {
  send(exchange, 200, html, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
}
