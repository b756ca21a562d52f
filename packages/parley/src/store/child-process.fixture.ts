import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ChildOptions } from './child.fixture.ts';

const SCRIPT = fileURLToPath(new URL('./child.fixture.ts', import.meta.url));

/** child.fixture.ts as a process of its own. */
export class StoreProcess {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #exited: Promise<unknown>;

  /** @param cache Folder of what Node has compiled: written by a process that ends by itself, read by all. */
  constructor(options: ChildOptions, cache: string) {
    const args = [
      '--conditions=source',
      '--disable-warning=ExperimentalWarning',
      SCRIPT,
      JSON.stringify(options),
    ];
    const env = { ...process.env, NODE_COMPILE_CACHE: cache };
    this.#child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'], env });
    this.#exited = new Promise((resolve) => this.#child.once('exit', resolve));
    const { stdout } = this.#child;
    if (stdout === null) throw new Error('there is a pipe');
    const lines: Interface = createInterface({ input: stdout });
    this.#lines = lines[Symbol.asyncIterator]();
  }

  /** The next line that it says; undefined at its end. */
  async line(): Promise<string | undefined> {
    const { value, done } = await this.#lines.next();
    return done ? undefined : value;
  }

  async ready(): Promise<void> {
    const line = await this.line();
    if (line !== 'ready') throw new Error(`it says ${line}`);
  }

  async order(order: string): Promise<string> {
    this.#child.stdin?.write(`${order}\n`);
    const line = await this.line();
    if (line === undefined) throw new Error('it has ended');
    return line;
  }

  /** At any point. Gives what it had said by then. */
  async kill(): Promise<string[]> {
    this.#child.kill('SIGKILL');
    await this.#exited;
    const rest: string[] = [];
    for (let line = await this.line(); line !== undefined; line = await this.line()) rest.push(line);
    return rest;
  }

  async close(): Promise<void> {
    this.#child.stdin?.end('close\n');
    await this.#exited;
  }
}
