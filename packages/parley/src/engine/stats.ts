import type { BackendStats } from '../core/complete.ts';
import type { Chunk } from './scheduler.ts';

/** What the engine knows of itself; the model's name is added where it is known. */
export type EngineStats = Omit<BackendStats, 'model' | 'rejected'>;

/** Totals since the start. Cached tokens are those that a prefix spared, over all choices. */
export class EngineCounters {
  steps = 0;
  batchTokens = 0;
  promptTokens = 0;
  completionTokens = 0;
  cachedTokens = 0;
  cancelled = 0;
  decodeMs = 0;
  overheadMs = 0;

  step(chunks: readonly Chunk[], decodeMs: number): void {
    this.steps++;
    this.decodeMs += decodeMs;
    for (const { sequence, start, count, drafts } of chunks) {
      this.batchTokens += count + (drafts?.length ?? 0);
      if (start < sequence.promptLength) this.promptTokens += count;
      if (start + count === sequence.length && sequence.options.maxTokens > 0) this.completionTokens++;
    }
  }

  snapshot() {
    const { steps, batchTokens, promptTokens, completionTokens, cachedTokens, cancelled } = this;
    return {
      steps,
      batchTokens,
      promptTokens,
      completionTokens,
      cachedTokens,
      cancelled,
      decodeSeconds: this.decodeMs / 1000,
      overheadSeconds: this.overheadMs / 1000,
    };
  }
}
