import type { CompletionStore } from '../../core/completion-store.ts';
import { openCompletionStore } from '../../store/open.ts';
import { describeError, failure } from '../failure.ts';
import type { Logger } from '../log/logger.ts';
import type { StoreSettings } from '../settings/store.ts';

/** Undefined where the settings leave no room for any completion. */
export function openStore(settings: StoreSettings, log: Logger): CompletionStore | undefined {
  const { path, completions, days, megabytes } = settings;
  if (completions === 0) return undefined;
  try {
    return openCompletionStore({
      path,
      limits: { completions, bytes: megabytes * 1e6, ageSeconds: days * 24 * 3600 },
      now: Date.now,
      onFailure: (error) => log.warn({ err: error }, 'old stored completions could not be removed'),
    });
  } catch (error) {
    throw failure(`The store ${path ?? 'in memory'} cannot be opened: ${describeError(error)}.`, error);
  }
}
