import type { ChatRequest, Parameters } from '../core/complete.ts';
import type { ChatEvent } from '../core/event.ts';
import { ParameterReport } from '../core/report.ts';
import type { AttemptContext, AttemptRecord } from './attempt.ts';
import { PROVIDERS } from './providers/providers.ts';
import type { Provider, Target, Timeouts } from './target.ts';

export const NO_TIMEOUTS: Timeouts = {
  connectMs: Number.POSITIVE_INFINITY,
  headersMs: Number.POSITIVE_INFINITY,
  firstTokenMs: Number.POSITIVE_INFINITY,
  idleMs: Number.POSITIVE_INFINITY,
  totalMs: Number.POSITIVE_INFINITY,
};

/** A target of the provider of that name, or of one that differs from it in something. */
export function targetOf(
  name: string,
  given: {
    readonly baseUrl?: string;
    readonly model?: string;
    readonly apiKey?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly provider?: Partial<Provider>;
    readonly parameters?: Partial<Target['parameters']>;
    readonly timeouts?: Partial<Timeouts>;
  } = {},
): Target {
  const known = PROVIDERS.get(name);
  if (known === undefined) throw new Error(`no provider ${name}`);
  const provider = { ...known, ...given.provider };
  return {
    id: `test/${name}`,
    upstream: {
      name,
      provider,
      baseUrl: given.baseUrl ?? provider.baseUrl ?? 'http://127.0.0.1:9/v1',
      apiKey: given.apiKey ?? 'sk-test-key-of-this-target',
      headers: given.headers ?? {},
    },
    model: given.model ?? 'the-model',
    weight: 1,
    priority: 0,
    prices: undefined,
    timeouts: { ...NO_TIMEOUTS, ...given.timeouts },
    limits: {
      concurrent: Number.POSITIVE_INFINITY,
      requestsPerMinute: Number.POSITIVE_INFINITY,
      tokensPerMinute: Number.POSITIVE_INFINITY,
    },
    parameters: { ...provider.parameters, ...given.parameters },
    contextLength: undefined,
  };
}

export function requestOf(
  parameters: Parameters = {},
  input: ChatRequest['input'] = { kind: 'messages', messages: [{ role: 'user', content: 'Hello' }] },
  unknown: ChatRequest['unknown'] = {},
): ChatRequest {
  return { model: 'ours', input, parameters, unknown };
}

export interface TestCall {
  readonly context: AttemptContext;
  readonly records: AttemptRecord[];
  readonly report: ParameterReport;
  readonly abort: AbortController;
}

export function testCall(id = 'chatcmpl-1'): TestCall {
  const records: AttemptRecord[] = [];
  const report = new ParameterReport();
  const abort = new AbortController();
  const context = {
    id,
    principal: { id: '' },
    signal: abort.signal,
    report,
    onAttempt: (record: AttemptRecord) => records.push(record),
  };
  return { context, records, report, abort };
}

/** All events, and what was thrown at the end, if anything. */
export async function collect(
  source: AsyncIterable<ChatEvent>,
): Promise<{ readonly events: ChatEvent[]; readonly error: unknown }> {
  const events: ChatEvent[] = [];
  try {
    for await (const event of source) events.push(event);
  } catch (error) {
    return { events, error };
  }
  return { events, error: undefined };
}

/** What a reader sees of one choice. */
export function textOf(events: readonly ChatEvent[], choice = 0): string {
  return events
    .map((event) => (event.type === 'text-delta' && event.choice === choice ? event.text : ''))
    .join('');
}
