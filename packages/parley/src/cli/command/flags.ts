import type { Static, TSchema } from 'typebox';
import { usageError } from '../failure.ts';
import { didYouMean } from './suggest.ts';
import { expected, fromText, type SettingSchema } from './value.ts';

export interface Flag<S extends TSchema = SettingSchema> {
  /** Type, range, default and description. An array may be given several times. */
  readonly schema: S;
  /** Where the flag is not the kebab-case form of its key. */
  readonly name?: string;
  readonly short?: string;
  /** Stands for the value in the help, as `N`. */
  readonly placeholder?: string;
  /** Environment variable that is read when the flag is missing. */
  readonly environment?: string;
}

export type Flags = Readonly<Record<string, Flag>>;
export type FlagValues<F extends Flags> = {
  readonly [K in keyof F]?: F[K] extends Flag<infer S> ? Static<S> : never;
};

/** The flag as it is typed, with its dashes. */
export function flagName(key: string, flag: Flag): string {
  return `--${flag.name ?? key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

export interface Arguments<F extends Flags> {
  readonly values: FlagValues<F>;
  readonly positionals: readonly string[];
}

/** Reads `--flag value`, `--flag=value`, `--switch`, `-s value`; `--` ends the flags. Throws usage errors. */
export function parseArguments<F extends Flags>(flags: F, argv: readonly string[]): Arguments<F> {
  const values = new Map<string, unknown>();
  const positionals: string[] = [];
  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index]!;
    if (argument === '--') {
      positionals.push(...argv.slice(index + 1));
      break;
    }
    if (!argument.startsWith('-') || argument === '-') {
      positionals.push(argument);
      continue;
    }
    const { typed, key, flag, inline } = findFlag(flags, argument);
    const isSwitch = flag.schema.type === 'boolean';
    const text = inline ?? (isSwitch ? 'true' : argv[++index]);
    if (text === undefined || (inline === undefined && text.startsWith('--'))) {
      throw usageError(typed, `${typed} needs a value: ${expectedOf(flag)}.`);
    }
    store(values, key, typed, flag, text);
  }
  // The table that gave the keys and checked the values is the one that gives the type.
  return { values: Object.fromEntries(values) as FlagValues<F>, positionals };
}

/** Values of the flags that name an environment variable. Throws usage errors. */
export function fromEnvironment<F extends Flags>(
  flags: F,
  environment: Readonly<Record<string, string | undefined>>,
): FlagValues<F> {
  const values = new Map<string, unknown>();
  for (const [key, flag] of Object.entries(flags)) {
    const text = flag.environment && environment[flag.environment];
    if (flag.environment && text) store(values, key, flag.environment, flag, text);
  }
  return Object.fromEntries(values) as FlagValues<F>; // as above
}

function store(values: Map<string, unknown>, key: string, typed: string, flag: Flag, text: string): void {
  const { schema } = flag;
  const value = fromText(schema.items ?? schema, text);
  if (value === undefined) {
    throw usageError(typed, `${typed} must be ${expectedOf(flag)}, not '${text.slice(0, 100)}'.`);
  }
  const earlier = values.get(key);
  if (schema.type === 'array') {
    values.set(key, Array.isArray(earlier) ? [...earlier, value] : [value]);
  } else if (earlier !== undefined) {
    throw usageError(typed, `${typed} was given twice.`);
  } else {
    values.set(key, value);
  }
}

function expectedOf(flag: Flag): string {
  return expected(flag.schema.items ?? flag.schema);
}

function findFlag(flags: Flags, argument: string) {
  const equals = argument.indexOf('=');
  const typed = equals < 0 ? argument : argument.slice(0, equals);
  const inline = equals < 0 ? undefined : argument.slice(equals + 1);
  for (const [key, flag] of Object.entries(flags)) {
    const short = flag.short === undefined ? undefined : `-${flag.short}`;
    if (typed === flagName(key, flag) || typed === short) return { typed, key, flag, inline };
  }
  const names = Object.entries(flags).map(([key, flag]) => flagName(key, flag));
  throw usageError(typed, `Unknown flag ${typed}.${didYouMean(typed, [...names, '--help'])}`);
}
