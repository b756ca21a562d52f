import type { ChatRequest } from '../../core/complete.ts';
import type { ChatEvent, Usage } from '../../core/event.ts';
import { abandonable } from '../abandonable.ts';
import type { AttemptContext, CallTarget } from '../attempt.ts';
import { failure } from '../upstream-failure.ts';

export const start = (id: string): ChatEvent => ({
  type: 'start',
  id,
  model: 'm',
  created: 1,
  systemFingerprint: 'fp',
});
export const text = (piece: string, choice = 0): ChatEvent => ({
  type: 'text-delta',
  choice,
  text: piece,
  tokenCount: 1,
});
export const end = (reason: 'stop' | 'length' | 'tool_calls' = 'stop', choice = 0): ChatEvent => ({
  type: 'choice-end',
  choice,
  reason,
  tokenCount: 0,
});
export const usageOf = (promptTokens: number, completionTokens: number): Usage => ({
  promptTokens,
  completionTokens,
  cachedTokens: 0,
  reasoningTokens: 0,
});
export const timing = (totalSeconds: number): ChatEvent => ({
  type: 'timing',
  timing: { queueSeconds: 0, promptSeconds: 0, completionSeconds: totalSeconds, totalSeconds },
});

/** A target that says what the test wants, and keeps the rule of one record for each call. */
export class ScriptedCall {
  readonly requests: ChatRequest[] = [];
  readonly ids: string[] = [];
  open = 0;
  readonly #answer: (index: number) => readonly (ChatEvent | 'hang' | Error)[];

  constructor(answer: (index: number) => readonly (ChatEvent | 'hang' | Error)[]) {
    this.#answer = answer;
  }

  readonly call: CallTarget = (_target, request, context) => {
    const index = this.requests.push(request) - 1;
    this.ids.push(context.id);
    return abandonable(context.signal, (signal) => this.#play(index, { ...context, signal }));
  };

  async *#play(index: number, { id, signal, onAttempt }: AttemptContext): AsyncGenerator<ChatEvent> {
    this.open++;
    let outcome: 'answered' | 'cancelled' | 'upstream' = 'cancelled';
    try {
      yield start(id);
      for (const step of this.#answer(index)) {
        if (signal.aborted) throw failure('cancelled');
        if (step === 'hang') await aborted(signal);
        else if (step instanceof Error) {
          outcome = 'upstream';
          throw step;
        } else yield step;
      }
      outcome = 'answered';
    } finally {
      this.open--;
      onAttempt({
        target: 't',
        upstream: 'u',
        model: 'm',
        startedAt: 0,
        milliseconds: 0,
        firstTokenMilliseconds: undefined,
        outcome,
        status: 200,
        usage: undefined,
        upstreamRequestId: undefined,
        malformedEvents: 0,
      });
    }
  }
}

async function aborted(signal: AbortSignal): Promise<never> {
  if (!signal.aborted)
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  throw failure('cancelled');
}
