import { failure, usageError } from '../failure.ts';
import { quantizationOf } from './quantization.ts';
import { formatHubReference, type HubReference } from './reference.ts';

/** A file of a repository on the hub. */
export interface HubFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** Hexadecimal; undefined where the hub publishes none. */
  readonly sha256: string | undefined;
}

/** One model: a single file, or all parts of a split one in order. */
export interface ModelFiles {
  /** The first part: what llama.cpp is given, it finds the others. */
  readonly path: string;
  readonly quantization: string | undefined;
  readonly parts: readonly HubFile[];
  /** Whether no part of a split model is missing. */
  readonly complete: boolean;
}

/** A good compromise first, the largest last. */
const PREFERENCE = ['Q4_K_M', 'Q4_0', 'Q8_0', 'F16'];
const PART = /-(\d{5})-of-(\d{5})\.gguf$/i;

/** Puts the parts of split models together; files that are no models are left out. */
export function groupModels(files: readonly HubFile[]): ModelFiles[] {
  const groups = Map.groupBy(
    files.filter(({ path }) => isModel(path)),
    ({ path }) => path.replace(PART, '-of-$2.gguf'),
  );
  return [...groups.values()].map((group) => {
    const parts = group.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    const { path } = parts[0]!;
    const total = Number(PART.exec(path)?.[2] ?? 1);
    return { path, quantization: quantizationOf(path), parts, complete: parts.length === total };
  });
}

/** Picks what a reference means. Throws a usage error that lists the choices when that is not clear. */
export function selectModel(models: readonly ModelFiles[], reference: HubReference): ModelFiles {
  const name = formatHubReference({ ...reference, selector: undefined });
  if (models.length === 0) throw usageError(name, `${name} holds no GGUF model file.`);
  const matching = reference.selector === undefined ? preferred(models) : matches(models, reference.selector);
  const [only, second] = matching;
  if (only !== undefined && second === undefined) {
    if (only.complete) return only;
    throw failure(`Some parts of ${name}:${only.path} are missing.`);
  }
  const listed = (matching.length > 0 ? matching : models).map(
    (model) => `  ${name}:${shortest(model, models)}`,
  );
  const problem =
    matching.length > 0 || reference.selector === undefined
      ? `${formatHubReference(reference)} can mean several files`
      : `${name} has nothing called '${reference.selector}'`;
  throw usageError(name, `${problem}. Choose one of:\n${listed.join('\n')}`);
}

function preferred(models: readonly ModelFiles[]): readonly ModelFiles[] {
  if (models.length === 1) return models;
  for (const quantization of PREFERENCE) {
    const found = models.filter((model) => model.quantization === quantization);
    if (found.length > 0) return found;
  }
  return [];
}

/** The most exact meaning wins: a path, then a file name, then a quantization. */
function matches(models: readonly ModelFiles[], selector: string): readonly ModelFiles[] {
  const wanted = selector.toLowerCase();
  const meanings: ((model: ModelFiles) => boolean)[] = [
    ({ parts }) => parts.some(({ path }) => path.toLowerCase() === wanted),
    ({ parts }) =>
      parts.some(
        ({ path }) =>
          baseName(path)
            .toLowerCase()
            .replace(/\.gguf$/, '') === wanted.replace(/\.gguf$/, ''),
      ),
    ({ quantization }) => quantization?.toLowerCase() === wanted,
  ];
  for (const means of meanings) {
    const found = models.filter(means);
    if (found.length > 0) return found;
  }
  return [];
}

/** The quantization where that is enough to tell the models apart. */
function shortest(model: ModelFiles, models: readonly ModelFiles[]): string {
  const alike = models.filter(({ quantization }) => quantization === model.quantization);
  return model.quantization !== undefined && alike.length === 1 ? model.quantization : model.path;
}

/** Multimodal projectors and importance matrices are GGUF files too, but no models. */
function isModel(path: string): boolean {
  return /\.gguf$/i.test(path) && !/^(mmproj|imatrix)/i.test(baseName(path)) && !/imatrix\.gguf$/i.test(path);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
