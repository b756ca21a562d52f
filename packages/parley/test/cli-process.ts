import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
const URL_LINE = /listens on (http:\/\/\S+)\/v1\n/;

/** The command line as a process of its own, run from its sources. */
export class CliProcess {
  readonly #child: ChildProcess;
  readonly #listeners = new Set<() => void>();
  stdout = '';
  stderr = '';
  /** The exit status, or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals | null>;

  constructor(
    args: readonly string[],
    options: { readonly input?: string; readonly environment?: object } = {},
  ) {
    const child = spawn(process.execPath, ['--conditions=source', MAIN, ...args], {
      cwd: import.meta.dirname,
      env: { ...process.env, PARLEY_API_KEY: '', HF_ENDPOINT: 'http://127.0.0.1:9', ...options.environment },
    });
    this.#child = child;
    child.stdout.on('data', (data) => this.#append('stdout', data));
    child.stderr.on('data', (data) => this.#append('stderr', data));
    child.stdin.end(options.input ?? '');
    this.exited = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve(code ?? signal));
    });
  }

  /** The server's address, without a path, when it is ready. Rejects with its last words when it ends before. */
  async url(): Promise<string> {
    await this.until(() => URL_LINE.test(this.stdout));
    return URL_LINE.exec(this.stdout)?.[1] ?? '';
  }

  /** Waits until what was printed meets the condition. */
  async until(condition: () => boolean): Promise<void> {
    const met = new Promise<void>((resolve) => {
      const check = () => {
        if (!condition()) return;
        this.#listeners.delete(check);
        resolve();
      };
      this.#listeners.add(check);
      check();
    });
    const ended = this.exited.then((status) => {
      if (!condition()) throw new Error(`ended with ${status}:\n${this.stdout}\n${this.stderr}`);
    });
    await Promise.race([met, ended]);
  }

  /** Processes that it has started itself. Linux only. */
  children(): number[] {
    const { pid } = this.#child;
    const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return list.split(' ').filter(Boolean).map(Number);
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exited;
  }

  #append(stream: 'stdout' | 'stderr', data: Buffer): void {
    this[stream] += data.toString();
    for (const check of [...this.#listeners]) check();
  }
}
