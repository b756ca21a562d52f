import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { ChatRequest } from '../core/complete.ts';
import type { ChatEvent, Usage } from '../core/event.ts';
import { ParameterReport } from '../core/report.ts';
import type { AttemptRecord } from './attempt.ts';
import { callTarget } from './call-target.ts';
import { withEmulations } from './emulate/with-emulations.ts';
import { FakeClock } from './fake-clock.test.support.ts';
import { events, FakeUpstream, type Script, type SeenRequest } from './fake-upstream.test.support.ts';
import { createGateway, type Gateway } from './gateway.ts';
import { asking, deployment } from './scripted.test.support.ts';
import { targetOf } from './target.test.support.ts';
import type { Deployment, Provider, Timeouts } from './target.ts';
import { HttpTransport } from './transport/http-transport.ts';

type Answers = Script | readonly Script[] | ((request: SeenRequest, index: number) => Script);

export interface FaultyOptions {
  readonly deployment?: Partial<Deployment>;
  readonly timeouts?: Partial<Timeouts>;
  /** What the fallback's provider does otherwise than vLLM. */
  readonly fallback?: Partial<Provider>;
  readonly contextLengths?: readonly [number, number];
}

/** A call of the gateway as it goes on. */
export class Listening {
  readonly events: ChatEvent[] = [];
  readonly abort = new AbortController();
  readonly over: Promise<void>;
  error: unknown;
  isOver = false;

  constructor(gateway: Gateway, request: ChatRequest) {
    this.over = this.#listen(gateway, request);
  }

  get text(): string {
    return this.events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');
  }

  get usage(): Usage | undefined {
    return this.events.flatMap((event) => (event.type === 'usage' && event.final ? event.usage : [])).at(-1);
  }

  get model(): string | undefined {
    return this.events.flatMap((event) => (event.type === 'start' ? event.model : []))[0];
  }

  /** Whether the answer looks complete to who reads it. */
  get isComplete(): boolean {
    return this.error === undefined && this.events.some(({ type }) => type === 'choice-end');
  }

  async #listen(gateway: Gateway, request: ChatRequest): Promise<void> {
    const { signal } = this.abort;
    const context = { id: 'chatcmpl-1', principal: { id: '' }, signal, report: new ParameterReport() };
    try {
      for await (const event of gateway.complete(request, context)) this.events.push(event);
    } catch (error) {
      this.error = error;
    }
    this.isOver = true;
  }
}

/** A gateway with real connections to a primary and a fallback that do as they are told, in time that the test moves. */
export class FaultyWorld {
  readonly clock = new FakeClock();
  readonly records: AttemptRecord[] = [];
  readonly gateway: Gateway;
  readonly primary: FakeUpstream;
  readonly fallback: FakeUpstream;
  readonly #transport: HttpTransport;

  private constructor(primary: FakeUpstream, fallback: FakeUpstream, options: FaultyOptions) {
    this.primary = primary;
    this.fallback = fallback;
    const { clock } = this;
    this.#transport = new HttpTransport({ clock });
    const target = (index: 0 | 1, { url }: FakeUpstream, provider: Partial<Provider>) => ({
      ...targetOf('vllm', {
        baseUrl: url,
        provider,
        ...(options.timeouts && { timeouts: options.timeouts }),
      }),
      id: index === 0 ? 'primary' : 'fallback',
      priority: index,
      contextLength: options.contextLengths?.[index],
    });
    const targets = [
      target(0, primary, { continuation: 'none' }),
      target(1, fallback, options.fallback ?? {}),
    ];
    this.gateway = createGateway({
      deployments: [deployment(targets, options.deployment)],
      callTarget: withEmulations(callTarget(this.#transport, { clock }), { clock }),
      log: { info: () => undefined, warn: () => undefined },
      onAttempt: (record) => this.records.push(record),
      clock,
      random: () => 0.5,
    });
  }

  static async start(primary: Answers, fallback: Answers, options: FaultyOptions = {}): Promise<FaultyWorld> {
    return new FaultyWorld(await FakeUpstream.start(primary), await FakeUpstream.start(fallback), options);
  }

  ask(request = asking()): Listening {
    return new Listening(this.gateway, request);
  }

  /** Of each attempt that is over. */
  get outcomes(): readonly string[] {
    return this.records.map(({ target, outcome }) => `${target} ${outcome}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#transport.close();
    await this.primary.close();
    await this.fallback.close();
  }

  /** Nothing is left of any call. */
  async assertIdle(): Promise<void> {
    await eventually(() => this.primary.openAnswers + this.fallback.openAnswers === 0);
    assert.deepEqual(
      this.gateway.targets().map(({ inFlight }) => inFlight),
      [0, 0],
    );
    assert.equal(this.clock.timers, 0);
  }
}

/** Waits for what comes over the network, some seconds at most. */
export async function eventually(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 4_000; i++) {
    if (condition()) return;
    await pause(2);
  }
  throw new Error(`it never came: ${condition}`);
}

/** The sixty tokens of the answer that all of these upstreams would give. */
export const TOKENS = Array.from({ length: 60 }, (_, i) => `word${i} `);
export const ANSWER = TOKENS.join('');
export const UPSTREAM_USAGE = { prompt_tokens: 7, completion_tokens: 60, total_tokens: 67 };

export function chunk(delta: object, finish: string | null = null, model = 'primary-model'): object {
  return {
    id: 'up-1',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model,
    choices: [{ index: 0, delta, finish_reason: finish }],
  };
}

/** The stream of an answer of these tokens, whole or without its end. */
export function told(tokens: readonly string[], model = 'primary-model'): string {
  return [
    ...opening(tokens, model),
    chunk({}, 'stop', model),
    { choices: [], usage: UPSTREAM_USAGE },
    '[DONE]',
  ]
    .map(data)
    .join('');
}

export function broken(tokens: readonly string[]): string {
  return opening(tokens).map(data).join('');
}

export function data(value: unknown): string {
  return `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`;
}

function opening(tokens: readonly string[], model = 'primary-model'): object[] {
  const role = chunk({ role: 'assistant', content: '' }, null, model);
  return [role, ...tokens.map((content) => chunk({ content }, null, model))];
}

export const EVENTS_HEAD = { do: 'head', headers: { 'content-type': 'text/event-stream' } } as const;

/** An error in the form that most have. */
export function fault(code: string, message = 'It did not work.'): object {
  return { error: { message, type: code, code, param: null } };
}

export { events };
