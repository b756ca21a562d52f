import { dirname, resolve } from 'node:path';
import Type from 'typebox';
import type { ConfigFile } from './read-config.ts';

const DEFAULTS = { completions: 1_000, days: 30, megabytes: 128 };

/** Where answers to requests with `store: true` are kept, and how much of them. */
export const STORE_PROPERTIES = {
  storePath: Type.String({
    minLength: 1,
    description:
      'SQLite file of stored completions (store: true); when left out they are in memory and end with the server',
  }),
  storeLimit: Type.Integer({
    minimum: 0,
    maximum: 100_000,
    default: DEFAULTS.completions,
    description:
      'Stored completions that are kept; then the oldest give way. 0: requests with store are refused',
  }),
  storeDays: Type.Integer({
    minimum: 1,
    maximum: 3_650,
    default: DEFAULTS.days,
    description: 'Days for which a completion is stored',
  }),
  storeMegabytes: Type.Integer({
    // A conversation of the largest body that is accepted must fit.
    minimum: 64,
    maximum: 1_000_000,
    default: DEFAULTS.megabytes,
    description: 'Size of all stored completions together, in megabytes; then the oldest give way',
  }),
};

export const STORE_FLAGS = {
  storePath: { schema: STORE_PROPERTIES.storePath, placeholder: 'file' },
  storeLimit: { schema: STORE_PROPERTIES.storeLimit, placeholder: 'N' },
  storeDays: { schema: STORE_PROPERTIES.storeDays, placeholder: 'N' },
  storeMegabytes: { schema: STORE_PROPERTIES.storeMegabytes, placeholder: 'N' },
};

export interface StoreSettings {
  /** Absolute; undefined: in memory. */
  readonly path: string | undefined;
  /** 0: nothing is stored. */
  readonly completions: number;
  readonly days: number;
  readonly megabytes: number;
}

interface Given {
  readonly storePath?: string;
  readonly storeLimit?: number;
  readonly storeDays?: number;
  readonly storeMegabytes?: number;
}

/** A relative path begins where it was written: at the working directory, or beside the configuration file. */
export function resolveStore(
  flags: Given,
  { config, path: file }: ConfigFile,
  workingDirectory: string,
): StoreSettings {
  const { storePath: configured } = config;
  const folder = file === undefined ? workingDirectory : dirname(file);
  const path = flags.storePath === undefined ? undefined : resolve(workingDirectory, flags.storePath);
  return {
    path: path ?? (configured === undefined ? undefined : resolve(folder, configured)),
    completions: flags.storeLimit ?? config.storeLimit ?? DEFAULTS.completions,
    days: flags.storeDays ?? config.storeDays ?? DEFAULTS.days,
    megabytes: flags.storeMegabytes ?? config.storeMegabytes ?? DEFAULTS.megabytes,
  };
}
