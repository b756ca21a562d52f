import { pathToFileURL } from 'node:url';
import type { LogitsProcessorFactory, ProcessorRegistry } from '../sampler/processor.ts';

/**
 * Imports the operator's modules, each of which exports `processors`: an object of factories by name. Throws an Error that
 * says which file, and what is wrong with it.
 */
export async function loadProcessors(paths: readonly string[]): Promise<ProcessorRegistry> {
  const registry = new Map<string, LogitsProcessorFactory>();
  for (const path of paths) {
    for (const [name, factory] of await factoriesOf(path)) {
      if (registry.has(name)) throw new Error(`The logits processor '${name}' of ${path} is there already.`);
      registry.set(name, factory);
    }
  }
  return registry;
}

async function factoriesOf(path: string): Promise<[string, LogitsProcessorFactory][]> {
  const { processors } = await importModule(path);
  if (typeof processors !== 'object' || processors === null || Object.keys(processors).length === 0) {
    throw new Error(`${path} must export processors: an object of logits processors by name.`);
  }
  return Object.entries(processors).map(([name, factory]: [string, unknown]) => {
    if (typeof factory !== 'function') throw new Error(`${path}: processors.${name} must be a function.`);
    // What it takes and gives cannot be looked at before it is called.
    return [name, factory as LogitsProcessorFactory];
  });
}

async function importModule(path: string): Promise<{ readonly processors?: unknown }> {
  try {
    return await import(pathToFileURL(path).href);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The logits processors ${path} cannot be loaded: ${reason}`, { cause: error });
  }
}
