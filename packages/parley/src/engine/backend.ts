import { createHash, randomBytes } from 'node:crypto';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { modelNotFound } from '@parley/protocol/errors';
import type { Backend, Model } from '../core/complete.ts';
import { refuseMedia } from '../core/media-parts.ts';
import { detectDialect, dialectByName } from './answer/dialects.ts';
import { reads } from './answer/thinking.ts';
import { EngineModel } from './engine-model.ts';
import type { FlashAttention } from './host/config.ts';
import type { Isolation } from './host/port.ts';
import { describeModel, type ModelDescription } from './llama/gguf/describe.ts';
import { chooseSize, type Size, type SizeWish } from './sizing.ts';
import { Supervisor } from './supervisor.ts';
import { parameterSupport } from './support.ts';

export interface EngineModelSpec extends SizeWish {
  /** Name in requests and answers. */
  readonly id: string;
  readonly aliases?: readonly string[];
  /** GGUF file; of a split one the first part. */
  readonly path: string;
  readonly description?: string;
  /** Jinja source in place of the model's own template. */
  readonly chatTemplate?: string;
  /** Names of CallFormat and ReasoningFormat, in place of those that the template shows. */
  readonly toolFormat?: string;
  readonly reasoningFormat?: string;
  /** Compute threads. Default: one fewer than there are cores. */
  readonly threads?: number;
  /** Layers to keep on an accelerator. Default 0. */
  readonly gpuLayers?: number;
  /** Rows of one batch. Default 512. */
  readonly batchLimit?: number;
  /**
   * Default: off for small models on the CPU, where equal requests then get equal logits in every case; `auto` otherwise,
   * where it saves memory and is faster while texts are short.
   */
  readonly flashAttention?: FlashAttention;
}

export interface EngineBackendOptions {
  readonly models: readonly EngineModelSpec[];
  /**
   * Default: `thread` for one model, which costs least; `process` for several, so that a crash of native code ends one
   * model and leaves the others serving.
   */
  readonly isolation?: Isolation;
  /** Prompt tokens per step while other sequences are generating. Default 256. */
  readonly promptBudget?: number;
  /** Requests that may wait, per model. Default 256. */
  readonly queueLimit?: number;
  /** Whether requests may bring a chat template. Default false. */
  readonly allowRequestTemplates?: boolean;
  /** Absolute paths of modules that export logits processors. Default: none. */
  readonly logitsProcessors?: readonly string[];
  /** Most milliseconds that a template may run. Default 1000. */
  readonly templateTimeoutMs?: number;
  /** Whether llama.cpp writes its log to standard error. Default false. */
  readonly nativeLog?: boolean;
  readonly version: string;
  readonly log: (level: 'debug' | 'error', message: string) => void;
}

/** The embedded engine: any number of GGUF models, each in its own thread or process. Rejects when one cannot be loaded. */
export async function createEngineBackend(options: EngineBackendOptions): Promise<Backend> {
  const started: StartedModel[] = [];
  let starting: EngineModelSpec | undefined;
  try {
    // One after the other: llama.cpp's loading is not safe between threads.
    for (const spec of options.models) {
      starting = spec;
      started.push(await startModel(spec, options));
    }
  } catch (error) {
    await Promise.all(started.map(({ supervisor }) => supervisor.close()));
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The model ${starting?.id} (${starting?.path}) cannot be started: ${reason}`, {
      cause: error,
    });
  }
  const byName = new Map(
    started.flatMap((one) => [one.model.id, ...one.model.aliases].map((name) => [name, one])),
  );
  const find = (name: string): StartedModel => {
    const found = byName.get(name);
    if (!found) throw modelNotFound(name, [...started.map(({ model }) => model.id)]);
    return found;
  };
  const all = () => started.map(({ model }) => model);
  return {
    name: 'engine',
    models: all,
    complete: (request, context) => {
      const { model, engine } = find(request.model);
      refuseMedia(request.input, model, all());
      return engine.complete(request, context);
    },
    tokenize: (request, signal) => find(request.model).engine.tokenize(request, signal),
    detokenize: (model, tokens) => find(model).engine.detokenize(tokens),
    tokenBytes: (model, tokens) => find(model).engine.tokenBytes(tokens),
    stats: () => started.map(({ engine }) => engine.stats()),
    close: async () => {
      await Promise.all(started.map(({ supervisor }) => supervisor.close()));
    },
  };
}

interface StartedModel {
  readonly model: Model;
  readonly engine: EngineModel;
  readonly supervisor: Supervisor;
}

/** Parameters below which exact repetition is worth more than the attention's speed. */
const SMALL_MODEL = 100e6;

type ServerSupport = Omit<Parameters<typeof parameterSupport>[0], 'tools' | 'reasoning'>;

async function startModel(spec: EngineModelSpec, options: EngineBackendOptions): Promise<StartedModel> {
  const description = describeModel(spec.path);
  const size = chooseSize(description, spec);
  const gguf = { kind: 'gguf', path: spec.path, contextLength: size.contextLength } as const;
  const { gpuLayers = 0, threads, batchLimit = 512 } = spec;
  const small = gpuLayers === 0 && description.parameterCount < SMALL_MODEL;
  const flashAttention = spec.flashAttention ?? (small ? 'off' : 'auto');
  const config = {
    model: { ...gguf, gpuLayers, flashAttention, ...(threads !== undefined && { threads }) },
    parallel: size.parallel,
    slots: size.slots,
    batchLimit,
    promptBudget: options.promptBudget ?? 256,
    templates: {
      allowRequestTemplate: options.allowRequestTemplates ?? false,
      renderTimeoutMilliseconds: options.templateTimeoutMs ?? 1000,
      ...(spec.chatTemplate !== undefined && { chatTemplate: spec.chatTemplate }),
      formats: { call: spec.toolFormat, reasoning: spec.reasoningFormat },
    },
    nativeLog: options.nativeLog ?? false,
    logitsProcessors: options.logitsProcessors ?? [],
  };
  const supervisor = await Supervisor.start({
    model: spec.id,
    config,
    isolation: options.isolation ?? (options.models.length > 1 ? 'process' : 'thread'),
    log: options.log,
    now: () => performance.now(),
  });
  const support = {
    allowRequestTemplates: options.allowRequestTemplates ?? false,
    noDrafts: supervisor.host.noDrafts,
    logitsProcessors: config.logitsProcessors.length > 0,
  };
  const model = toModel(spec, description, size, support);
  const engine = new EngineModel({
    model,
    supervisor,
    systemFingerprint: fingerprint(spec.path, `${options.version} ${JSON.stringify(config)}`),
    parallel: size.parallel,
    queueLimit: options.queueLimit ?? 256,
    logitsProcessors: support.logitsProcessors,
    now: Date.now,
    randomSeed: () => randomBytes(8).readBigUInt64LE(),
  });
  return { model, engine, supervisor };
}

function toModel(
  spec: EngineModelSpec,
  description: ModelDescription,
  { contextLength }: Size,
  support: ServerSupport,
): Model {
  const { tools, reasoning, effort } = answerSupport(spec, description);
  return {
    id: spec.id,
    aliases: spec.aliases ?? [],
    created: Math.floor(statSync(spec.path).mtimeMs / 1000),
    ownedBy: 'parley',
    name: description.name ?? spec.id,
    description: spec.description ?? `${description.architecture} model on the embedded engine`,
    contextLength,
    parameterCount: description.parameterCount,
    quantization: description.quantization,
    sizeBytes: description.sizeBytes,
    vocabularySize: description.vocabularySize,
    capabilities: {
      chat: description.chatTemplates.size > 0 || spec.chatTemplate !== undefined,
      completions: true,
      streaming: true,
      logprobs: true,
      tools,
      structuredOutputs: true,
      reasoning,
      vision: false,
      audio: false,
    },
    parameters: parameterSupport({ ...support, tools, reasoning: reasoning || effort }),
  };
}

/** What the model's template lets requests ask for. */
function answerSupport(
  { chatTemplate, toolFormat, reasoningFormat }: EngineModelSpec,
  { chatTemplates }: ModelDescription,
): { tools: boolean; reasoning: boolean; effort: boolean } {
  const template = chatTemplate ?? chatTemplates.get('tool_use') ?? chatTemplates.get('default') ?? '';
  const names = detectDialect(template, { call: toolFormat, reasoning: reasoningFormat });
  return {
    tools: reads(template, 'tools'),
    reasoning: dialectByName(names).thought !== undefined,
    effort: reads(template, 'reasoning_effort'),
  };
}

const FINGERPRINT_BYTES = 1 << 20;

/** `fp_` and ten hex digits over the head of the file, its size, and everything that can change an answer. */
function fingerprint(path: string, settings: string): string {
  const head = Buffer.alloc(FINGERPRINT_BYTES);
  const file = openSync(path, 'r');
  try {
    const length = readSync(file, head, 0, FINGERPRINT_BYTES, 0);
    const hash = createHash('sha256')
      .update(head.subarray(0, length))
      .update(`${statSync(path).size} ${settings}`);
    return `fp_${hash.digest('hex').slice(0, 10)}`;
  } finally {
    closeSync(file);
  }
}
