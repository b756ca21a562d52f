import { usageError } from '../failure.ts';
import { cacheDirectory } from '../hub/cache.ts';
import { pull } from '../hub/pull.ts';
import { isHubReference, parseHubReference } from '../hub/reference.ts';
import { readConfig } from '../settings/read-config.ts';
import { engineSettings, resolveModel } from '../settings/resolve-model.ts';
import { interruptible } from '../signals.ts';
import type { World } from '../world.ts';
import { pullContext } from './context.ts';
import { formatTable, listModels } from './list.ts';
import { removeModel } from './remove.ts';

export async function runList(
  values: { readonly config?: string; readonly json?: boolean },
  world: World,
): Promise<number> {
  const file = await readConfig(values.config, world);
  const configured = (file.config.models ?? []).map((model) =>
    resolveModel(model, engineSettings({}), file, world.workingDirectory),
  );
  const models = await listModels(cacheDirectory(world), configured);
  const text = values.json ? JSON.stringify(models, orNull, 2) : formatTable(models);
  world.stdout.write(`${text}\n`);
  return 0;
}

export async function runPull(name: string, world: World): Promise<number> {
  if (!isHubReference(name)) {
    throw usageError(
      'model',
      `'${name.slice(0, 200)}' cannot be pulled: write hf:owner/repo or hf:owner/repo:file-or-quant.`,
    );
  }
  const reference = parseHubReference(name);
  return await interruptible(world, async (signal) => {
    const path = await pull(pullContext(world), reference, signal);
    world.stdout.write(`${path}\n`);
    return 0;
  });
}

export async function runRemove(name: string, yes: boolean, world: World): Promise<number> {
  return await removeModel(world, cacheDirectory(world), name, yes);
}

/** Programs find every key. */
function orNull(_: string, value: unknown): unknown {
  return value === undefined ? null : value;
}
