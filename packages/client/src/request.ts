import type { Call, Run, Send, Settings, WithResponse } from './call.ts';
import { isFields, ParleyError, requestIdOf } from './errors.ts';
import { failure, open, whole } from './incoming.ts';
import type { Limit, Timeouts } from './options.ts';
import { encode, headersOf, randomId, shown, withQuery } from './outgoing.ts';
import { retryDelay } from './retry.ts';
import { Watch } from './watch.ts';

const DEFAULT_LIMIT = 600_000;
const STREAMED: Timeouts = { firstToken: DEFAULT_LIMIT, idle: 120_000 };
const WHOLE: Timeouts = { total: DEFAULT_LIMIT };

export function sender(settings: Settings): Send {
  return <T>(call: Call) => {
    const mode = { raw: false };
    const outcome = perform<T>(settings, call, mode);
    const promise = outcome.then(({ data }) => data);
    // Who takes the response does not take the promise itself, so its failure is not left unhandled.
    const instead = <U>(other: Promise<U>) => {
      promise.catch(() => {});
      return other;
    };
    return Object.assign(promise, {
      asResponse: () => {
        mode.raw = true;
        return instead(outcome.then(({ response }) => response));
      },
      withResponse: () => instead(outcome),
    });
  };
}

function prepare(settings: Settings, call: Call, mode: { raw: boolean }): Run {
  const body = call.params || call.body ? { ...call.params, ...call.body } : undefined;
  const streamed = isFields(body) && body.stream === true;
  const milliseconds = (limit: Limit) =>
    named(call.timeout, limit) ?? named(settings.timeout, limit) ?? (streamed ? STREAMED : WHOLE)[limit];
  const address = new URL(settings.baseURL + call.path);
  const info = { method: call.method, url: address.href, body, attempt: 0 };
  const url = withQuery(address, settings.query, call.query);
  const signals = [call.signal].flat().filter((signal) => !!signal);
  const watch = new Watch([settings.closing, ...signals], milliseconds);
  const idempotencyKey = `parley-${randomId()}`;
  return { ...settings, call, mode, signals, info, url, streamed, watch, idempotencyKey, milliseconds };
}

async function perform<T>(settings: Settings, call: Call, mode: { raw: boolean }): Promise<WithResponse<T>> {
  const began = performance.now();
  const run = prepare(settings, call, mode);
  const { hooks, info, milliseconds, watch } = run;
  try {
    // Also gives the caller the time to say that it wants the raw response.
    const payload = await encode(info.body, call.compress ?? settings.compress);
    for (;;) {
      info.attempt++;
      try {
        return await attempt<T>(run, payload);
      } catch (error) {
        watch.cancel();
        if (!(error instanceof ParleyError)) throw error;
        const elapsed = performance.now() - began;
        const policy = call.maxRetries ?? settings.maxRetries ?? 2;
        const delay = retryDelay(error, policy, info.attempt - 1, elapsed);
        if (delay === undefined || elapsed + delay >= (milliseconds('total') || Infinity)) throw error;
        hooks?.retry?.(info, error, delay);
        await watch.sleep(delay);
      }
    }
  } catch (error) {
    watch.release();
    if (error instanceof ParleyError) hooks?.error?.(info, error);
    throw error;
  }
}

async function attempt<T>(run: Run, payload: BodyInit | undefined): Promise<WithResponse<T>> {
  const { call, hooks, info, mode, streamed, watch } = run;
  const headers = await headersOf(run, payload);
  const secret = headers.get('authorization')?.replace(/^\w+ /, '');
  hooks?.request?.(info, shown(headers));
  let signal = watch.attempt();
  // The body of a raw response lives longer than the watch does.
  if (mode.raw && run.signals[0]) signal = AbortSignal.any([signal, ...run.signals]);
  watch.start('connect');
  if (streamed) watch.start('firstToken');
  const init: RequestInit = {
    ...run.fetchOptions,
    ...call.fetchOptions,
    method: call.method,
    headers,
    signal,
  };
  if (payload) init.body = payload;
  const response = await watch.guard((run.fetch ?? fetch)(run.url, init));
  watch.stop('connect');
  hooks?.response?.(info, response);
  if (!response.ok) throw await failure(response, secret);
  if (mode.raw) watch.release();
  const data = mode.raw ? undefined : await (streamed ? open : whole)(run, response);
  // The server is trusted to send what its endpoint documents.
  return { data: data as T, response, requestId: requestIdOf(response.headers) };
}

function named(timeout: number | Timeouts | undefined, limit: Limit): number | undefined {
  return typeof timeout === 'number' ? named({ total: timeout }, limit) : timeout?.[limit];
}
