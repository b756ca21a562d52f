import { randomUUID } from 'node:crypto';
import { constants, copyFile, link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { failure, systemErrorCode } from '../failure.ts';

const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly nonce: string;
}

/**
 * Keeps other processes off `path` until the returned function is called. A lock whose process on this machine is
 * gone is taken over; one of another machine (a shared folder) cannot be judged and is left alone.
 */
export async function lock(path: string, what: string): Promise<() => Promise<void>> {
  await mkdir(dirname(path), { recursive: true });
  const own: Owner = { pid: process.pid, host: hostname(), nonce: randomUUID() };
  const text = JSON.stringify(own);
  const draft = `${path}.${own.nonce}`;
  await writeFile(draft, text);
  try {
    // Linking a finished file, not creating an empty one: whoever sees the lock sees its owner.
    while (!(await tryLink(draft, path))) {
      const held = await readLock(path);
      if (held === undefined) continue;
      if (!isStale(held)) throw busy(path, what, held);
      await removeStale(path, held);
    }
  } finally {
    await rm(draft, { force: true });
  }
  return async () => {
    if ((await readLock(path)) === text) await rm(path, { force: true });
  };
}

function busy(path: string, what: string, held: string): Error {
  const owner = parseOwner(held);
  const who = owner ? `process ${owner.pid} on ${owner.host}` : 'another process';
  return failure(`${what} is being downloaded by ${who}. If that is not so, remove ${path}.`);
}

/** Two processes may find the same stale lock: the one that moved a fresh lock away puts it back. */
async function removeStale(path: string, stale: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return;
    throw error;
  }
  if ((await readLock(aside)) !== stale) await tryLink(aside, path);
  await rm(aside, { force: true });
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to).catch((error: unknown) => {
      // Some file systems have no hard links.
      if (!NO_LINKS.includes(systemErrorCode(error) ?? '')) throw error;
      return copyFile(from, to, constants.COPYFILE_EXCL);
    });
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function readLock(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function isStale(held: string): boolean {
  const owner = parseOwner(held);
  if (!owner || owner.host !== hostname()) return false;
  try {
    process.kill(owner.pid, 0);
    return false;
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return systemErrorCode(error) === 'ESRCH';
  }
}

function parseOwner(text: string): { pid: number; host: string } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!(value instanceof Object && 'pid' in value && 'host' in value)) return undefined;
    return typeof value.pid === 'number' && typeof value.host === 'string'
      ? { pid: value.pid, host: value.host }
      : undefined;
  } catch {
    return undefined; // not written by us: an owner that we cannot judge
  }
}
