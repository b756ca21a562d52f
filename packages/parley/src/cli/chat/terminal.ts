import { createInterface, type Interface } from 'node:readline';
import { describeError } from '../failure.ts';
import type { World } from '../world.ts';
import type { Session } from './session.ts';

const PROMPT = '> ';

/** Talks on a terminal: Ctrl-C stops the answer; at the prompt a second one leaves. Resolves to the exit status. */
export async function talkOnTerminal(world: World, session: Pick<Session, 'line'>): Promise<number> {
  const terminal = createInterface({ input: world.stdin, output: world.stdout, prompt: PROMPT });
  const lines = new LineQueue(terminal);
  let answering: AbortController | undefined;
  let warned = false;
  terminal.on('SIGINT', () => {
    if (answering) return answering.abort();
    if (warned) return terminal.close();
    warned = true;
    world.stderr.write('\n(Ctrl-C again, Ctrl-D or /exit to leave)\n');
    // Forgets what was typed, as a shell does.
    terminal.write(null, { ctrl: true, name: 'e' });
    terminal.write(null, { ctrl: true, name: 'u' });
    terminal.prompt();
  });
  try {
    for (;;) {
      if (!lines.closed) terminal.prompt();
      const line = await lines.next();
      warned = false;
      if (line === undefined) break;
      answering = new AbortController();
      try {
        if (!(await session.line(line, answering.signal))) return 0;
      } catch (error) {
        world.stderr.write(`${describeError(error)}\n`);
      } finally {
        answering = undefined;
      }
    }
    world.stdout.write('\n');
    return 0;
  } finally {
    terminal.close();
  }
}

/** Each line of a pipe is a message; the first error ends it. */
export async function talkOnPipe(
  world: World,
  session: Pick<Session, 'line'>,
  signal: AbortSignal,
): Promise<number> {
  const reader = createInterface({ input: world.stdin, crlfDelay: Number.POSITIVE_INFINITY });
  const lines = new LineQueue(reader);
  const stop = () => reader.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for (;;) {
      const line = await lines.next();
      signal.throwIfAborted();
      if (line === undefined || !(await session.line(line, signal))) return 0;
      signal.throwIfAborted();
    }
  } finally {
    signal.removeEventListener('abort', stop);
    reader.close();
  }
}

/** Lines that come while an answer is written wait here; readline's own iterator would lose the first ones. */
class LineQueue {
  readonly #lines: string[] = [];
  #closed = false;
  #wake: (() => void) | undefined;

  constructor(source: Interface) {
    source.on('line', (line) => {
      this.#lines.push(line);
      this.#wake?.();
    });
    source.on('close', () => {
      this.#closed = true;
      this.#wake?.();
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Undefined when there will be no more. */
  async next(): Promise<string | undefined> {
    while (this.#lines.length === 0 && !this.#closed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#lines.shift();
  }
}
