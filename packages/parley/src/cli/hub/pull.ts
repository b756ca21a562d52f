import { mkdir, stat, statfs } from 'node:fs/promises';
import { failure, systemErrorCode } from '../failure.ts';
import { cachedModels, cachePath } from './cache.ts';
import { download } from './download.ts';
import { listFiles } from './listing.ts';
import { lock } from './lock.ts';
import type { Progress } from './progress.ts';
import { formatHubReference, type HubReference } from './reference.ts';
import type { HubConnection } from './request.ts';
import { groupModels, type HubFile, type ModelFiles, selectModel } from './select.ts';

export interface Pull {
  readonly hub: HubConnection;
  readonly cache: string;
  readonly progress: Progress;
  /** Bytes that may still be written below a folder. */
  freeBytes(folder: string): Promise<number>;
}

/** Makes the model of the reference present; the path of its first file. Asks the hub even if it is present. */
export async function pull(context: Pull, reference: HubReference, signal: AbortSignal): Promise<string> {
  const { hub, cache } = context;
  const { repository } = reference;
  const files = await listFiles(hub, repository, signal);
  const model = selectModel(groupModels(files), reference);
  const first = cachePath(cache, repository, model.path);
  await mkdir(cache, { recursive: true });
  const unlock = await lock(`${first}.lock`, formatHubReference({ repository, selector: model.path }));
  try {
    await pullParts(context, repository, model, signal);
  } finally {
    await unlock();
  }
  return first;
}

/** Where the model is if it was pulled before; no network is needed then. */
export async function findCached(cache: string, reference: HubReference): Promise<string | undefined> {
  const models = await cachedModels(cache, reference.repository);
  if (models.length === 0) return undefined;
  try {
    return cachePath(cache, reference.repository, selectModel(models, reference).path);
  } catch {
    return undefined; // the selector means something that is not here, or not clearly: the hub decides
  }
}

async function pullParts(
  { hub, cache, progress, freeBytes }: Pull,
  repository: string,
  model: ModelFiles,
  signal: AbortSignal,
): Promise<void> {
  const missing: HubFile[] = [];
  let neededBytes = 0;
  for (const file of model.parts) {
    const destination = cachePath(cache, repository, file.path);
    if ((await sizeOf(destination)) === file.sizeBytes) continue;
    missing.push(file);
    neededBytes += file.sizeBytes - Math.min(file.sizeBytes, (await sizeOf(`${destination}.part`)) ?? 0);
  }
  const free = await freeBytes(cache);
  if (neededBytes > free) {
    throw failure(`${repository} needs ${neededBytes} more bytes in ${cache}, and only ${free} are free.`);
  }
  for (const file of missing) {
    const destination = cachePath(cache, repository, file.path);
    progress.begin(file.path, file.sizeBytes);
    try {
      const onProgress = (bytes: number) => progress.update(bytes);
      await download(hub, { repository, file, destination, onProgress }, signal);
    } finally {
      progress.end();
    }
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

export async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
