import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { failure, systemErrorCode } from '../failure.ts';

/**
 * A file on its way: `<name>.part` holds the bytes so far, `<name>.part.etag` the strong entity tag that they
 * belong to, so that a later run goes on where this one was cut. Hashes while it writes.
 */
export class PartFile {
  readonly #destination: string;
  readonly #handle: FileHandle;
  #hash: Hash;
  #position: number;
  #furthest: number;
  #etag: string | undefined;

  private constructor(
    destination: string,
    handle: FileHandle,
    hash: Hash,
    position: number,
    etag: string | undefined,
  ) {
    this.#destination = destination;
    this.#handle = handle;
    this.#hash = hash;
    this.#position = position;
    this.#furthest = position;
    this.#etag = etag;
  }

  /** Goes on with what is there, unless it is longer than the file can be or of unknown origin. */
  static async open(destination: string, sizeBytes: number): Promise<PartFile> {
    await mkdir(dirname(destination), { recursive: true });
    const handle = await open(`${destination}.part`, 'a+');
    try {
      const position = (await handle.stat()).size;
      const etag = await readIfPresent(`${destination}.part.etag`);
      const hash = createHash('sha256');
      if (position > 0 && position <= sizeBytes && etag !== undefined) {
        for await (const chunk of createReadStream(`${destination}.part`)) hash.update(chunk);
        return new PartFile(destination, handle, hash, position, etag);
      }
      await handle.truncate(0);
      return new PartFile(destination, handle, hash, 0, undefined);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Bytes that are there. */
  get position(): number {
    return this.#position;
  }

  /** Most bytes that ever were there: a restart is no progress until it gets further than before. */
  get furthest(): number {
    return this.#furthest;
  }

  get etag(): string | undefined {
    return this.#etag;
  }

  async setEtag(etag: string | undefined): Promise<void> {
    if (etag === this.#etag) return;
    this.#etag = etag;
    if (etag === undefined) await rm(`${this.#destination}.part.etag`, { force: true });
    else await writeFile(`${this.#destination}.part.etag`, etag);
  }

  async append(chunk: Uint8Array): Promise<void> {
    await this.#handle.appendFile(chunk);
    this.#hash.update(chunk);
    this.#position += chunk.length;
    this.#furthest = Math.max(this.#furthest, this.#position);
  }

  /** Forgets everything: the file at the other side is another one now. */
  async restart(): Promise<void> {
    await this.#handle.truncate(0);
    await this.setEtag(undefined);
    this.#hash = createHash('sha256');
    this.#position = 0;
  }

  /** Checks the content and gives it its final name in one step. What is wrong is removed, to start afresh next time. */
  async finish(sha256: string | undefined): Promise<void> {
    const found = this.#hash.digest('hex');
    if (sha256 !== undefined && found !== sha256) {
      await this.close();
      await this.#removeTraces();
      throw failure(
        `${this.#destination}: the checksum is wrong (SHA-256 ${found}, the hub says ${sha256}); the download was removed.`,
      );
    }
    await this.#handle.sync();
    await this.close();
    await rename(`${this.#destination}.part`, this.#destination);
    await rm(`${this.#destination}.part.etag`, { force: true });
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #removeTraces(): Promise<void> {
    await rm(`${this.#destination}.part`, { force: true });
    await rm(`${this.#destination}.part.etag`, { force: true });
  }
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
