import { ApiError } from '@parley/protocol/errors';
import type { VirtualKey } from './keys.ts';

export interface KeyUse {
  /** Unix time in milliseconds. */
  readonly now: number;
  /** The `origin` header of the request. */
  readonly origin: string | undefined;
}

/** Throws 401 when the key's time is over, 403 when the page that sends it is not one of its origins. */
export function checkKey(key: VirtualKey, { now, origin }: KeyUse): void {
  if (key.expiresAt !== undefined && now >= key.expiresAt) {
    throw new ApiError({
      status: 401,
      type: 'authentication_error',
      code: 'key_expired',
      message: `The API key expired at ${new Date(key.expiresAt).toISOString()}.`,
    });
  }
  if (key.origins === undefined || (origin !== undefined && key.origins.includes(origin))) return;
  throw new ApiError({
    status: 403,
    type: 'permission_error',
    code: 'origin_not_allowed',
    message:
      origin === undefined
        ? 'This API key is for web pages of certain origins; the request names no origin.'
        : `This API key may not be used by pages of ${origin.slice(0, 200)}.`,
  });
}

/** Throws 403 when the key is not for the model. */
export function checkKeyModel(key: VirtualKey, model: string): void {
  if (mayUseModel(key, model)) return;
  throw new ApiError({
    status: 403,
    type: 'permission_error',
    code: 'model_not_allowed',
    param: 'model',
    message: `This API key may not use the model '${model.slice(0, 200)}'.`,
  });
}

/** Also for lists of models: each key sees those it may use. */
export function mayUseModel({ models }: VirtualKey, model: string): boolean {
  return models === undefined || models.some((pattern) => matches(pattern, model));
}

function matches(pattern: string, model: string): boolean {
  return pattern.endsWith('*') ? model.startsWith(pattern.slice(0, -1)) : pattern === model;
}
