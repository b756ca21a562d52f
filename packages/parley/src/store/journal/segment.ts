import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** One file of a journal, as its writer sees it. */
export class Segment {
  readonly path: string;
  /** Ids of rows in it that are not in the database yet. */
  readonly unrecorded = new Set<string>();
  #bytes = 0;
  readonly #handle: FileHandle;

  private constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  /** Fails when there is such a file. */
  static async create(path: string, firstLines: string): Promise<Segment> {
    const { O_APPEND, O_CREAT, O_EXCL, O_WRONLY } = constants;
    const segment = new Segment(path, await open(path, O_APPEND | O_CREAT | O_EXCL | O_WRONLY, 0o600));
    try {
      await segment.write(firstLines, true);
      await syncFolder(dirname(path));
      return segment;
    } catch (error) {
      await segment.close();
      throw error;
    }
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** @param durable Wait until the disk has it. */
  async write(lines: string, durable: boolean): Promise<void> {
    const bytes = Buffer.from(lines);
    this.#bytes += bytes.length;
    for (let at = 0; at < bytes.length; ) {
      at += (await this.#handle.write(bytes, at)).bytesWritten;
    }
    if (durable) await this.#handle.datasync();
  }

  /** Tells those who look at the file that its writer lives. Whether it is still there. */
  async touch(seconds: number): Promise<boolean> {
    await this.#handle.utimes(seconds, seconds);
    return (await this.#handle.stat()).nlink > 0;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/** A file survives a loss of power when its folder does. Windows opens no folders, and does not need it. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
