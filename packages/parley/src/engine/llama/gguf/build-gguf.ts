/** Test support: GGUF files from data. */

export type Entry = readonly [key: string, type: number, value: Buffer];

export interface TensorEntry {
  readonly name: string;
  readonly dimensions: readonly (number | bigint)[];
  readonly type: number;
  readonly offset: number;
}

export function uint32(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32LE(value);
  return out;
}

export function uint64(value: number | bigint): Buffer {
  const out = Buffer.alloc(8);
  out.writeBigUInt64LE(BigInt(value));
  return out;
}

export function string(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint64(bytes.length), bytes]);
}

export function textEntry(key: string, value: string): Entry {
  return [key, 8, string(value)];
}

export interface GgufParts {
  readonly magic?: string;
  readonly version?: number;
  readonly entries?: readonly Entry[];
  readonly entryCount?: number | bigint;
  readonly tensors?: readonly TensorEntry[];
  readonly tensorCount?: number | bigint;
  /** Bytes after the directory, which is padded to 32. */
  readonly data?: number;
}

export function buildGguf(parts: GgufParts): Buffer {
  const entries = parts.entries ?? [textEntry('general.architecture', 'llama')];
  const tensors = parts.tensors ?? [];
  const head = Buffer.concat([
    Buffer.from(parts.magic ?? 'GGUF'),
    uint32(parts.version ?? 3),
    uint64(parts.tensorCount ?? tensors.length),
    uint64(parts.entryCount ?? entries.length),
    ...entries.flatMap(([key, type, value]) => [string(key), uint32(type), value]),
    ...tensors.flatMap(({ name, dimensions, type, offset }) => [
      string(name),
      uint32(dimensions.length),
      ...dimensions.map(uint64),
      uint32(type),
      uint64(offset),
    ]),
  ]);
  const padding = Buffer.alloc((32 - (head.length % 32)) % 32);
  return Buffer.concat([head, padding, Buffer.alloc(parts.data ?? 0)]);
}
