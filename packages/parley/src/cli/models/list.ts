import { describeModel } from '../../engine/llama/gguf/describe.ts';
import { cachedRepositories, cachePath } from '../hub/cache.ts';
import { formatBytes } from '../hub/progress.ts';
import { formatHubReference } from '../hub/reference.ts';
import type { ModelSettings } from '../settings/resolve-model.ts';
import { EMBEDDED_MODEL, embeddedModelPath } from './source.ts';

export interface ListedModel {
  /** What `--model` takes. */
  readonly name: string;
  readonly from: 'embedded' | 'config' | 'cache';
  readonly sizeBytes: number | undefined;
  readonly quantization: string | undefined;
  /** Tokens that the model was trained for. */
  readonly context: number | undefined;
  readonly path: string | undefined;
  /** Why the file cannot be used. */
  readonly problem: string | undefined;
}

/** The embedded model, those of the configuration, and what was pulled. */
export async function listModels(
  cache: string,
  configured: readonly ModelSettings[],
): Promise<readonly ListedModel[]> {
  const listed = [describe(EMBEDDED_MODEL, 'embedded', embeddedModelPath())];
  for (const { name, source } of configured) {
    if (source.kind === 'file') listed.push(describe(name, 'config', source.path));
    if (source.kind === 'hub') listed.push(notHere(name, formatHubReference(source.reference)));
  }
  for (const { repository, models } of await cachedRepositories(cache)) {
    for (const model of models) {
      const alike = models.filter(({ quantization }) => quantization === model.quantization);
      const selector = alike.length === 1 && model.quantization ? model.quantization : model.path;
      const name = formatHubReference({ repository, selector });
      listed.push(describe(name, 'cache', cachePath(cache, repository, model.path)));
    }
  }
  return listed;
}

function notHere(name: string, reference: string): ListedModel {
  return { ...EMPTY, name, from: 'config', path: reference };
}

const EMPTY = {
  sizeBytes: undefined,
  quantization: undefined,
  context: undefined,
  path: undefined,
  problem: undefined,
};

/** One broken file must not hide the others, so what is wrong with it is part of the list. */
function describe(name: string, from: ListedModel['from'], path: string): ListedModel {
  try {
    const { sizeBytes, quantization, contextLength } = describeModel(path);
    return { name, from, sizeBytes, quantization, context: contextLength, path, problem: undefined };
  } catch (error) {
    return { ...EMPTY, name, from, path, problem: error instanceof Error ? error.message : String(error) };
  }
}

export function formatTable(models: readonly ListedModel[]): string {
  const rows = [
    ['NAME', 'SIZE', 'QUANT', 'CONTEXT', 'FROM', 'WHERE'],
    ...models.map(({ name, sizeBytes, quantization, context, from, path, problem }) => [
      name,
      sizeBytes === undefined ? '-' : formatBytes(sizeBytes),
      quantization ?? '-',
      context === undefined ? '-' : String(context),
      from,
      problem ?? path ?? '-',
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column]!))).join('  '),
    )
    .join('\n');
}
