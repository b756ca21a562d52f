import type { ChatCompletionRequest, Parsed, ParseOptions } from '@parley/protocol';
import { AnswerDetails } from '../core/answer-details.ts';
import type { CallContext, Complete, Parameters, Policy } from '../core/complete.ts';
import type { ChatEvent } from '../core/event.ts';
import { leaveOutUnsupported } from '../core/leave-out.ts';
import { ParameterReport } from '../core/report.ts';
import { readCallHeaders } from './call-headers.ts';
import type { DelayGate } from './delay-gate.ts';
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
  readonly delays: DelayGate;
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

/** How the parser of this server takes a body that came to this path. */
export function parseOptions({ profile }: Exchange, { settings }: Shared): ParseOptions {
  return { unsupported: settings.unsupported, dropLoneTopLogprobs: profile?.dropsLoneTopLogprobs };
}

/** Headers that only a generation hears. Zero asks for nothing. */
const GENERATION_HEADERS = ['x-delay-time', 'queue_threshold'];

/** Gives a call that generates nothing its id, and opens its report with what the parser noticed. */
export function openCall(exchange: Exchange, parsed: Parsed<unknown>, id: string): CallContext {
  const context = openContext(exchange, parsed, id);
  for (const name of GENERATION_HEADERS) {
    const value = exchange.request.headers[name];
    if (value === undefined || Number(value) === 0) continue;
    context.report.add(name, 'ignored', `The header '${name}' has no effect here.`);
  }
  return context;
}

/** A generation of which all is known, ready to be begun. */
export interface Generation {
  readonly context: CallContext;
  /** The backend's verb, with what this request asks for around it. */
  readonly complete: Complete;
  /** The events, asked for when the time has come that the request asks for. */
  readonly delayed: (events: () => AsyncIterable<ChatEvent>) => AsyncIterable<ChatEvent>;
}

type ParsedGeneration = Parsed<Pick<ChatCompletionRequest, 'service_tier'>>;

/**
 * The same for a call that generates, with what its headers ask for. `policy` is what its route puts around the backend:
 * what that refuses can be left out too. Throws ApiError 400 for the headers.
 */
export function openGeneration(
  exchange: Exchange,
  shared: Shared,
  parsed: ParsedGeneration,
  id: string,
  policy: Policy = (next) => next,
): Generation {
  const { service_tier: tier } = parsed.request;
  const { delaySeconds, queueLimitMs } = readCallHeaders(exchange.request.headers, tier);
  const { backend } = shared.settings;
  const complete = policy((request, context) => backend.complete(request, context));
  return {
    context: { ...openContext(exchange, parsed, id), queueLimitMs },
    complete: parsed.lenient ? leaveOutUnsupported(complete) : complete,
    delayed: (events) =>
      delaySeconds > 0 ? shared.delays.after(delaySeconds, exchange.signal, events) : events(),
  };
}

function openContext(exchange: Exchange, parsed: Parsed<unknown>, id: string): CallContext {
  exchange.record.callId = id;
  if (exchange.requestId === undefined) exchange.response.setHeader('x-request-id', id);
  const report = new ParameterReport();
  for (const { name, change, detail, ...values } of parsed.changes) report.add(name, change, detail, values);
  for (const name of [...Object.keys(parsed.unknown), ...parsed.unknownPaths]) {
    const sent = Object.hasOwn(parsed.unknown, name) ? parsed.unknown[name] : undefined;
    report.add(name, 'ignored', `'${name.slice(0, 100)}' is not a parameter of this server.`, { sent });
  }
  const details = new AnswerDetails();
  return { id, principal: exchange.principal, signal: exchange.signal, report, details };
}

/** Whether the answer's body tells what was not taken literally: when that is asked for, in either way. */
export function reportsInBody({ parley }: Parameters): boolean {
  return parley?.report === true || parley?.unsupported === 'report';
}

/** How the answer to these parameters is written. */
export function encodingOptions(parameters: Parameters): EncodingOptions {
  const { stream_options: stream, service_tier: tier } = parameters;
  return {
    includeUsage: stream?.include_usage ?? undefined,
    continuousUsage: stream?.continuous_usage_stats === true,
    logprobs: parameters.logprobs === true,
    // Where both forms declare tools, the newer one is answered in.
    legacyCalls: Boolean(parameters.functions?.length && !parameters.tools?.length),
    tokensAsIds: parameters.return_tokens_as_token_ids === true,
    obfuscation: stream?.include_obfuscation === true,
    serviceTier: tier === 'auto' ? 'default' : (tier ?? undefined),
  };
}
