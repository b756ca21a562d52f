/** Where answers are kept, by the hash of their request. Failures reject; the calls go on without the cache then. */
export interface CacheStore {
  /** Undefined where there is none, or none that is still to be used. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** For so many seconds at most; it may go earlier, for others. */
  set(key: string, answer: Uint8Array, seconds: number): Promise<void>;
}
