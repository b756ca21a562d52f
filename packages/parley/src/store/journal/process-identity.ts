import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { pid } from 'node:process';

/**
 * Tells one process from all others that ever ran. `boot` and `namespace` say among which processes `pid` is one: those
 * of one boot of one machine, or of one container. `started` tells it from a later process of the same pid; it is empty
 * where the system does not say.
 */
export interface ProcessIdentity {
  readonly boot: string;
  readonly namespace: string;
  readonly pid: number;
  readonly started: string;
}

/** Short, unique, without a meaning of its own. */
export function newProcessId(): string {
  return randomBytes(9).toString('base64url').replaceAll('-', 'x').replaceAll('_', 'y');
}

export function ownIdentity(): ProcessIdentity {
  return {
    // proc(5). Elsewhere the name of the machine has to do: leases find what it cannot tell.
    boot: read('/proc/sys/kernel/random/boot_id') ?? `host ${hostname()}`,
    namespace: link('/proc/self/ns/pid') ?? '',
    pid,
    started: startOf(pid) ?? '',
  };
}

/**
 * Whether the process runs: undefined when that cannot be known from here, because it is or was of another machine, or
 * of another container.
 */
export function isRunning(
  identity: ProcessIdentity,
  from: ProcessIdentity = ownIdentity(),
): boolean | undefined {
  if (identity.boot !== from.boot || identity.namespace !== from.namespace) return undefined;
  if (identity.started !== '') return startOf(identity.pid) === identity.started;
  try {
    // Signal 0 asks whether there is one.
    process.kill(identity.pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Field 22 of /proc/<pid>/stat: ticks since boot. A zombie has ended all the same. */
function startOf(process: number): string | undefined {
  const stat = read(`/proc/${process}/stat`);
  // The second field is a name in parentheses that may hold anything.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields?.[0] === 'Z' ? undefined : fields?.[19];
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    // Not Linux, or no such process.
    return undefined;
  }
}

function link(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
