import {
  ApiError,
  type DetokenizeResponse,
  parseDetokenize,
  parseTokenize,
  type TokenizeRequest,
  type TokenizeResponse,
} from '@parley/protocol';
import type { Input, Parameters } from '../../core/complete.ts';
import { modelName, openCall, receive, type Shared } from '../call.ts';
import type { Exchange } from '../http/exchange.ts';
import { sendJson } from '../http/respond.ts';
import { findModel } from '../models.ts';

/** `POST /tokenize`. */
export function tokenize(shared: Shared) {
  return async (exchange: Exchange): Promise<void> => {
    const { backend } = shared.settings;
    const parsed = parseTokenize(await receive(exchange, shared));
    const { report } = openCall(exchange, parsed, `tok-${shared.settings.newId()}`);
    const model = findModel(backend, modelName(exchange, parsed.request.model, shared));
    if (!backend.tokenize) throw outOfReach(model.id);
    const { input, parameters } = splitRequest(parsed.request);
    const prompt = { model: model.id, input, parameters };
    const { tokens, ignored } = await backend.tokenize(prompt, exchange.signal);
    for (const name of ignored ?? []) report.add(name, 'ignored', 'It has no effect on the prompt.');
    const wantsTexts = parsed.request.return_token_strs === true;
    if (wantsTexts && !backend.tokenBytes) throw outOfReach(model.id);
    const decoder = new TextDecoder();
    const texts = wantsTexts && backend.tokenBytes?.(model.id, tokens).map((bytes) => decoder.decode(bytes));
    const body: TokenizeResponse = {
      count: tokens.length,
      max_model_len: model.contextLength,
      tokens,
      token_strs: texts || null,
    };
    sendReported(exchange, body, report.header());
  };
}

/** `POST /detokenize`. */
export function detokenize(shared: Shared) {
  return async (exchange: Exchange): Promise<void> => {
    const { backend } = shared.settings;
    const parsed = parseDetokenize(await receive(exchange, shared));
    const { report } = openCall(exchange, parsed, `tok-${shared.settings.newId()}`);
    const model = findModel(backend, modelName(exchange, parsed.request.model, shared));
    if (!backend.detokenize) throw outOfReach(model.id);
    const prompt = await backend.detokenize(model.id, parsed.request.tokens, exchange.signal);
    const body: DetokenizeResponse = { prompt };
    sendReported(exchange, body, report.header());
  };
}

function splitRequest(request: TokenizeRequest): { input: Input; parameters: Parameters } {
  if ('messages' in request) {
    const { model, messages, return_token_strs, ...parameters } = request;
    return { input: { kind: 'messages', messages }, parameters };
  }
  const { model, prompt, return_token_strs, ...parameters } = request;
  return { input: { kind: 'text', text: prompt }, parameters };
}

function sendReported(exchange: Exchange, body: object, header: string | undefined): void {
  sendJson(exchange, 200, body, header === undefined ? {} : { 'x-parley-parameters': header });
}

function outOfReach(model: string): ApiError {
  return new ApiError({
    status: 400,
    type: 'invalid_request_error',
    code: 'unsupported_operation',
    param: 'model',
    message: `The tokenizer of the model '${model}' is out of reach.`,
  });
}
