import { modelNotFound, unsupportedParameter } from '@parley/protocol/errors';
import type { Backend } from './complete.ts';

/** Several places where models run, as one. Names are asked for in their order: the first that has one answers. */
export function combineBackends(backends: readonly Backend[]): Backend {
  const only = backends[0];
  if (only && backends.length === 1) return only;
  const find = (name: string): Backend => {
    const found = backends.find((backend) =>
      backend.models().some(({ id, aliases }) => id === name || aliases.includes(name)),
    );
    if (found) return found;
    const names = backends.flatMap((backend) => backend.models().map(({ id }) => id));
    throw modelNotFound(name, names);
  };
  return {
    name: backends.map(({ name }) => name).join('+'),
    models: () => backends.flatMap((backend) => backend.models()),
    complete: (request, context) => find(request.model).complete(request, context),
    tokenize: async (request, signal) => {
      const backend = find(request.model);
      if (!backend.tokenize) throw outOfReach(request.model);
      return await backend.tokenize(request, signal);
    },
    detokenize: async (model, tokens, signal) => {
      const backend = find(model);
      if (!backend.detokenize) throw outOfReach(model);
      return await backend.detokenize(model, tokens, signal);
    },
    tokenBytes: (model, tokens) => {
      const backend = find(model);
      if (!backend.tokenBytes) throw outOfReach(model);
      return backend.tokenBytes(model, tokens);
    },
    stats: () => backends.flatMap((backend) => backend.stats?.() ?? []),
    close: async () => {
      await Promise.all(backends.map((backend) => backend.close()));
    },
  };
}

function outOfReach(model: string): Error {
  return unsupportedParameter('model', `The tokenizer of the model '${model}' is out of reach.`);
}
