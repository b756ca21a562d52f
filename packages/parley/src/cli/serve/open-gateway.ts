import type { Backend } from '../../core/complete.ts';
import { MemoryCache } from '../../gateway/cache/memory-cache.ts';
import { callTarget } from '../../gateway/call-target.ts';
import { realClock } from '../../gateway/clock.ts';
import { withEmulations } from '../../gateway/emulate/with-emulations.ts';
import { createGateway } from '../../gateway/gateway.ts';
import type { Deployment } from '../../gateway/target.ts';
import { HttpTransport } from '../../gateway/transport/http-transport.ts';
import type { Logger } from '../log/logger.ts';

const CACHE_LIMITS = { maximumEntries: 10_000, maximumBytes: 64 * 1024 * 1024 };

/** The models that upstreams answer; undefined where there are none. */
export function openGateway(deployments: readonly Deployment[], log: Logger): Backend | undefined {
  if (deployments.length === 0) return undefined;
  const transport = new HttpTransport();
  const gateway = createGateway({
    deployments,
    callTarget: withEmulations(callTarget(transport)),
    log,
    cache: { store: new MemoryCache({ clock: realClock, ...CACHE_LIMITS }), shared: false },
    onAttempt: (record) => {
      const level = record.outcome === 'answered' || record.outcome === 'cancelled' ? 'debug' : 'warn';
      log[level](record, 'attempt');
    },
  });
  return {
    ...gateway,
    close: async () => {
      await gateway.close();
      await transport.close();
    },
  };
}
