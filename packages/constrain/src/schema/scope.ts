import type { Target } from './document.ts';

/** The dynamic anchors of the resources entered on the way to a schema: of each name the first one. */
export class Scope {
  readonly id: number;
  readonly #find: () => ReadonlyMap<string, Target>;

  constructor(id: number, find: () => ReadonlyMap<string, Target>) {
    this.id = id;
    this.#find = find;
  }

  get anchors(): ReadonlyMap<string, Target> {
    return this.#find();
  }
}
