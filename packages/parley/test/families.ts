import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CliProcess } from './cli-process.ts';
import { Probe } from './effects/probe.ts';

const MODEL = fileURLToPath(new URL('../../../models/parley-tiny-q8_0.gguf', import.meta.url));

export interface Family {
  readonly template?: string;
  readonly toolFormat?: string;
  readonly reasoningFormat?: string;
  readonly parallel?: number;
}

/** A server that serves the shipped model under several names, as if it were of several families. */
export class Families {
  readonly probe: Probe;
  readonly #server: CliProcess;
  readonly #folder: string;

  private constructor(server: CliProcess, url: string, folder: string) {
    this.#server = server;
    this.#folder = folder;
    this.probe = new Probe(url);
  }

  static async start(families: Readonly<Record<string, Family>>): Promise<Families> {
    const folder = mkdtempSync(join(tmpdir(), 'parley-families-'));
    const models = Object.entries(families).map(([name, { template, ...settings }]) => {
      if (template !== undefined) writeFileSync(join(folder, `${name}.jinja`), template);
      return {
        name,
        path: MODEL,
        ...settings,
        ...(template !== undefined && { chatTemplate: `${name}.jinja` }),
      };
    });
    const config = join(folder, 'parley.yaml');
    // JSON is YAML.
    writeFileSync(
      config,
      JSON.stringify({ port: 0, isolation: 'thread', parallel: 4, logLevel: 'error', models }),
    );
    const server = new CliProcess(['serve', '--config', config]);
    return new Families(server, await server.url(), folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
    rmSync(this.#folder, { recursive: true });
  }
}
