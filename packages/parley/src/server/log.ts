import type { Exchange } from './http/exchange.ts';
import type { Log } from './options.ts';

/** One line a request: who, what, how much, how long, and the ids that came for this. Never what was said. */
export function logExchange(log: Log, exchange: Exchange, status: number, seconds: number): void {
  const { record, principal, request } = exchange;
  const { usage, timing, error } = record;
  const line = {
    id: record.callId,
    request_id: exchange.requestId,
    ...record.trace,
    principal: principal.id || undefined,
    method: request.method,
    route: record.route,
    model: record.model,
    ...record.identifiers,
    status,
    streamed: record.streamed,
    prompt_tokens: usage?.promptTokens,
    cached_tokens: usage?.cachedTokens,
    completion_tokens: usage?.completionTokens,
    seconds,
    first_token_seconds: record.firstTokenMs === undefined ? undefined : record.firstTokenMs / 1000,
    queue_seconds: timing?.queueSeconds,
    code: error?.code ?? undefined,
    param: error?.param ?? undefined,
  };
  if (status >= 500 && error?.code !== 'shutting_down') {
    // The stack, not the message: that of a foreign error may quote what it choked on.
    log.error({ ...line, cause: stackOf(error?.cause ?? error) }, 'request failed');
  } else if (record.work) log.info(line, 'request');
  else log.debug(line, 'request');
}

function stackOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const frames = error.stack?.split('\n').filter((line) => line.trimStart().startsWith('at '));
  return [error.name, ...(frames ?? [])].join('\n');
}
