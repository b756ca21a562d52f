import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const WINDOW_BYTES = 1 << 20;

/** A complaint about a model file; its message names the file. */
export function modelFileError(file: string, reason: string, cause?: unknown): Error {
  return new Error(`${file} cannot be used as a model: ${reason}`, { cause });
}

/** Reads a file front to back through a window of one mebibyte. Every read is checked against the end of the file. */
export class FileReader {
  readonly file: string;
  readonly size: number;
  readonly #descriptor: number;
  readonly #buffer = Buffer.allocUnsafe(WINDOW_BYTES);
  #start = 0;
  #filled = 0;
  #position = 0;

  constructor(file: string) {
    this.file = file;
    this.#descriptor = open(file);
    const stat = fstatSync(this.#descriptor);
    this.size = stat.size;
    if (!stat.isFile()) {
      this.close();
      throw modelFileError(file, stat.isDirectory() ? 'it is a directory.' : 'it is not a regular file.');
    }
  }

  get position(): number {
    return this.#position;
  }

  get remaining(): number {
    return this.size - this.#position;
  }

  /** A view of the next bytes, valid until the next read; at most one mebibyte. */
  take(length: number, what: string): Buffer {
    this.#expect(length, what);
    if (this.#position < this.#start || this.#position + length > this.#start + this.#filled) this.#fill();
    const offset = this.#position - this.#start;
    this.#position += length;
    return this.#buffer.subarray(offset, offset + length);
  }

  skip(length: number, what: string): void {
    this.#expect(length, what);
    this.#position += length;
  }

  uint32(what: string): number {
    return this.take(4, what).readUInt32LE();
  }

  /** A 64-bit count or offset; larger ones than 2^53 cannot be true of any file. */
  uint64(what: string): number {
    const value = this.take(8, what).readBigUInt64LE();
    if (value > BigInt(Number.MAX_SAFE_INTEGER))
      throw modelFileError(this.file, `${what} is absurd (${value}).`);
    return Number(value);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #expect(length: number, what: string): void {
    if (length > this.remaining) {
      throw modelFileError(
        this.file,
        `it is truncated: ${what} needs ${length} bytes at offset ${this.#position}, but the file ends at ${this.size}.`,
      );
    }
  }

  #fill(): void {
    this.#start = this.#position;
    this.#filled = 0;
    while (this.#filled < WINDOW_BYTES) {
      const count = readSync(
        this.#descriptor,
        this.#buffer,
        this.#filled,
        WINDOW_BYTES - this.#filled,
        this.#start + this.#filled,
      );
      if (count === 0) break;
      this.#filled += count;
    }
  }
}

function open(file: string): number {
  try {
    return openSync(file, 'r');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') throw modelFileError(file, 'there is no such file.', error);
    if (code === 'EACCES') throw modelFileError(file, 'permission to read it is missing.', error);
    throw modelFileError(file, `it cannot be opened (${String(code)}).`, error);
  }
}
