import { usageError } from '../failure.ts';
import type { World } from '../world.ts';
import { type Arguments, type Flags, parseArguments } from './flags.ts';

export interface Positional {
  readonly name: string;
  readonly description: string;
  readonly required?: boolean;
}

export interface Example {
  readonly line: string;
  readonly meaning: string;
}

interface Definition<F extends Flags> {
  /** The words that call it, as `models pull`. */
  readonly name: string;
  /** One line. */
  readonly summary: string;
  readonly description?: string;
  readonly flags: F;
  readonly positionals?: readonly Positional[];
  readonly examples: readonly Example[];
}

export interface Command extends Definition<Flags> {
  /** Resolves to the exit status. */
  run(argv: readonly string[], world: World): Promise<number>;
}

/** Ties what a command says of itself to what it does, with the types of its flags. */
export function defineCommand<F extends Flags>(
  definition: Definition<F> & {
    execute(invocation: Arguments<F>, world: World): Promise<number>;
  },
): Command {
  const { execute, ...description } = definition;
  return {
    ...description,
    run(argv, world) {
      const invocation = parseArguments(definition.flags, argv);
      checkPositionals(definition.positionals ?? [], invocation.positionals);
      return execute(invocation, world);
    },
  };
}

function checkPositionals(wanted: readonly Positional[], given: readonly string[]): void {
  for (const [index, { name, required }] of wanted.entries()) {
    if (required && given[index] === undefined) throw usageError(name, `The argument <${name}> is missing.`);
  }
  const extra = given[wanted.length];
  if (extra !== undefined) throw usageError(extra, `Unexpected argument '${extra}'.`);
}
