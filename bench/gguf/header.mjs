import { ALIGNMENT } from './metadata.mjs';
import { bytesOf, TYPES } from './tensors.mjs';

export const pad = (size) => Math.ceil(size / ALIGNMENT) * ALIGNMENT;

/** Collects little-endian fields. */
class FieldWriter {
  #parts = [];

  u32(value) {
    const buffer = Buffer.alloc(4);
    buffer.writeUInt32LE(value);
    this.#parts.push(buffer);
  }

  i32(value) {
    const buffer = Buffer.alloc(4);
    buffer.writeInt32LE(value);
    this.#parts.push(buffer);
  }

  u64(value) {
    const buffer = Buffer.alloc(8);
    buffer.writeBigUInt64LE(BigInt(value));
    this.#parts.push(buffer);
  }

  f32(value) {
    const buffer = Buffer.alloc(4);
    buffer.writeFloatLE(value);
    this.#parts.push(buffer);
  }

  bool(value) {
    this.#parts.push(Buffer.from([value ? 1 : 0]));
  }

  string(value) {
    const buffer = Buffer.from(value);
    this.u64(buffer.length);
    this.#parts.push(buffer);
  }

  bytes() {
    return Buffer.concat(this.#parts);
  }
}

/** GGUF's numbers of the kinds of metadata. */
const KINDS = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 };

/** Everything before the data, padded to the alignment. */
export function encodeHeader(entries, tensors) {
  const out = new FieldWriter();
  out.u32(0x46554747); // "GGUF"
  out.u32(3);
  out.u64(tensors.length);
  out.u64(entries.length);
  for (const entry of entries) writeEntry(out, entry);
  let offset = 0;
  for (const tensor of tensors) {
    out.string(tensor.name);
    out.u32(tensor.extents.length);
    for (const extent of tensor.extents) out.u64(extent);
    out.u32(TYPES[tensor.type].id);
    out.u64(offset);
    offset += pad(bytesOf(tensor));
  }
  const bytes = out.bytes();
  return Buffer.concat([bytes, Buffer.alloc(pad(bytes.length) - bytes.length)]);
}

function writeEntry(out, [key, kind, value, items]) {
  out.string(key);
  out.u32(KINDS[kind]);
  if (kind !== 'array') {
    out[kind](value);
    return;
  }
  out.u32(KINDS[value]);
  out.u64(items.length);
  for (const item of items) out[value](item);
}
