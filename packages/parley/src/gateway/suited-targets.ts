import { unsupportedParameter } from '@parley/protocol/errors';
import type { ChatRequest } from '../core/complete.ts';
import type { Deployment, Target } from './target.ts';

/** Names of the parameters of a request that a target does not honour; `messages` for an input that it cannot read. */
export type Unsuited = (target: Target, request: ChatRequest) => readonly string[];

/** The targets that honour all of the request. */
export function suitedTargets(
  { targets }: Deployment,
  request: ChatRequest,
  unsuited: Unsuited,
): readonly Target[] {
  return targets.filter((target) => unsuited(target, request).length === 0);
}

/** 400 for a request that no target honours as a whole: it names what stands in the way. */
export function noTargetSuits(deployment: Deployment, request: ChatRequest, unsuited: Unsuited): Error {
  const lists = deployment.targets.map((target) => unsuited(target, request));
  const names = [...new Set(lists.flat())];
  const nowhere = names.filter((name) => lists.every((list) => list.includes(name)));
  const model = `the model '${deployment.model}'`;
  if (nowhere.length > 0) {
    const list = nowhere.map(quoted).join(', ');
    return unsupportedParameter(nowhere[0] ?? '', `${list}: no upstream of ${model} honours this.`);
  }
  // Without these, the request would suit one of them.
  const fewest = lists.toSorted((a, b) => a.length - b.length)[0] ?? [];
  const list = names.map(quoted).join(', ');
  const message = `No upstream of ${model} honours all of ${list} together; one does without ${fewest.map(quoted).join(', ')}.`;
  return unsupportedParameter(fewest[0] ?? 'model', message);
}

function quoted(name: string): string {
  return `'${name}'`;
}
