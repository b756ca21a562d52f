import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import type { HostConfig } from './config.ts';
import type { Command, Report } from './messages.ts';

/** `thread`: a crash of the native library ends the server. `process`: it ends that model's engine alone. */
export type Isolation = 'thread' | 'process';

/** The server's end of the line to an engine. */
export interface EnginePort {
  post(command: Command): void;
  onReport(listener: (report: Report) => void): void;
  /** Called once, with a word on why, when the engine is gone. */
  onExit(listener: (reason: string) => void): void;
  kill(): Promise<void>;
}

/** The engine's end. */
export interface ServerPort {
  readonly config: HostConfig;
  post(report: Report): void;
  onCommand(listener: (command: Command) => void): void;
  /** Called when the server is gone. */
  onDisconnect(listener: () => void): void;
  /** Lets the thread or process end. */
  close(): void;
}

/** Sources run as they are in development and as .js when built. */
function entryUrl(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './entry.ts' : './entry.js', import.meta.url);
}

export function openEnginePort(isolation: Isolation, config: HostConfig): EnginePort {
  return isolation === 'thread' ? threadPort(config) : processPort(config);
}

function threadPort(config: HostConfig): EnginePort {
  const worker = new Worker(entryUrl(), { workerData: config, name: 'parley-engine' });
  let lastError = '';
  worker.on('error', (error) => {
    lastError = error instanceof Error ? error.message : String(error);
  });
  return {
    post: (command) => worker.postMessage(command),
    onReport: (listener) => worker.on('message', listener),
    onExit: (listener) => worker.once('exit', (code) => listener(lastError || `exit code ${code}`)),
    kill: async () => {
      await worker.terminate();
    },
  };
}

function processPort(config: HostConfig): EnginePort {
  const child = fork(fileURLToPath(entryUrl()), [], {
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // A terminal's Ctrl-C reaches the whole group; the server decides when its engines end.
    detached: process.platform !== 'win32',
  });
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`));
    // Not once: a second error that nobody hears would end the server.
    child.on('error', (error) => resolve(error.message));
  });
  send(child, config);
  return {
    post: (command) => send(child, command),
    onReport: (listener) => child.on('message', (report) => listener(report as Report)),
    onExit: (listener) => void exited.then(listener),
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** A send to a child that has just died fails; its exit is reported on its own. */
function send(child: ChildProcess, message: Command | HostConfig): void {
  if (child.connected) child.send(message, () => {});
}

/** Finds out which end this is; the configuration is the first message of a process. */
export async function openServerPort(): Promise<ServerPort> {
  const port = parentPort;
  if (port) {
    return {
      config: workerData as HostConfig,
      post: (report) => port.postMessage(report),
      onCommand: (listener) => port.on('message', listener),
      onDisconnect: () => {},
      close: () => port.close(),
    };
  }
  const config = await new Promise<HostConfig>((resolve) => {
    process.once('message', (message) => resolve(message as HostConfig));
  });
  return {
    config,
    post: (report) => process.send?.(report),
    onCommand: (listener) => process.on('message', (command) => listener(command as Command)),
    onDisconnect: (listener) => process.once('disconnect', listener),
    close: () => {
      if (process.connected) process.disconnect();
    },
  };
}
