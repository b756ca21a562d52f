import type { Parsed } from '@parley/protocol';
import type { CallContext, Parameters } from '../core/complete.ts';
import { ParameterReport } from '../core/report.ts';
import type { EncodingOptions } from './encode/common.ts';
import { type BodyBudget, readBody } from './http/body.ts';
import type { DecodeBody } from './http/decode.ts';
import type { Exchange } from './http/exchange.ts';
import type { Metrics } from './metrics.ts';
import { defaultModelName } from './models.ts';
import type { Settings } from './options.ts';

/** What the routes of one server share. */
export interface Shared {
  readonly settings: Settings;
  readonly metrics: Metrics;
  readonly budget: BodyBudget;
  readonly decode: DecodeBody;
}

/** Reads and decodes the body. Throws ApiError 4xx. */
export async function receive(exchange: Exchange, { settings, budget, decode }: Shared): Promise<unknown> {
  const body = await readBody(exchange, settings.limits, budget);
  return decode(body, exchange.request.headers['content-type']);
}

/** The model that the request names, or the default one. */
export function modelName(
  exchange: Exchange,
  given: string | null | undefined,
  { settings }: Shared,
): string {
  const name = given ?? defaultModelName(settings.backend, settings.defaultModel);
  exchange.record.model = name.slice(0, 200);
  return name;
}

/** Headers that ask for something and are heard by other servers only. Zero asks for nothing. */
const FOREIGN_HEADERS = ['x-delay-time', 'queue_threshold'];

/** Gives the call its id and opens its report with what the parser noticed. */
export function openCall(exchange: Exchange, parsed: Parsed<unknown>, id: string): CallContext {
  exchange.record.callId = id;
  if (exchange.requestId === undefined) exchange.response.setHeader('x-request-id', id);
  const report = new ParameterReport();
  for (const name of [...Object.keys(parsed.unknown), ...parsed.unknownPaths]) {
    report.add(name, 'ignored', `'${name.slice(0, 100)}' is not a parameter of this server.`);
  }
  for (const name of FOREIGN_HEADERS) {
    const value = exchange.request.headers[name];
    if (value === undefined || Number(value) === 0) continue;
    report.add(name, 'ignored', `The header '${name}' has no effect on this server.`);
  }
  for (const { name, detail } of parsed.translated) report.add(name, 'translated', detail);
  return { id, principal: exchange.principal, signal: exchange.signal, report };
}

/** How the answer to these parameters is written. */
export function encodingOptions(parameters: Parameters): EncodingOptions {
  const { stream_options: stream, service_tier: tier } = parameters;
  return {
    includeUsage: stream?.include_usage ?? undefined,
    continuousUsage: stream?.continuous_usage_stats === true,
    logprobs: parameters.logprobs === true,
    tokensAsIds: parameters.return_tokens_as_token_ids === true,
    obfuscation: stream?.include_obfuscation === true,
    // There is one tier; `auto` and the others are served by it, and the answer says so.
    serviceTier: (tier ?? undefined) === undefined ? undefined : 'default',
  };
}
