import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { didYouMean } from '../command/suggest.ts';
import { usageError } from '../failure.ts';
import { isHubReference, parseHubReference } from '../hub/reference.ts';
import { EMBEDDED_MODEL, type ModelSource } from '../models/source.ts';
import type { ConfigFile } from './read-config.ts';
import type { ModelConfig } from './schema.ts';

/** How a model runs; undefined leaves it to the engine. */
export interface EngineSettings {
  readonly context: number | undefined;
  readonly parallel: number | undefined;
  readonly threads: number | undefined;
  readonly batch: number | undefined;
  readonly gpuLayers: number | undefined;
  readonly flashAttention: 'auto' | 'on' | 'off' | undefined;
  readonly toolFormat: string | undefined;
  readonly reasoningFormat: string | undefined;
}

export interface ModelSettings {
  /** What requests call it. */
  readonly name: string;
  readonly aliases: readonly string[];
  readonly source: ModelSource;
  /** Absolute path of a Jinja file. */
  readonly chatTemplatePath: string | undefined;
  readonly engine: EngineSettings;
}

export function engineSettings(from: Partial<EngineSettings>): EngineSettings {
  const { context, parallel, threads, batch, gpuLayers, flashAttention, toolFormat, reasoningFormat } = from;
  return { context, parallel, threads, batch, gpuLayers, flashAttention, toolFormat, reasoningFormat };
}

/**
 * A model as it was typed (a file, hf:..., a name, each with `name=` in front), or as the configuration lists it.
 * `flags` win over the entry of the model, which wins over the rest of the configuration. Throws usage errors.
 */
export function resolveModel(
  wanted: string | ModelConfig,
  flags: EngineSettings,
  file: ConfigFile,
  workingDirectory: string,
): ModelSettings {
  if (typeof wanted !== 'string') return fromConfig(wanted, flags, file, workingDirectory);
  const { name, rest } = splitName(wanted);
  const entry = file.config.models?.find((model) => nameOf(model) === rest || model.aliases?.includes(rest));
  if (entry)
    return fromConfig(name === undefined ? entry : { ...entry, name }, flags, file, workingDirectory);
  const source = sourceOf(rest, file, workingDirectory);
  return {
    name: name ?? defaultName(source),
    aliases: [],
    source,
    chatTemplatePath: undefined,
    engine: merge(flags, engineSettings(file.config)),
  };
}

function fromConfig(
  entry: ModelConfig,
  flags: EngineSettings,
  file: ConfigFile,
  workingDirectory: string,
): ModelSettings {
  const folder = file.path === undefined ? workingDirectory : dirname(file.path);
  const label = entry.name ?? entry.path ?? entry.hf ?? 'a model without a name';
  const sources: ModelSource[] = [];
  if (entry.path !== undefined) sources.push({ kind: 'file', path: resolve(folder, entry.path) });
  if (entry.hf !== undefined) sources.push({ kind: 'hub', reference: parseHubReference(entry.hf) });
  if (sources.length === 0 && entry.name === EMBEDDED_MODEL) sources.push({ kind: 'embedded' });
  const [source, second] = sources;
  if (source === undefined || second !== undefined) {
    throw usageError('models', `${file.path ?? 'The configuration'}: ${label} needs either path or hf.`);
  }
  return {
    name: entry.name ?? defaultName(source),
    aliases: entry.aliases ?? [],
    source,
    chatTemplatePath: entry.chatTemplate === undefined ? undefined : resolve(folder, entry.chatTemplate),
    engine: merge(flags, merge(engineSettings(entry), engineSettings(file.config))),
  };
}

function sourceOf(text: string, { config }: ConfigFile, workingDirectory: string): ModelSource {
  if (text === EMBEDDED_MODEL) return { kind: 'embedded' };
  if (isHubReference(text)) return { kind: 'hub', reference: parseHubReference(text) };
  const path = resolve(workingDirectory, text);
  if (existsSync(path)) return { kind: 'file', path };
  if (/\.gguf$/i.test(text)) throw usageError('--model', `The model file ${path} does not exist.`);
  const names = [
    EMBEDDED_MODEL,
    ...(config.models ?? []).flatMap((model) => [nameOf(model), ...(model.aliases ?? [])]),
  ];
  const hub = /^[\w.-]+\/[\w.-]+(:|$)/.test(text) ? ` For the hub write hf:${text}.` : '';
  throw usageError(
    '--model',
    `There is no file and no model called '${text.slice(0, 200)}'. Names: ${names.join(', ')}.${hub || didYouMean(text, names)}`,
  );
}

/** `name=path`; a path may hold an equals sign too, so what is in front must be a name. */
function splitName(text: string): { name: string | undefined; rest: string } {
  const [, name, rest] = /^([A-Za-z0-9][A-Za-z0-9._:-]*)=(.+)$/.exec(text) ?? [];
  return rest === undefined ? { name: undefined, rest: text } : { name, rest };
}

function nameOf(model: ModelConfig): string {
  if (model.name !== undefined) return model.name;
  return model.hf === undefined ? fileName(model.path ?? '') : hubName(model.hf);
}

function defaultName(source: ModelSource): string {
  switch (source.kind) {
    case 'embedded':
      return EMBEDDED_MODEL;
    case 'file':
      return fileName(source.path);
    case 'hub':
      return source.reference.repository + (source.reference.selector ? `:${source.reference.selector}` : '');
  }
}

function hubName(reference: string): string {
  return reference.replace(/^hf:/, '');
}

function fileName(path: string): string {
  return basename(path).replace(/(-\d{5}-of-\d{5})?\.gguf$/i, '');
}

function merge(first: EngineSettings, second: EngineSettings): EngineSettings {
  return {
    context: first.context ?? second.context,
    parallel: first.parallel ?? second.parallel,
    threads: first.threads ?? second.threads,
    batch: first.batch ?? second.batch,
    gpuLayers: first.gpuLayers ?? second.gpuLayers,
    flashAttention: first.flashAttention ?? second.flashAttention,
    toolFormat: first.toolFormat ?? second.toolFormat,
    reasoningFormat: first.reasoningFormat ?? second.reasoningFormat,
  };
}
