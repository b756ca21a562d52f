import type { Call, Send } from '../call.ts';
import { environment, ParleyCore } from '../core.ts';
import type { CoreOptions, HeadersLike, Query } from '../options.ts';

/** What every client has, whatever its calls are named. */
export interface ClientLife extends AsyncDisposable, Disposable {
  /** With the `/v1`. */
  readonly baseURL: string;
  /** Ends what is under way, with an AbortError; later calls fail with one at once. */
  close(): Promise<void>;
  /** Another name of `close`. */
  aclose(): Promise<void>;
}

export function life(core: ParleyCore): ClientLife {
  const close = () => core.close();
  return {
    baseURL: core.baseURL,
    close,
    aclose: close,
    [Symbol.asyncDispose]: close,
    [Symbol.dispose]: () => void close(),
  };
}

/** What the Python clients take beside the parameters, and put elsewhere than into the body. */
export interface ExtraParams {
  /** Headers of this call. */
  extra_headers?: HeadersLike;
  /** Query of this call. */
  extra_query?: Query;
  /** Fields to put over the parameters in the body. */
  extra_body?: Readonly<Record<string, unknown>>;
  /** Limit of the whole call in seconds, as in Python. The option `timeout` is in milliseconds. */
  timeout?: number;
}

/** A client for a provider: with its own credential, never that of Parley, and its address, to which it adds `/v1`. */
export function providerCore(
  options: CoreOptions,
  keyVariable: string,
  addressVariable: string,
  address: string,
): ParleyCore {
  const { apiKey = environment(keyVariable), baseURL = environment(addressVariable) ?? address } = options;
  const versioned = baseURL.replace(/\/+$/, '').replace(/(\/v1)?$/, '/v1');
  return new ParleyCore({ ...options, apiKey: apiKey ?? null, baseURL: versioned });
}

/** Puts what is no parameter where it belongs. `headers` names the parameters that are sent as headers. */
export function withExtras(send: Send, headers: Readonly<Record<string, string>> = {}): Send {
  return (call) => send(call.params ? moved(call, headers) : call);
}

function moved(call: Call, names: Readonly<Record<string, string>>): Call {
  const {
    extra_headers,
    extra_query,
    extra_body,
    timeout,
    ...params
  }: ExtraParams & Record<string, unknown> = {
    ...call.params,
  };
  const headers: Record<string, string | null | undefined> = {};
  for (const [name, header] of Object.entries(names)) {
    const value = params[name];
    if (value !== undefined && value !== null) headers[header] = String(value);
    delete params[name];
  }
  for (const source of [extra_headers, call.headers]) {
    if (source) Object.assign(headers, Symbol.iterator in source ? Object.fromEntries(source) : source);
  }
  return {
    ...call,
    params,
    headers,
    query: { ...extra_query, ...call.query },
    body: { ...extra_body, ...call.body },
    timeout: call.timeout ?? (timeout === undefined ? undefined : timeout * 1000),
  };
}
