import type { Clock } from '../clock.ts';
import type { CacheStore } from './cache-store.ts';

export interface MemoryCacheOptions {
  readonly clock: Clock;
  readonly maximumEntries: number;
  /** Of the answers and their keys together. */
  readonly maximumBytes: number;
}

interface Entry {
  readonly answer: Uint8Array;
  readonly expiresAt: number;
}

/** In the memory of this process. Full, it gives up what was not asked for longest; what is too old goes when it is met. */
export class MemoryCache implements CacheStore {
  readonly #options: MemoryCacheOptions;
  /** In the order of use, the oldest first. */
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(options: MemoryCacheOptions) {
    this.#options = options;
  }

  get entries(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#delete(key, entry);
    if (entry.expiresAt <= this.#options.clock.now()) return undefined;
    this.#insert(key, entry);
    return entry.answer;
  }

  async set(key: string, answer: Uint8Array, seconds: number): Promise<void> {
    const { clock, maximumBytes, maximumEntries } = this.#options;
    const known = this.#entries.get(key);
    if (known !== undefined) this.#delete(key, known);
    if (sizeOf(key, answer) > maximumBytes || maximumEntries < 1) return;
    this.#insert(key, { answer, expiresAt: clock.now() + seconds * 1000 });
    for (const [oldest, entry] of this.#entries) {
      if (this.#bytes <= maximumBytes && this.#entries.size <= maximumEntries) return;
      this.#delete(oldest, entry);
    }
  }

  #insert(key: string, entry: Entry): void {
    this.#entries.set(key, entry);
    this.#bytes += sizeOf(key, entry.answer);
  }

  #delete(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#bytes -= sizeOf(key, entry.answer);
  }
}

function sizeOf(key: string, answer: Uint8Array): number {
  return key.length + answer.byteLength;
}
