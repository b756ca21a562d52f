import type { FileReader } from './reader.ts';
import { modelFileError } from './reader.ts';
import { SCALAR_BYTES, TYPE_ARRAY, TYPE_STRING } from './types.ts';

const MAX_KEYS = 1 << 16;
const MAX_KEY_BYTES = 1 << 16;
/** Chat templates are the longest strings that are kept; the longest known is under 64 KiB. */
const MAX_STRING_BYTES = 1 << 20;
const MAX_ARRAY_ENTRIES = 1 << 26;
/** Longer arrays (vocabularies) are walked and counted, not kept. */
const MAX_KEPT_ENTRIES = 1024;

const MIN_KEY_BYTES = 8 + 1 + 4 + 1;
const BOOL = 7;

/** Of a long array only the length is known. */
export interface SkippedArray {
  readonly entries: number;
}

export type MetadataValue = string | number | bigint | boolean | readonly MetadataValue[] | SkippedArray;

/** Reads `count` key-value pairs. */
export function readMetadata(reader: FileReader, count: number): Map<string, MetadataValue> {
  if (count > MAX_KEYS || count * MIN_KEY_BYTES > reader.remaining) {
    throw modelFileError(reader.file, `it claims ${count} metadata keys in ${reader.size} bytes.`);
  }
  const metadata = new Map<string, MetadataValue>();
  for (let i = 0; i < count; i++) {
    const key = readString(reader, `metadata key ${i}`, MAX_KEY_BYTES);
    if (metadata.has(key)) {
      throw modelFileError(reader.file, `metadata key '${key.slice(0, 100)}' occurs twice.`);
    }
    const what = `metadata '${key.slice(0, 100)}'`;
    metadata.set(key, readValue(reader, reader.uint32(what), what));
  }
  return metadata;
}

export function readString(reader: FileReader, what: string, limit: number): string {
  const length = reader.uint64(`length of ${what}`);
  if (length > limit && length <= reader.remaining) {
    throw modelFileError(reader.file, `${what} has ${length} bytes, at most ${limit} are accepted.`);
  }
  return reader.take(length, what).toString('utf8');
}

function readValue(reader: FileReader, type: number, what: string): MetadataValue {
  if (type === TYPE_STRING) return readString(reader, what, MAX_STRING_BYTES);
  if (type === TYPE_ARRAY) return readArray(reader, what);
  return readScalar(reader, type, what);
}

function readScalar(reader: FileReader, type: number, what: string): number | bigint | boolean {
  const bytes = SCALAR_BYTES[type];
  if (bytes === undefined) throw modelFileError(reader.file, `${what} has the unknown type ${type}.`);
  const view = reader.take(bytes, what);
  switch (type) {
    case 1:
      return view.readInt8();
    case 3:
      return view.readInt16LE();
    case 5:
      return view.readInt32LE();
    case 6:
      return view.readFloatLE();
    case BOOL:
      return view.readUInt8() !== 0;
    case 10:
      return view.readBigUInt64LE();
    case 11:
      return view.readBigInt64LE();
    case 12:
      return view.readDoubleLE();
    default:
      return view.readUIntLE(0, bytes);
  }
}

function readArray(reader: FileReader, what: string): MetadataValue {
  const type = reader.uint32(what);
  const entries = reader.uint64(`length of ${what}`);
  if (type === TYPE_ARRAY) throw modelFileError(reader.file, `${what} is an array of arrays.`);
  const minimum = type === TYPE_STRING ? 8 : SCALAR_BYTES[type];
  if (minimum === undefined)
    throw modelFileError(reader.file, `${what} has entries of unknown type ${type}.`);
  if (entries > MAX_ARRAY_ENTRIES || entries * minimum > reader.remaining) {
    throw modelFileError(
      reader.file,
      `it is truncated or corrupt: ${what} claims ${entries} entries, but ${reader.remaining} bytes follow.`,
    );
  }
  if (entries <= MAX_KEPT_ENTRIES) {
    return Array.from({ length: entries }, () => readValue(reader, type, what));
  }
  if (type !== TYPE_STRING) reader.skip(entries * minimum, what);
  else for (let i = 0; i < entries; i++) reader.skip(reader.uint64(what), what);
  return { entries };
}
