import { internalError, invalidRequest } from '@parley/protocol/errors';
import type {
  IssuedKey,
  KeyChanges,
  KeyPage,
  KeyQuery,
  KeyStore,
  NewKey,
  NewOwner,
  Owner,
  OwnerKind,
  VirtualKey,
} from '../../core/keys.ts';
import { asked } from '../sql/failure.ts';
import type { Tables } from '../sql/tables.ts';
import { checkLimits, checkMetadata, checkOptionalText, checkScope, checkText } from './check-input.ts';
import type { Directory } from './directory.ts';
import type { StoredKey } from './key-table.ts';
import { hashSecret, keyIdOf, newKeyId, newSecret, sameHash } from './secret.ts';

const MAX_PAGE = 1_000;
const MAX_OVERLAP_SECONDS = 30 * 24 * 3600;
/** How often a change is made again when others change the same key at the same time. */
const TRIES = 10;

export interface KeyStoreOptions {
  readonly keys: Tables['keys'];
  readonly owners: Tables['owners'];
  readonly directory: Directory;
  readonly now: () => number;
}

export class StoreKeys implements KeyStore {
  readonly #options: KeyStoreOptions;

  constructor(options: KeyStoreOptions) {
    this.#options = options;
  }

  async create(given: NewKey): Promise<IssuedKey> {
    const id = newKeyId();
    const secret = newSecret(id);
    const key: VirtualKey = {
      id,
      ...checkedKey(given),
      createdAt: this.#options.now(),
      revokedAt: undefined,
      previousUntil: undefined,
    };
    await this.#put({ key, secretHash: hashSecret(secret), previousHash: undefined }, undefined);
    return { key, secret };
  }

  async get(id: string): Promise<VirtualKey | undefined> {
    return (await this.#read(id))?.key;
  }

  async list(query: KeyQuery): Promise<KeyPage> {
    checkPage(query.limit);
    if (query.after !== undefined && (await this.#read(query.after)) === undefined) {
      throw invalidRequest('after', `There is no key '${query.after.slice(0, 50)}'.`);
    }
    return asked('The keys cannot be listed.', () => this.#options.keys.list(query));
  }

  async update(id: string, changes: KeyChanges): Promise<VirtualKey | undefined> {
    const changed = await this.#change(id, (stored) => ({
      ...stored,
      key: { ...stored.key, ...checkedKey({ ...stored.key, ...changes }) },
    }));
    return changed?.key;
  }

  async rotate(id: string, overlapSeconds: number): Promise<IssuedKey | undefined> {
    if (!Number.isInteger(overlapSeconds) || overlapSeconds < 0 || overlapSeconds > MAX_OVERLAP_SECONDS) {
      throw invalidRequest(
        'overlapSeconds',
        `overlapSeconds must be a whole number from 0 to ${MAX_OVERLAP_SECONDS}.`,
        'out_of_range',
      );
    }
    const secret = newSecret(id);
    const changed = await this.#change(id, ({ key, secretHash }) => {
      if (key.revokedAt !== undefined) throw invalidRequest('id', 'A revoked key cannot be rotated.');
      return {
        key: { ...key, previousUntil: this.#options.now() + overlapSeconds * 1000 },
        secretHash: hashSecret(secret),
        previousHash: secretHash,
      };
    });
    return changed && { key: changed.key, secret };
  }

  async revoke(id: string): Promise<VirtualKey | undefined> {
    const revokedAt = this.#options.now();
    const changed = await this.#change(id, (stored) => ({
      ...stored,
      key: { ...stored.key, revokedAt: stored.key.revokedAt ?? revokedAt },
    }));
    return changed?.key;
  }

  async find(secret: string): Promise<VirtualKey | undefined> {
    const id = keyIdOf(secret);
    const stored = id === undefined ? undefined : await this.#options.directory.key(id);
    if (stored === undefined || stored.key.revokedAt !== undefined) return undefined;
    const hash = hashSecret(secret);
    if (sameHash(hash, stored.secretHash)) return stored.key;
    const { previousHash, key } = stored;
    const overlaps = key.previousUntil !== undefined && this.#options.now() < key.previousUntil;
    return overlaps && previousHash !== undefined && sameHash(hash, previousHash) ? key : undefined;
  }

  async putOwner({ kind, id, name = id, limits, metadata }: NewOwner): Promise<Owner> {
    const owner: Owner = {
      kind: checkKind(kind),
      id: checkText('id', id),
      name: checkText('name', name),
      limits: checkLimits(limits),
      metadata: checkMetadata(metadata),
      createdAt: this.#options.now(),
    };
    const kept = await asked(`The ${kind} cannot be kept.`, () => this.#options.owners.put(owner));
    this.#options.directory.forget(`${kind}:${id}`);
    return kept;
  }

  getOwner(kind: OwnerKind, id: string): Promise<Owner | undefined> {
    return asked(`The ${kind} cannot be read.`, () => this.#options.owners.get(checkKind(kind), id));
  }

  async listOwners(
    kind: OwnerKind,
    { after, limit }: { readonly after?: string | undefined; readonly limit: number },
  ): Promise<{ readonly owners: readonly Owner[]; readonly more: boolean }> {
    checkPage(limit);
    const owners = await asked(`The ${kind}s cannot be listed.`, () =>
      this.#options.owners.list(checkKind(kind), after ?? '', limit + 1),
    );
    return { owners: owners.slice(0, limit), more: owners.length > limit };
  }

  async removeOwner(kind: OwnerKind, id: string): Promise<boolean> {
    const removed = await asked(`The ${kind} cannot be removed.`, () =>
      this.#options.owners.remove(checkKind(kind), id),
    );
    this.#options.directory.forget(`${kind}:${id}`);
    return removed;
  }

  #read(id: string): Promise<StoredKey | undefined> {
    return asked('The key cannot be read.', () => this.#options.keys.get(id));
  }

  async #change(id: string, change: (stored: StoredKey) => StoredKey): Promise<StoredKey | undefined> {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const before = await this.#read(id);
      if (before === undefined) return undefined;
      const after = change(before);
      if (await this.#put(after, before)) return after;
    }
    throw internalError('The key is being changed by too many at a time.');
  }

  async #put(stored: StoredKey, before: StoredKey | undefined): Promise<boolean> {
    const kept = await asked('The key cannot be kept.', () => this.#options.keys.put(stored, before));
    this.#options.directory.forget(`key:${stored.key.id}`);
    return kept;
  }
}

function checkedKey(given: NewKey) {
  return {
    name: checkText('name', given.name),
    userId: checkOptionalText('userId', given.userId),
    teamId: checkOptionalText('teamId', given.teamId),
    limits: checkLimits(given.limits),
    metadata: checkMetadata(given.metadata),
    ...checkScope(given),
  };
}

function checkKind(kind: OwnerKind): OwnerKind {
  if (kind === 'user' || kind === 'team') return kind;
  throw invalidRequest('kind', 'kind must be user or team.');
}

function checkPage(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_PAGE) return;
  throw invalidRequest('limit', `limit must be a whole number from 1 to ${MAX_PAGE}.`, 'out_of_range');
}
