import { crc32 } from 'node:zlib';
import type { Charged, LedgerRow } from '../../core/ledger.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** A call that was let through and is not settled yet. */
export interface Begun extends Charged {
  readonly rowId: string;
  readonly id: string;
  readonly model: string;
  /** Unix time in milliseconds. */
  readonly startedAt: number;
}

/** Each line of a journal is one of these. */
export type Entry =
  /** The first of each file. */
  | { readonly kind: 'process'; readonly version: 1; readonly identity: ProcessIdentity }
  | { readonly kind: 'begun'; readonly begun: Begun }
  | { readonly kind: 'row'; readonly rowId: string; readonly row: LedgerRow };

/** `<CRC-32 of the rest, eight hexadecimal digits> <JSON>` and a line feed. */
export function encodeLine(entry: Entry): string {
  // Money as text: JSON has no whole numbers of that size.
  const text = JSON.stringify(entry, (_, value) => (typeof value === 'bigint' ? String(value) : value));
  return `${checksum(text)} ${text}\n`;
}

/** Undefined for what is torn or damaged. */
export function decodeLine(line: string): Entry | undefined {
  const text = line.slice(9);
  if (line[8] !== ' ' || line.slice(0, 8) !== checksum(text)) return undefined;
  // The checksum says that it is what `encodeLine` wrote, in this version or an earlier one.
  const entry = JSON.parse(text) as Entry;
  if (entry.kind !== 'row') return entry;
  const { row, rowId, kind } = entry;
  return { kind, rowId, row: { ...row, cost: BigInt(row.cost) } };
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}
