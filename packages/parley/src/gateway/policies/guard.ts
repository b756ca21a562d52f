import type { ChatRequest } from '../../core/complete.ts';
import type { ChatEvent, Usage } from '../../core/event.ts';
import { type CallTarget, type FailureKind, UpstreamFailure } from '../attempt.ts';
import type { Target } from '../target.ts';
import { type End, WatchedEvents, type Watcher } from './watched.ts';

/** How one attempt ended, for those who let it through. */
export interface AttemptEnd {
  readonly outcome: 'answered' | FailureKind;
  /** The last that the upstream said of it, if anything. */
  readonly usage: Usage | undefined;
  readonly failure: UpstreamFailure | undefined;
}

/** One attempt that was let through. */
export interface Pass {
  /** The first text, reasoning or call is there. */
  content?(): void;
  /** Once, however it ends. */
  over(end: AttemptEnd): void;
}

/** Lets attempts of a target through, or throws TargetUnavailable, and hears how they end. */
export interface Gate {
  enter(target: Target, request: ChatRequest): Pass | Promise<Pass>;
}

/** Whether the event holds something of the answer itself. */
export function isContent({ type }: ChatEvent): boolean {
  return type !== 'start' && type !== 'choice-prompt' && type !== 'usage' && type !== 'timing';
}

/** Puts gates before a call. They are entered in order; when one refuses, those before it are told that nothing came of it. */
export function guarded(gates: readonly Gate[]): (next: CallTarget) => CallTarget {
  return (next) => (target, request, context) => {
    const watcher = new PassesWatcher();
    const begin = async () => {
      for (const gate of gates) {
        const pass = gate.enter(target, request);
        watcher.passes.push(pass instanceof Promise ? await pass : pass);
      }
      return next(target, request, context);
    };
    return new WatchedEvents(begin, watcher, context.signal);
  };
}

class PassesWatcher implements Watcher {
  readonly passes: Pass[] = [];
  #usage: Usage | undefined;
  #hasContent = false;

  event(event: ChatEvent): void {
    if (event.type === 'usage') this.#usage = event.usage;
    if (this.#hasContent || !isContent(event)) return;
    this.#hasContent = true;
    for (const pass of this.passes) pass.content?.();
  }

  over(end: End): undefined {
    switch (end.how) {
      case 'done':
        return this.leave('answered');
      case 'left':
        return this.leave('cancelled');
      case 'failed':
        if (end.error instanceof UpstreamFailure) return this.leave(end.error.kind, end.error);
        // An error that is not the upstream's says nothing of its health.
        return this.leave('cancelled');
    }
  }

  leave(outcome: AttemptEnd['outcome'], failure?: UpstreamFailure): undefined {
    for (const pass of this.passes.splice(0)) pass.over({ outcome, usage: this.#usage, failure });
  }
}
