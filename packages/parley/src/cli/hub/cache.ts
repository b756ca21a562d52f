import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { systemErrorCode } from '../failure.ts';
import type { World } from '../world.ts';
import { isSafePath } from './reference.ts';
import { groupModels, type HubFile, type ModelFiles } from './select.ts';

/** Where downloads are kept: PARLEY_CACHE, or the platform's folder for what can be fetched again. */
export function cacheDirectory({
  environment,
  platform,
  homeDirectory,
}: Pick<World, 'environment' | 'platform' | 'homeDirectory'>): string {
  if (environment.PARLEY_CACHE) return resolve(environment.PARLEY_CACHE);
  if (environment.XDG_CACHE_HOME) return join(environment.XDG_CACHE_HOME, 'parley', 'models');
  switch (platform) {
    case 'darwin':
      return join(homeDirectory, 'Library', 'Caches', 'parley', 'models');
    case 'win32':
      return join(
        environment.LOCALAPPDATA ?? join(homeDirectory, 'AppData', 'Local'),
        'parley',
        'cache',
        'models',
      );
    default:
      return join(homeDirectory, '.cache', 'parley', 'models');
  }
}

export interface CachedRepository {
  /** `owner/repo`. */
  readonly repository: string;
  readonly models: readonly ModelFiles[];
}

/** The file of a repository in the cache. Throws on a path that would leave it. */
export function cachePath(cache: string, repository: string, file: string): string {
  const path = join(cache, ...repository.split('/'), ...file.split('/'));
  if (!isSafePath(repository) || !isSafePath(file) || !path.startsWith(join(cache, sep))) {
    throw new Error(`'${repository}/${file}' cannot be a path in the cache.`);
  }
  return path;
}

/** What has been downloaded completely. */
export async function cachedRepositories(cache: string): Promise<readonly CachedRepository[]> {
  const found: CachedRepository[] = [];
  for (const owner of await subfolders(cache)) {
    for (const name of await subfolders(join(cache, owner))) {
      const repository = `${owner}/${name}`;
      const models = await cachedModels(cache, repository);
      if (models.length > 0) found.push({ repository, models });
    }
  }
  return found;
}

export async function cachedModels(cache: string, repository: string): Promise<readonly ModelFiles[]> {
  const folder = join(cache, ...repository.split('/'));
  const files: HubFile[] = [];
  for (const entry of await entriesOf(folder, true)) {
    const path = join(entry.parentPath, entry.name);
    const relative = path
      .slice(folder.length + 1)
      .split(sep)
      .join('/');
    if (!entry.isFile() || !isSafePath(relative)) continue;
    files.push({ path: relative, sizeBytes: (await stat(path)).size, sha256: undefined });
  }
  return groupModels(files).filter(({ complete }) => complete);
}

/** Removes a model's files, and the folders that are empty then. */
export async function removeCached(cache: string, repository: string, model: ModelFiles): Promise<void> {
  for (const { path } of model.parts) {
    const file = cachePath(cache, repository, path);
    await rm(file, { force: true });
    for (let folder = dirname(file); folder.startsWith(join(cache, sep)); folder = dirname(folder)) {
      if (!(await removeIfEmpty(folder))) break;
    }
  }
}

async function removeIfEmpty(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(systemErrorCode(error) ?? '')) return false;
    throw error;
  }
}

async function subfolders(path: string): Promise<string[]> {
  const entries = await entriesOf(path, false);
  return entries.filter((entry) => entry.isDirectory() && isSafePath(entry.name)).map(({ name }) => name);
}

async function entriesOf(path: string, recursive: boolean) {
  try {
    return await readdir(path, { withFileTypes: true, recursive });
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
