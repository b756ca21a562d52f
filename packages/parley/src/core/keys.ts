import type { Limits } from './ledger.ts';

/** Undefined where everything is allowed. */
export interface KeyScope {
  /** Names of models of our API; one that ends in `*` stands for all that begin so. */
  readonly models: readonly string[] | undefined;
  /** Web origins, as `https://app.example`: requests must name one of them in their `origin` header. */
  readonly origins: readonly string[] | undefined;
  /** Unix time in milliseconds; from then on the key is refused. */
  readonly expiresAt: number | undefined;
}

/** A key that we issued. The secret is not part of it: it was shown once, and only its hash is kept. */
export interface VirtualKey extends KeyScope {
  /** Also the visible part of the secret, `pk_<id>_...`. */
  readonly id: string;
  readonly name: string;
  readonly userId: string | undefined;
  readonly teamId: string | undefined;
  readonly limits: Limits;
  readonly metadata: Readonly<Record<string, string>>;
  /** Unix time in milliseconds, as all times here. */
  readonly createdAt: number;
  readonly revokedAt: number | undefined;
  /** Until when the secret before the last rotation is accepted. */
  readonly previousUntil: number | undefined;
}

/** What is left out is not limited, not owned, or empty. */
export interface NewKey extends Partial<KeyScope> {
  readonly name: string;
  readonly userId?: string | undefined;
  readonly teamId?: string | undefined;
  readonly limits?: Partial<Limits> | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** What is left out stays; a value of undefined takes a limit or a scope away. `limits` is replaced as a whole. */
export type KeyChanges = Partial<NewKey>;

/** The only time that the secret is seen. */
export interface IssuedKey {
  readonly key: VirtualKey;
  readonly secret: string;
}

export interface KeyQuery {
  readonly userId?: string | undefined;
  readonly teamId?: string | undefined;
  /** Id of the last key of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
}

export interface KeyPage {
  /** Newest first; revoked ones too. */
  readonly keys: readonly VirtualKey[];
  readonly more: boolean;
}

export type OwnerKind = 'user' | 'team';

/** A user or a team: its limits hold over all of its keys together. */
export interface Owner {
  readonly kind: OwnerKind;
  readonly id: string;
  readonly name: string;
  readonly limits: Limits;
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: number;
}

export interface NewOwner {
  readonly kind: OwnerKind;
  readonly id: string;
  readonly name?: string | undefined;
  readonly limits?: Partial<Limits> | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/**
 * Keys and who they belong to. Every method rejects with ApiError: 400 for what cannot be accepted, 503
 * (`store_unavailable`) when the database cannot be asked.
 */
export interface KeyStore {
  create(key: NewKey): Promise<IssuedKey>;
  get(id: string): Promise<VirtualKey | undefined>;
  list(query: KeyQuery): Promise<KeyPage>;
  update(id: string, changes: KeyChanges): Promise<VirtualKey | undefined>;
  /** A new secret for the same key. The one before is accepted for `overlapSeconds` more, those before it no longer. */
  rotate(id: string, overlapSeconds: number): Promise<IssuedKey | undefined>;
  /** For ever. Every process refuses the key within a second. */
  revoke(id: string): Promise<VirtualKey | undefined>;
  /**
   * The key of a secret, unless it is revoked or there is none: undefined is a 401. Whether it has expired and what it
   * may do is for `checkKey` of core/key-scope.ts. While the database is in trouble, keys seen before are found for the
   * time of grace; all others are a 503, never a 401.
   */
  find(secret: string): Promise<VirtualKey | undefined>;
  /** Creates or replaces. */
  putOwner(owner: NewOwner): Promise<Owner>;
  getOwner(kind: OwnerKind, id: string): Promise<Owner | undefined>;
  /** By id; `after` is the last one of the page before. */
  listOwners(
    kind: OwnerKind,
    page: { readonly after?: string | undefined; readonly limit: number },
  ): Promise<{ readonly owners: readonly Owner[]; readonly more: boolean }>;
  /** Its keys stay, without its limits. Whether there was one. */
  removeOwner(kind: OwnerKind, id: string): Promise<boolean>;
}
