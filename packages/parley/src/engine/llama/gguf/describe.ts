import type { MetadataValue } from './metadata.ts';
import { readMetadata } from './metadata.ts';
import { siblingParts } from './parts.ts';
import { FileReader, modelFileError } from './reader.ts';
import type { TensorSummary } from './tensors.ts';
import { readTensors } from './tensors.ts';
import { FILE_TYPES } from './types.ts';

/** What a GGUF file says of itself. Undefined where it says nothing. */
export interface ModelDescription {
  readonly path: string;
  /** Bytes, over all parts of a split model. */
  readonly sizeBytes: number;
  readonly parts: number;
  readonly architecture: string;
  readonly name: string | undefined;
  readonly license: string | undefined;
  /** Tokens of context that the model was trained for. */
  readonly contextLength: number | undefined;
  readonly blockCount: number | undefined;
  readonly embeddingLength: number | undefined;
  readonly headCount: number | undefined;
  readonly headCountKv: number | undefined;
  /** Values of a head's key and of its value; where they are not said, the embedding divided by the heads. */
  readonly keyLength: number | undefined;
  readonly valueLength: number | undefined;
  readonly parameterCount: number;
  /** As `Q8_0`. */
  readonly quantization: string | undefined;
  readonly vocabularySize: number | undefined;
  readonly tokenizerModel: string | undefined;
  readonly bosTokenId: number | undefined;
  readonly eosTokenId: number | undefined;
  readonly padTokenId: number | undefined;
  /** Jinja sources by name; `default` is the one without a name in the file. */
  readonly chatTemplates: ReadonlyMap<string, string>;
}

const MAGIC = 'GGUF';
const VERSIONS = [2, 3];
const DEFAULT_ALIGNMENT = 32;
const MAX_ALIGNMENT = 1 << 16;

/** Reads and checks a model file in TypeScript. Throws an Error that names the file and what is wrong with it. */
export function describeModel(file: string): ModelDescription {
  const first = readFile(file);
  const parts = siblingParts(file, integer(first.metadata, 'split.count') ?? 1);
  const rest = parts.filter((part) => part !== file).map(readFile);
  return summarize(file, first, rest);
}

interface ModelFile {
  readonly size: number;
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  readonly tensors: TensorSummary;
}

function readFile(file: string): ModelFile {
  const reader = new FileReader(file);
  try {
    readHeader(reader);
    const tensorCount = reader.uint64('tensor count');
    const metadata = readMetadata(reader, reader.uint64('metadata count'));
    const alignment = integer(metadata, 'general.alignment') ?? DEFAULT_ALIGNMENT;
    if (alignment < 8 || alignment > MAX_ALIGNMENT || (alignment & (alignment - 1)) !== 0) {
      throw modelFileError(file, `general.alignment ${alignment} is no power of two in 8..${MAX_ALIGNMENT}.`);
    }
    return { size: reader.size, metadata, tensors: readTensors(reader, tensorCount, alignment) };
  } finally {
    reader.close();
  }
}

function readHeader(reader: FileReader): void {
  if (reader.size === 0) throw modelFileError(reader.file, 'it is empty.');
  const magic = reader.take(Math.min(4, reader.size), 'magic number').toString('latin1');
  if (magic !== MAGIC)
    throw modelFileError(reader.file, `it is no GGUF file, it begins with ${JSON.stringify(magic)}.`);
  const version = reader.uint32('version');
  if (VERSIONS.includes(version)) return;
  throw modelFileError(
    reader.file,
    (version & 0xffff) === 0
      ? 'it is a big-endian GGUF file, only little-endian ones are read.'
      : `it has GGUF version ${version}, versions ${VERSIONS.join(' and ')} are read.`,
  );
}

function summarize(file: string, first: ModelFile, rest: readonly ModelFile[]): ModelDescription {
  const { metadata } = first;
  const architecture = text(metadata, 'general.architecture');
  if (!architecture) throw modelFileError(file, 'it does not say its architecture (general.architecture).');
  const own = (key: string): number | undefined => integer(metadata, `${architecture}.${key}`);
  const fileType = integer(metadata, 'general.file_type');
  const all = [first, ...rest];
  for (const [key, limit] of ASSERTED_LIMITS) {
    const value = own(key);
    if (value === undefined || (value >= 0 && value <= limit)) continue;
    throw modelFileError(file, `${architecture}.${key} is ${value}, at most ${limit} is possible.`);
  }
  return {
    path: file,
    sizeBytes: all.reduce((sum, part) => sum + part.size, 0),
    parts: all.length,
    architecture,
    name: text(metadata, 'general.name'),
    license: text(metadata, 'general.license'),
    contextLength: own('context_length'),
    blockCount: own('block_count'),
    embeddingLength: own('embedding_length'),
    headCount: own('attention.head_count'),
    headCountKv: own('attention.head_count_kv'),
    keyLength: own('attention.key_length'),
    valueLength: own('attention.value_length'),
    parameterCount: all.reduce((sum, part) => sum + part.tensors.values, 0),
    quantization: (fileType === undefined ? undefined : FILE_TYPES[fileType]) ?? first.tensors.dominantType,
    vocabularySize: entries(metadata.get('tokenizer.ggml.tokens')),
    tokenizerModel: text(metadata, 'tokenizer.ggml.model'),
    bosTokenId: integer(metadata, 'tokenizer.ggml.bos_token_id'),
    eosTokenId: integer(metadata, 'tokenizer.ggml.eos_token_id'),
    padTokenId: integer(metadata, 'tokenizer.ggml.padding_token_id'),
    chatTemplates: chatTemplates(metadata),
  };
}

/** llama.cpp asserts these (LLAMA_MAX_LAYERS, LLAMA_MAX_EXPERTS), and a failed assertion ends the process. */
const ASSERTED_LIMITS = [
  ['block_count', 512],
  ['expert_count', 512],
] as const;

const TEMPLATE_KEY = 'tokenizer.chat_template';

function chatTemplates(metadata: ReadonlyMap<string, MetadataValue>): Map<string, string> {
  const templates = new Map<string, string>();
  for (const [key, value] of metadata) {
    if (typeof value !== 'string') continue;
    if (key === TEMPLATE_KEY) templates.set('default', value);
    else if (key.startsWith(`${TEMPLATE_KEY}.`)) templates.set(key.slice(TEMPLATE_KEY.length + 1), value);
  }
  return templates;
}

function text(metadata: ReadonlyMap<string, MetadataValue>, key: string): string | undefined {
  const value = metadata.get(key);
  return typeof value === 'string' ? value : undefined;
}

function integer(metadata: ReadonlyMap<string, MetadataValue>, key: string): number | undefined {
  const value = metadata.get(key);
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'number' && Number.isInteger(value) ? value : undefined;
}

function entries(value: MetadataValue | undefined): number | undefined {
  if (typeof value !== 'object') return undefined;
  return 'entries' in value && typeof value.entries === 'number'
    ? value.entries
    : (value as readonly unknown[]).length;
}
