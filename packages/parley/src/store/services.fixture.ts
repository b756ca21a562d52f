import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

/** A server that the tests of one file share, and that ends with them. */
export interface Service {
  /** An address of its own for each test: an empty database. */
  fresh(): Promise<string>;
}

/** Why a service is not there: shown where its tests are skipped. */
export type Unavailable = { readonly skip: string };

const READY_MS = 20_000;

function find(program: string, folders: readonly string[]): string | undefined {
  const all = [...(process.env.PATH ?? '').split(':'), ...folders];
  return all.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

function debianFolders(): string[] {
  const root = '/usr/lib/postgresql';
  return existsSync(root) ? readdirSync(root).map((version) => join(root, version, 'bin')) : [];
}

/** PostgreSQL refuses to run as root. */
function unprivileged(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

export async function startPostgres(): Promise<Service | Unavailable> {
  const initdb = find('initdb', debianFolders());
  const postgres = find('postgres', debianFolders());
  const psql = find('psql', debianFolders());
  if (!initdb || !postgres || !psql) return { skip: 'PostgreSQL is not installed (Debian: postgresql)' };
  const user = unprivileged();
  const folder = mkdtempSync(join(tmpdir(), 'parley-postgres-'));
  chmodSync(folder, 0o755);
  if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  execFileSync(initdb, ['-D', data, '-U', 'parley', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'], {
    ...user,
    cwd: folder,
    stdio: 'ignore',
  });
  const port = await freePort();
  // Nothing here has to survive a loss of power.
  const settings = [
    'fsync=off',
    'listen_addresses=127.0.0.1',
    'max_connections=200',
    'log_min_messages=panic',
  ];
  const args = ['-D', data, '-p', String(port), '-k', folder, ...settings.flatMap((one) => ['-c', one])];
  const server = spawn(postgres, args, { ...user, cwd: folder, stdio: 'ignore' });
  const run = (text: string) =>
    execFileSync(
      psql,
      ['-h', '127.0.0.1', '-p', String(port), '-U', 'parley', '-d', 'postgres', '-qc', text],
      {
        stdio: ['ignore', 'ignore', 'ignore'],
      },
    );
  stopAfterwards(server, folder, 'SIGINT');
  await ready(() => run('SELECT 1'));
  return {
    async fresh() {
      const name = `test_${randomUUID().replaceAll('-', '')}`;
      run(`CREATE DATABASE ${name}`);
      return `postgres://parley@127.0.0.1:${port}/${name}`;
    },
  };
}

export async function startRedis(): Promise<Service | Unavailable> {
  const program =
    find('redis-server', ['/usr/sbin', '/usr/local/sbin']) ?? find('valkey-server', ['/usr/sbin']);
  if (!program) return { skip: 'neither Redis nor Valkey is installed (Debian: redis-server)' };
  const folder = mkdtempSync(join(tmpdir(), 'parley-redis-'));
  const port = await freePort();
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder];
  const server = spawn(program, [...settings, '--databases', '1000'], { stdio: 'ignore' });
  stopAfterwards(server, folder, 'SIGKILL');
  let count = 0;
  await ready(() => accepts(port));
  return {
    fresh: async () => `redis://127.0.0.1:${port}/${count++}`,
  };
}

function stopAfterwards(server: ChildProcess, folder: string, signal: NodeJS.Signals): void {
  after(async () => {
    const exited = new Promise((resolve) => server.once('exit', resolve));
    server.kill(signal);
    if (server.exitCode === null && server.signalCode === null) await exited;
    rmSync(folder, { recursive: true, force: true });
  });
}

async function ready(attempt: () => unknown): Promise<void> {
  const end = performance.now() + READY_MS;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function accepts(port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve();
    });
    socket.on('error', reject);
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') return reject(new Error('no port'));
      server.close(() => resolve(address.port));
    });
  });
}
