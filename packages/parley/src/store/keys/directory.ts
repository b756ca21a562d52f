import type { Owner, OwnerKind } from '../../core/keys.ts';
import type { Charged } from '../../core/ledger.ts';
import type { Level } from '../counters/state.ts';
import { within } from '../ledger/turn.ts';
import { storeUnavailable } from '../sql/failure.ts';
import type { Changes, Entity } from './change-table.ts';
import type { StoredKey } from './key-table.ts';
import { Lru } from './lru.ts';

export interface DirectoryOptions {
  readonly key: (id: string) => Promise<StoredKey | undefined>;
  readonly owner: (kind: OwnerKind, id: string) => Promise<Owner | undefined>;
  readonly changesSince: (last: number) => Promise<Changes>;
  readonly now: () => number;
  readonly timeoutMs: number;
  /** How long what is remembered is believed while the database cannot be asked, in milliseconds. */
  readonly graceMs: number;
  /** Told of each failure. */
  readonly onTrouble: (error: unknown) => void;
}

interface Loading {
  readonly promise: Promise<Entry>;
  /** Whether it may have been read before a change that is known by now. */
  stale: boolean;
}

/** Nothing where there is none of that id. */
type Entry = StoredKey | Owner | undefined;

const KNOWN = 10_000;
/** Apart from those that exist, so that guessers push none of them out. */
const UNKNOWN = 1_000;
/** What is older is asked for in the background; what is older than `WAIT_MS` is waited for. */
const REFRESH_MS = 400;
const WAIT_MS = 800;

/**
 * Keys and owners as the database had them within the last second: whoever asks for one makes sure of it, so that an idle
 * process asks nothing and a busy one asks twice a second for what has changed.
 */
export class Directory {
  readonly #options: DirectoryOptions;
  readonly #known = new Lru<Entity, StoredKey | Owner>(KNOWN);
  readonly #unknown = new Lru<Entity, true>(UNKNOWN);
  readonly #loading = new Map<Entity, Loading>();
  /** Number of the last change that is known. */
  #last = -1;
  #checkedAt = Number.NEGATIVE_INFINITY;
  #askedAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | undefined;
  #troubleSince: number | undefined;

  constructor(options: DirectoryOptions) {
    this.#options = options;
  }

  async key(id: string): Promise<StoredKey | undefined> {
    await this.#refresh();
    const entry = await this.#entry(`key:${id}`, () => this.#options.key(id));
    return entry && 'key' in entry ? entry : undefined;
  }

  /** The limits that a call has to keep; none for those whom the store does not know. */
  async levels({ keyId, userId, teamId }: Charged): Promise<readonly Level[]> {
    await this.#refresh();
    const key = await this.#entry(`key:${keyId}`, () => this.#options.key(keyId));
    const levels: Level[] = [];
    if (key && 'key' in key) levels.push({ subject: `key:${keyId}`, limits: key.key.limits });
    for (const [kind, id] of [
      ['user', userId],
      ['team', teamId],
    ] as const) {
      if (id === undefined) continue;
      const owner = await this.#entry(`${kind}:${id}`, () => this.#options.owner(kind, id));
      if (owner && !('key' in owner)) levels.push({ subject: `${kind}:${id}`, limits: owner.limits });
    }
    return levels;
  }

  /** This process has changed it: nothing older may be believed from here on. */
  forget(entity: Entity): void {
    this.#known.delete(entity);
    this.#unknown.delete(entity);
    const loading = this.#loading.get(entity);
    if (loading) loading.stale = true;
  }

  async #refresh(): Promise<void> {
    const { now, graceMs } = this.#options;
    if (now() - this.#checkedAt > REFRESH_MS) this.#ask();
    // In times of trouble nobody waits for what will hardly come.
    if (now() - this.#checkedAt > WAIT_MS && this.#troubleSince === undefined) await this.#asking;
    if (this.#troubleSince !== undefined && now() - this.#troubleSince > graceMs) throw unavailable();
  }

  #ask(): void {
    const { changesSince, now, onTrouble, timeoutMs } = this.#options;
    if (this.#asking !== undefined || now() - this.#askedAt < REFRESH_MS) return;
    const askedAt = now();
    this.#askedAt = askedAt;
    this.#asking = within(timeoutMs, changesSince(this.#last))
      .then((changes) => {
        this.#apply(changes);
        this.#checkedAt = askedAt;
        this.#troubleSince = undefined;
      })
      .catch((error: unknown) => {
        this.#troubleSince ??= now();
        onTrouble(error);
      })
      .finally(() => {
        this.#asking = undefined;
      });
  }

  #apply({ last, entities }: Changes): void {
    this.#last = last;
    if (entities !== undefined) {
      for (const entity of entities) this.forget(entity);
      return;
    }
    this.#known.clear();
    this.#unknown.clear();
    for (const loading of this.#loading.values()) loading.stale = true;
  }

  #entry(entity: Entity, load: () => Promise<Entry>): Entry | Promise<Entry> {
    const known = this.#known.get(entity);
    if (known !== undefined) return known;
    if (this.#unknown.get(entity)) return undefined;
    if (this.#troubleSince !== undefined) throw unavailable();
    const loading = this.#loading.get(entity);
    return loading === undefined || loading.stale ? this.#load(entity, load) : loading.promise;
  }

  #load(entity: Entity, load: () => Promise<Entry>): Promise<Entry> {
    const promise = within(this.#options.timeoutMs, load()).then(
      (entry) => {
        this.#loaded(entity, loading, entry);
        return entry;
      },
      (error: unknown) => {
        this.#loaded(entity, loading);
        this.#options.onTrouble(error);
        throw unavailable(error);
      },
    );
    const loading: Loading = { promise, stale: false };
    this.#loading.set(entity, loading);
    return promise;
  }

  /** @param entry Left out when it could not be read. */
  #loaded(entity: Entity, loading: Loading, ...entry: [Entry?]): void {
    if (this.#loading.get(entity) === loading) this.#loading.delete(entity);
    if (loading.stale || entry.length === 0) return;
    if (entry[0] === undefined) this.#unknown.set(entity, true);
    else this.#known.set(entity, entry[0]);
  }
}

function unavailable(cause?: unknown) {
  return storeUnavailable('The key cannot be looked up at the moment.', cause);
}
