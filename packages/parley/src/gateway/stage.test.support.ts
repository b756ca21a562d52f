import { AnswerDetails } from '../core/answer-details.ts';
import type { CallContext, ChatRequest } from '../core/complete.ts';
import type { ChatEvent, Usage } from '../core/event.ts';
import { ParameterReport } from '../core/report.ts';
import type { AttemptRecord } from './attempt.ts';
import { FakeClock } from './fake-clock.test.support.ts';
import { createGateway, type Gateway, type GatewayOptions } from './gateway.ts';
import { asking, type Script, ScriptedTargets } from './scripted.test.support.ts';
import type { Deployment } from './target.ts';

export interface Answered {
  readonly events: readonly ChatEvent[];
  readonly text: string;
  readonly usage: Usage | undefined;
  readonly error: unknown;
  readonly details: Readonly<Record<string, string>>;
  readonly report: ParameterReport;
}

/** A gateway over scripted targets. */
export class Stage {
  readonly clock: FakeClock;
  readonly targets: ScriptedTargets;
  readonly gateway: Gateway;
  readonly records: AttemptRecord[] = [];
  readonly logged: string[] = [];
  #calls = 0;

  constructor(
    deployments: readonly Deployment[],
    scripts: Readonly<Record<string, Script | readonly Script[]>>,
    options: Partial<GatewayOptions> & { readonly clock?: FakeClock } = {},
  ) {
    this.clock = options.clock ?? new FakeClock();
    this.targets = new ScriptedTargets(this.clock, scripts);
    const log = (_fields: object, message: string) => void this.logged.push(message);
    this.gateway = createGateway({
      deployments,
      callTarget: this.targets.callTarget,
      log: { info: log, warn: log },
      onAttempt: (record) => void this.records.push(record),
      clock: this.clock,
      random: () => 0.5,
      unsuited: () => [],
      ...options,
    });
  }

  context(more: Partial<CallContext> = {}): CallContext {
    return {
      id: `call-${++this.#calls}`,
      principal: { id: 'someone' },
      signal: new AbortController().signal,
      report: new ParameterReport(),
      ...more,
    };
  }

  /** Asks, and lets time pass until the answer is there or has failed. */
  async ask(request: ChatRequest = asking(), more: Partial<CallContext> = {}): Promise<Answered> {
    return this.clock.until(this.listen(request, more));
  }

  async listen(request: ChatRequest = asking(), more: Partial<CallContext> = {}): Promise<Answered> {
    const details = new AnswerDetails();
    const context = this.context({ details, ...more });
    const events: ChatEvent[] = [];
    let error: unknown;
    try {
      for await (const event of this.gateway.complete(request, context)) events.push(event);
    } catch (thrown) {
      error = thrown;
    }
    return {
      events,
      text: events.map((event) => (event.type === 'text-delta' ? event.text : '')).join(''),
      usage: events.flatMap((event) => (event.type === 'usage' && event.final ? event.usage : [])).at(-1),
      error,
      details: details.headers(),
      report: context.report,
    };
  }
}
