import { PassThrough, Writable } from 'node:stream';
import type { Environment, Output, Signal, World } from './world.ts';

/** An output that remembers what was written. */
export class Recorder extends Writable implements Output {
  text = '';
  readonly isTTY: boolean;
  readonly columns = 80;

  constructor(isTTY = false) {
    super();
    this.isTTY = isTTY;
  }

  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

export interface FakeWorld extends World {
  readonly stdin: PassThrough & { isTTY?: boolean };
  readonly stdout: Recorder;
  readonly stderr: Recorder;
  readonly exits: number[];
  /** How many listeners wait for a signal. */
  listeners(): number;
  raise(signal: Signal): void;
}

export function fakeWorld(
  options: {
    readonly input?: string;
    readonly terminal?: boolean;
    readonly environment?: Environment;
    readonly workingDirectory?: string;
  } = {},
): FakeWorld {
  const { input, terminal = false, environment = {}, workingDirectory = import.meta.dirname } = options;
  const stdin: PassThrough & { isTTY?: boolean } = new PassThrough();
  stdin.isTTY = terminal;
  if (input !== undefined) stdin.end(input);
  const waiting = new Map<Signal, Set<() => void>>();
  const exits: number[] = [];
  return {
    stdin,
    stdout: new Recorder(terminal),
    stderr: new Recorder(terminal),
    environment,
    platform: 'linux',
    homeDirectory: '/home/nobody',
    workingDirectory,
    version: '1.2.3',
    exits,
    onSignal(signal, listener) {
      const set = waiting.get(signal) ?? new Set();
      waiting.set(signal, set.add(listener));
      return () => set.delete(listener);
    },
    exit: (code) => exits.push(code),
    listeners: () => [...waiting.values()].reduce((sum, { size }) => sum + size, 0),
    raise: (signal) => {
      for (const listener of [...(waiting.get(signal) ?? [])]) listener();
    },
  };
}
