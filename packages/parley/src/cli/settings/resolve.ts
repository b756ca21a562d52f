import { dirname, resolve } from 'node:path';
import type { Deployment } from '../../gateway/target.ts';
import type { FlagValues } from '../command/flags.ts';
import { usageError } from '../failure.ts';
import { EMBEDDED_MODEL } from '../models/source.ts';
import type { Environment } from '../world.ts';
import { isRouted, resolveDeployments } from './deployments.ts';
import type { SERVE_FLAGS } from './flags.ts';
import type { ConfigFile } from './read-config.ts';
import { engineSettings, type ModelSettings, resolveModel } from './resolve-model.ts';
import type { Config, ModelConfig } from './schema.ts';
import { resolveStore, type StoreSettings } from './store.ts';

export interface ServeSettings {
  readonly host: string;
  readonly port: number;
  readonly models: readonly ModelSettings[];
  /** Models that upstreams answer. */
  readonly deployments: readonly Deployment[];
  readonly queue: number | undefined;
  readonly isolation: 'process' | 'thread' | undefined;
  readonly allowRequestTemplates: boolean;
  /** Absolute paths. */
  readonly logitsProcessors: readonly string[];
  readonly store: StoreSettings;
  readonly unsupported: 'strict' | 'report';
  readonly atomaOmitsDone: boolean;
  readonly apiKeys: readonly string[];
  readonly corsOrigins: readonly string[];
  readonly drainSeconds: number;
  readonly logLevel: NonNullable<Config['logLevel']>;
}

type ServeFlags = FlagValues<typeof SERVE_FLAGS>;

/** Flags win over the configuration file, which wins over the environment and the defaults. */
export function resolveServe(
  flags: ServeFlags,
  environment: ServeFlags,
  file: ConfigFile,
  workingDirectory: string,
  variables: Environment = {},
): ServeSettings {
  const { config } = file;
  const engine = engineSettings(flags);
  const deployments = resolveDeployments(config, variables);
  const own = config.models?.filter((model) => !isRouted(model));
  const wanted: readonly (string | ModelConfig)[] = flags.model ?? own ?? [EMBEDDED_MODEL];
  const models = wanted.map((model) => resolveModel(model, engine, file, workingDirectory));
  checkNames([...models, ...deployments.map(({ model, aliases }) => ({ name: model, aliases }))]);
  return {
    host: flags.host ?? config.host ?? '127.0.0.1',
    port: flags.port ?? config.port ?? 4141,
    models,
    deployments,
    queue: flags.queue ?? config.queue,
    isolation: flags.isolation ?? config.isolation,
    allowRequestTemplates: flags.allowRequestTemplates ?? config.allowRequestTemplates ?? false,
    logitsProcessors: processorPaths(flags, file, workingDirectory),
    store: resolveStore(flags, file, workingDirectory),
    unsupported: flags.unsupported ?? config.unsupported ?? 'strict',
    atomaOmitsDone: flags.atomaOmitsDone ?? config.atomaOmitsDone ?? false,
    apiKeys: flags.apiKeys ?? config.apiKeys ?? environment.apiKeys ?? [],
    corsOrigins: flags.corsOrigins ?? config.corsOrigins ?? [],
    drainSeconds: flags.drainSeconds ?? config.drainSeconds ?? 30,
    logLevel: flags.logLevel ?? config.logLevel ?? 'info',
  };
}

/** Relative paths begin where they were written: at the working directory, or beside the configuration file. */
function processorPaths(flags: ServeFlags, { config, path }: ConfigFile, workingDirectory: string): string[] {
  const folder = path === undefined ? workingDirectory : dirname(path);
  if (flags.logitsProcessors) return flags.logitsProcessors.map((each) => resolve(workingDirectory, each));
  return (config.logitsProcessors ?? []).map((each) => resolve(folder, each));
}

function checkNames(models: readonly Pick<ModelSettings, 'name' | 'aliases'>[]): void {
  if (models.length === 0) throw usageError('models', 'The list of models is empty.');
  const seen = new Set<string>();
  for (const name of models.flatMap((model) => [model.name, ...model.aliases])) {
    if (seen.has(name))
      throw usageError(
        'models',
        `Two models are called '${name}': give one of them another name, as --model other=...`,
      );
    seen.add(name);
  }
}
