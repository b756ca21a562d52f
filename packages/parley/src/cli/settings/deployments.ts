import { PROVIDERS } from '../../gateway/providers/providers.ts';
import type { Deployment, Provider, Target, TargetLimits, Timeouts, Upstream } from '../../gateway/target.ts';
import type { Environment } from '../world.ts';
import { type TargetConfig, TIMEOUT_DEFAULTS, type UpstreamConfig } from './gateway-schema.ts';
import type { Config, ModelConfig } from './schema.ts';

type RoutedModel = ModelConfig & { readonly name: string; readonly targets: readonly TargetConfig[] };

/** The models of a checked configuration that are answered by upstreams. */
export function resolveDeployments(config: Config, environment: Environment): Deployment[] {
  const upstreams = new Map(
    (config.upstreams ?? []).map((upstream) => [upstream.name, resolveUpstream(upstream, environment)]),
  );
  return (config.models ?? []).filter(isRouted).map((model) => deployment(model, upstreams));
}

export function isRouted(model: ModelConfig): model is RoutedModel {
  return model.targets !== undefined && model.name !== undefined;
}

function resolveUpstream(
  { name, provider: providerName, baseUrl, apiKey, headers }: UpstreamConfig,
  environment: Environment,
): Upstream {
  const provider = PROVIDERS.get(providerName ?? name);
  const address = baseUrl ?? provider?.baseUrl;
  if (!provider || address === undefined) throw new Error(`the upstream ${name} was not checked`);
  const key = provider.keyVariable === undefined ? undefined : environment[provider.keyVariable];
  return {
    name,
    provider,
    baseUrl: address.replace(/\/+$/, ''),
    // A server of one's own must not be shown a provider's key.
    apiKey: apiKey ?? (baseUrl === undefined ? key : undefined),
    headers: headers ?? {},
  };
}

function deployment(model: RoutedModel, upstreams: ReadonlyMap<string, Upstream>): Deployment {
  const { name, aliases, attempts, hedgeAfterSeconds, cacheSeconds } = model;
  return {
    model: name,
    aliases: aliases ?? [],
    description: model.description ?? '',
    targets: model.targets.map((target) => resolveTarget(target, name, upstreams)),
    balancing: model.balancing ?? 'weighted',
    fallbacks: model.fallbacks ?? [],
    fallbackOnContentPolicy: model.fallbackOnContentPolicy ?? false,
    retry: {
      attempts: attempts ?? 2,
      firstDelayMs: 250,
      maximumDelayMs: 8_000,
      maximumRetryAfterMs: (model.maximumRetryAfterSeconds ?? 10) * 1000,
    },
    circuit: {
      failures: model.circuitFailures ?? 5,
      probeAfterMs: (model.circuitProbeSeconds ?? 10) * 1000,
    },
    hedgeAfterMs: hedgeAfterSeconds === undefined ? undefined : hedgeAfterSeconds * 1000,
    cache: cacheSeconds === undefined ? undefined : { seconds: cacheSeconds },
  };
}

function resolveTarget(
  target: TargetConfig,
  deploymentName: string,
  upstreams: ReadonlyMap<string, Upstream>,
): Target {
  const upstream = upstreams.get(target.upstream);
  if (!upstream) throw new Error(`the target of ${deploymentName} was not checked`);
  return {
    id: `${deploymentName}/${upstream.name}:${target.model}`,
    upstream,
    model: target.model,
    weight: target.weight ?? 1,
    priority: target.priority ?? 0,
    prices: prices(target),
    timeouts: timeouts(target),
    limits: limits(target),
    parameters: parameters(upstream.provider, target),
    contextLength: target.contextLength,
  };
}

function prices({ prices: given }: TargetConfig): Target['prices'] {
  if (!given) return undefined;
  const { prompt = 0, cachedPrompt = prompt, completion = 0, request = 0 } = given;
  return { prompt, cachedPrompt, completion, request };
}

function timeouts({ timeouts: given }: TargetConfig): Timeouts {
  const seconds = { ...TIMEOUT_DEFAULTS, ...given };
  return {
    connectMs: seconds.connectSeconds * 1000,
    headersMs: seconds.headersSeconds * 1000,
    firstTokenMs: seconds.firstTokenSeconds * 1000,
    idleMs: seconds.idleSeconds * 1000,
    totalMs: seconds.totalSeconds * 1000,
  };
}

function limits({ limits: given = {} }: TargetConfig): TargetLimits {
  const none = Number.POSITIVE_INFINITY;
  const { concurrent = none, requestsPerMinute = none, tokensPerMinute = none } = given;
  return { concurrent, requestsPerMinute, tokensPerMinute };
}

function parameters({ parameters: table }: Provider, { parameters: exceptions = {} }: TargetConfig) {
  return { ...table, ...exceptions };
}
