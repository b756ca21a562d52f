import { countOf, isObject, type Json, textOf } from './json.ts';

/** What an upstream says of a failure, in whatever form; nothing is decided here. */
export interface UpstreamFault {
  /** HTTP status: that of the answer, or one that the error itself names. */
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly type: string | undefined;
  readonly param: string | undefined;
  readonly message: string;
  /** As a body may ask for; headers are read elsewhere. */
  readonly retryAfterMs?: number;
}

/** Thrown by readers for an error in place of an event. */
export class FaultInStream extends Error {
  readonly fault: UpstreamFault;

  constructor(fault: UpstreamFault) {
    super(fault.message);
    this.name = 'FaultInStream';
    this.fault = fault;
  }
}

/**
 * The error that a body, or an event, amounts to; undefined where it is none. Known forms: OpenAI's `{error: {…}}`,
 * `{error: "text"}`, Mistral's `{object: "error", …}`, FastAPI's `{detail: …}`, and Google's, also in a list.
 */
export function faultOf(body: unknown, status?: number): UpstreamFault | undefined {
  if (Array.isArray(body)) return body.length > 0 ? faultOf(body[0], status) : undefined;
  if (!isObject(body)) return undefined;
  const { error } = body;
  if (typeof error === 'string' && error !== '') return { ...NOTHING, status, message: error };
  if (isObject(error)) return fromError(error, status ?? statusOf(body.status_code));
  if (body.object === 'error' || body.type === 'error') return fromError(body, status);
  if (body.detail !== undefined) return { ...NOTHING, status, message: detailText(body.detail) };
  return undefined;
}

/** Throws FaultInStream for a body that is an error. `certain`: the event itself says that it is one. */
export function throwFault(body: unknown, certain: boolean): void {
  const fault = faultOf(body);
  if (fault !== undefined) throw new FaultInStream(fault);
  if (!certain) return;
  throw new FaultInStream(unsaid(typeof body === 'string' ? body : JSON.stringify(body).slice(0, 1_000)));
}

/** A fault of which only this is known. */
export function unsaid(message: string, status?: number): UpstreamFault {
  return { ...NOTHING, status, message };
}

const NOTHING = { code: undefined, type: undefined, param: undefined };

function fromError(error: Json, status: number | undefined): UpstreamFault {
  const { code, type, param } = error;
  const inner = isObject(error.innererror) ? textOf(error.innererror.code) : undefined;
  const retryAfterMs = retryDelay(error.details);
  return {
    status: status ?? statusOf(code) ?? statusOf(error.status),
    code: textOf(code) ?? inner ?? textOf(error.status),
    type: textOf(type),
    param: textOf(param),
    message: textOf(error.message) ?? detailText(error.message),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

function statusOf(value: unknown): number | undefined {
  const status =
    countOf(value) ?? (typeof value === 'string' && /^[45]\d\d$/.test(value) ? Number(value) : undefined);
  return status !== undefined && status >= 400 && status < 600 ? status : undefined;
}

/** `[{"msg": "field required", "loc": […]}]` of FastAPI, or anything else. */
function detailText(detail: unknown): string {
  if (detail === undefined || detail === null) return '';
  if (typeof detail === 'string') return detail;
  const first = Array.isArray(detail) ? detail[0] : detail;
  if (isObject(first) && typeof first.msg === 'string') {
    const place = Array.isArray(first.loc) ? first.loc.join('.') : '';
    return place === '' ? first.msg : `${place}: ${first.msg}`;
  }
  return JSON.stringify(detail).slice(0, 1_000);
}

/** `google.rpc.RetryInfo` among the details: `"retryDelay": "34.07s"`. */
function retryDelay(details: unknown): number | undefined {
  if (!Array.isArray(details)) return undefined;
  const list: readonly unknown[] = details;
  const delay = list.filter(isObject).find((detail) => typeof detail.retryDelay === 'string')?.retryDelay;
  const seconds = typeof delay === 'string' ? /^(\d+(?:\.\d+)?)s$/.exec(delay)?.[1] : undefined;
  return seconds === undefined ? undefined : Math.ceil(Number(seconds) * 1000);
}
