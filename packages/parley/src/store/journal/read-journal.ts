import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeLine, type Entry } from './line.ts';

export const SUFFIX = '.journal';

/** One file of a journal. */
export interface SegmentFile {
  readonly path: string;
  /** Which process's. */
  readonly journal: string;
  /** Its place among those of the process. */
  readonly number: number;
}

export interface SegmentContent {
  readonly entries: readonly Entry[];
  /** Lines that are torn or damaged: at most the last one where a process was killed. */
  readonly damaged: number;
}

export function segmentName(journal: string, number: number): string {
  return `${journal}.${String(number).padStart(6, '0')}${SUFFIX}`;
}

/** All files of all journals of the folder, those of a process in their order. */
export async function listSegments(folder: string): Promise<SegmentFile[]> {
  const files = (await readdir(folder)).flatMap((name) => {
    const [, journal, number] = /^(\w+)\.(\d+)\.journal$/.exec(name) ?? [];
    if (journal === undefined || number === undefined) return [];
    return { path: join(folder, name), journal, number: Number(number) };
  });
  return files.sort((a, b) =>
    a.journal === b.journal ? a.number - b.number : a.journal < b.journal ? -1 : 1,
  );
}

/** Undefined when it is gone: somebody else has done with it. */
export async function readSegment(path: string): Promise<SegmentContent | undefined> {
  const text = await unlessGone(readFile(path, 'utf8'));
  if (text === undefined) return undefined;
  const lines = text.split('\n');
  // What is behind the last line feed is empty, or torn.
  const torn = lines.pop() === '' ? 0 : 1;
  const entries = lines.map(decodeLine);
  const whole = entries.filter((entry) => entry !== undefined);
  return { entries: whole, damaged: torn + entries.length - whole.length };
}

/** When it was last written or touched: Unix time in milliseconds; undefined when it is gone. */
export async function touchedAt(path: string): Promise<number | undefined> {
  return (await unlessGone(stat(path)))?.mtimeMs;
}

async function unlessGone<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
