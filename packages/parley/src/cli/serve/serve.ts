import { combineBackends } from '../../core/combine.ts';
import type { Backend } from '../../core/complete.ts';
import type { CompletionStore } from '../../core/completion-store.ts';
import { createServer } from '../../server/server.ts';
import { type FlagValues, fromEnvironment } from '../command/flags.ts';
import { openBackend } from '../engine.ts';
import { createLogger, type Logger } from '../log/logger.ts';
import { pullContext } from '../models/context.ts';
import { locateModel } from '../models/locate.ts';
import { SERVE_FLAGS } from '../settings/flags.ts';
import { readConfig } from '../settings/read-config.ts';
import { resolveServe, type ServeSettings } from '../settings/resolve.ts';
import { watchSignals } from '../signals.ts';
import type { World } from '../world.ts';
import { announcement, isLoopback } from './announce.ts';
import { checkAddress, listenOn } from './listen.ts';
import { openGateway } from './open-gateway.ts';
import { openStore } from './open-store.ts';

/** `parley serve`: runs until a signal comes and open answers are finished. */
export async function runServe(flags: FlagValues<typeof SERVE_FLAGS>, world: World): Promise<number> {
  const file = await readConfig(flags.config, world);
  const environment = fromEnvironment(SERVE_FLAGS, world.environment);
  const settings = resolveServe(flags, environment, file, world.workingDirectory, world.environment);
  const log = createLogger(world.stderr, settings.logLevel, world.environment);
  if (file.path !== undefined) log.info({ path: file.path }, 'configuration read');
  using interruption = watchSignals(world);
  try {
    await checkAddress(settings);
    const store = openStore(settings.store, log);
    try {
      const backend = await openBackends(settings, world, log, interruption.signal);
      try {
        // A signal while the models were loading: nobody was served, so there is nothing to finish.
        if (interruption.exitCode !== undefined) return interruption.exitCode;
        return await serve({ backend, store }, settings, world, log, interruption.signal);
      } finally {
        await backend.close();
      }
    } finally {
      await store?.close();
    }
  } catch (error) {
    if (interruption.signal.aborted && interruption.exitCode !== undefined) {
      log.debug({ err: error }, 'interrupted');
      return interruption.exitCode;
    }
    throw error;
  }
}

/** Models of our own, and those of upstreams. */
async function openBackends(
  settings: ServeSettings,
  world: World,
  log: Logger,
  signal: AbortSignal,
): Promise<Backend> {
  const gateway = openGateway(settings.deployments, log);
  try {
    const engine = settings.models.length > 0 ? [await openModels(settings, world, log, signal)] : [];
    return combineBackends([...engine, ...(gateway ? [gateway] : [])]);
  } catch (error) {
    await gateway?.close();
    throw error;
  }
}

async function openModels(
  settings: ServeSettings,
  world: World,
  log: Logger,
  signal: AbortSignal,
): Promise<Backend> {
  const context = pullContext(world);
  const models = [];
  // One after the other: downloads at once would share the line and the terminal.
  for (const model of settings.models) {
    models.push({ ...model, path: await locateModel(model.source, context, signal) });
  }
  const { isolation, queue, allowRequestTemplates, logitsProcessors } = settings;
  return await openBackend({
    models,
    isolation,
    queue,
    allowRequestTemplates,
    logitsProcessors,
    version: world.version,
    log,
  });
}

async function serve(
  { backend, store }: { readonly backend: Backend; readonly store: CompletionStore | undefined },
  settings: ServeSettings,
  world: World,
  log: Logger,
  signal: AbortSignal,
): Promise<number> {
  const { apiKeys, corsOrigins, drainSeconds, unsupported, atomaOmitsDone } = settings;
  const server = createServer({
    backend,
    store,
    log,
    version: world.version,
    keys: apiKeys,
    cors: corsOption(corsOrigins),
    unsupported,
    atomaOmitsDone,
  });
  const { url } = await listenOn(server, settings);
  if (apiKeys.length === 0 && !isLoopback(settings.host)) {
    log.warn({ host: settings.host }, 'everybody who reaches this address may ask: set an API key');
  }
  const models = backend.models();
  world.stdout.write(announcement({ url, models, version: world.version, needsKey: apiKeys.length > 0 }));
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  log.info(
    { open: server.openRequests, seconds: drainSeconds },
    'draining: no new calls, open ones may finish',
  );
  await server.drain(drainSeconds * 1000);
  log.info('closed');
  return 0;
}

function corsOption(origins: readonly string[]) {
  if (origins.length === 0) return 'auto';
  if (origins.includes('*')) return '*';
  return origins;
}
