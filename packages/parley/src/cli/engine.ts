import { readFile } from 'node:fs/promises';
import type { Backend } from '../core/complete.ts';
import { createEngineBackend, type EngineModelSpec } from '../engine/backend.ts';
import { describeError, failure } from './failure.ts';
import type { Logger } from './log/logger.ts';
import type { ModelSettings } from './settings/resolve-model.ts';

export interface EngineOptions {
  /** Settings, and the file on this machine. */
  readonly models: readonly (ModelSettings & { readonly path: string })[];
  readonly isolation: 'process' | 'thread' | undefined;
  readonly queue: number | undefined;
  readonly allowRequestTemplates: boolean;
  /** Absolute paths. Default: none. */
  readonly logitsProcessors?: readonly string[];
  readonly version: string;
  readonly log: Logger;
}

/** Loads the models; when one fails, the others are closed again. */
export async function openBackend(options: EngineOptions): Promise<Backend> {
  const { isolation, queue, allowRequestTemplates, logitsProcessors = [], version, log } = options;
  const models = await Promise.all(options.models.map(modelSpec));
  try {
    return await createEngineBackend({
      models,
      ...(isolation !== undefined && { isolation }),
      ...(queue !== undefined && { queueLimit: queue }),
      allowRequestTemplates,
      logitsProcessors,
      nativeLog: log.isLevelEnabled('debug'),
      version,
      log: (level, message) => log[level](message),
    });
  } catch (error) {
    throw failure(describeError(error), error);
  }
}

async function modelSpec(model: EngineOptions['models'][number]): Promise<EngineModelSpec> {
  const { context, parallel, threads, batch, gpuLayers, flashAttention, toolFormat, reasoningFormat } =
    model.engine;
  const chatTemplate = await readTemplate(model.chatTemplatePath);
  return {
    id: model.name,
    aliases: model.aliases,
    path: model.path,
    ...(context !== undefined && { contextLength: context }),
    ...(parallel !== undefined && { parallel }),
    ...(chatTemplate !== undefined && { chatTemplate }),
    ...(threads !== undefined && { threads }),
    ...(gpuLayers !== undefined && { gpuLayers }),
    ...(flashAttention !== undefined && { flashAttention }),
    ...(toolFormat !== undefined && { toolFormat }),
    ...(reasoningFormat !== undefined && { reasoningFormat }),
    ...(batch !== undefined && { batchLimit: batch }),
  };
}

async function readTemplate(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw failure(`The chat template ${path} cannot be read.`, error);
  }
}
