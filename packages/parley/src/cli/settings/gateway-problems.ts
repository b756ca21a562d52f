import { CHAT_PARAMETER_NAMES } from '@parley/protocol';
import { PROVIDERS } from '../../gateway/providers/providers.ts';
import { didYouMean } from '../command/suggest.ts';
import type { Config } from './schema.ts';
import type { Problem } from './validate.ts';

type Path = readonly (string | number)[];

/** What no schema of a single key can say: names that lead nowhere, and settings that contradict each other. */
export function gatewayProblems(config: Config): readonly Problem[] {
  const problems: Problem[] = [];
  const blame = (path: Path, message: string, atKey = false) => problems.push({ path, atKey, message });
  const upstreams = (config.upstreams ?? []).map(({ name }) => name);
  const routed = (config.models ?? []).filter(({ targets }) => targets !== undefined);
  const models = routed.flatMap(({ name, aliases }) => [name, ...(aliases ?? [])]);
  for (const [index, { name, provider, baseUrl }] of (config.upstreams ?? []).entries()) {
    const path = ['upstreams', index];
    if (upstreams.indexOf(name) !== index) blame([...path, 'name'], `another upstream is called '${name}'`);
    const known = PROVIDERS.get(provider ?? name);
    if (!known) {
      const names = [...PROVIDERS.keys()];
      blame(
        [...path, 'name'],
        `no provider is called '${name}': say which with provider, one of ${names.join(', ')}.${didYouMean(name, names)}`,
      );
    } else if (baseUrl === undefined && known.baseUrl === undefined) {
      blame([...path, 'name'], `the upstream '${name}' needs a baseUrl`);
    }
  }
  for (const [index, model] of (config.models ?? []).entries()) {
    const path = ['models', index];
    if (model.targets === undefined) continue;
    if (model.name === undefined) blame([...path, 'targets'], 'a model with targets needs a name', true);
    for (const key of ['path', 'hf', 'chatTemplate'] as const) {
      if (model[key] !== undefined) blame([...path, key], `${key} and targets cannot both be given`, true);
    }
    for (const [at, target] of model.targets.entries()) {
      const place = [...path, 'targets', at];
      if (!upstreams.includes(target.upstream)) {
        blame(
          [...place, 'upstream'],
          `no upstream is called '${target.upstream}'.${didYouMean(target.upstream, upstreams)}`,
        );
      }
      for (const name of Object.keys(target.parameters ?? {})) {
        const names: readonly string[] = CHAT_PARAMETER_NAMES;
        if (names.includes(name)) continue;
        blame(
          [...place, 'parameters', name],
          `'${name}' is no parameter of a chat completion.${didYouMean(name, names)}`,
          true,
        );
      }
    }
    for (const [at, name] of (model.fallbacks ?? []).entries()) {
      if (models.includes(name) && name !== model.name) continue;
      const hint =
        name === model.name
          ? 'a model cannot fall back to itself'
          : `no model with targets is called '${name}'`;
      blame([...path, 'fallbacks', at], hint);
    }
  }
  return problems;
}
