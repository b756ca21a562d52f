import { createInterface } from 'node:readline/promises';
import { failure, usageError } from '../failure.ts';
import { cachedModels, removeCached } from '../hub/cache.ts';
import { formatBytes } from '../hub/progress.ts';
import { formatHubReference, parseHubReference } from '../hub/reference.ts';
import { type ModelFiles, selectModel } from '../hub/select.ts';
import type { World } from '../world.ts';

/** Removes one model from the cache, or all of a repository when nothing more is said. */
export async function removeModel(world: World, cache: string, name: string, yes: boolean): Promise<number> {
  const reference = parseHubReference(name);
  const models = await cachedModels(cache, reference.repository);
  if (models.length === 0) throw failure(`${formatHubReference(reference)} is not in the cache (${cache}).`);
  const chosen = reference.selector === undefined ? models : [selectModel(models, reference)];
  const size = formatBytes(chosen.reduce((sum, { parts }) => sum + sizeOf(parts), 0));
  const what = chosen.map(({ path }) => `hf:${reference.repository}:${path}`).join(', ');
  if (!yes && !(await confirm(world, `Remove ${what} (${size})? [y/N] `))) {
    world.stdout.write('Nothing was removed.\n');
    return 1;
  }
  for (const model of chosen) await removeCached(cache, reference.repository, model);
  world.stdout.write(`Removed ${what} (${size}).\n`);
  return 0;
}

function sizeOf(parts: ModelFiles['parts']): number {
  return parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

async function confirm(world: World, question: string): Promise<boolean> {
  if (!world.stdin.isTTY)
    throw usageError('--yes', 'There is no terminal to ask on: say --yes to remove without a question.');
  const terminal = createInterface({ input: world.stdin, output: world.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question(question)).trim());
  } finally {
    terminal.close();
  }
}
