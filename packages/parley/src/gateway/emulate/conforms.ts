import { createContext, Script } from 'node:vm';
import Schema from 'typebox/schema';

/**
 * What is wrong with a value by a JSON Schema, in words; undefined where nothing is. Throws UncheckableSchema for a
 * schema that has no end, or none in time.
 */
export type Validate = (schema: Readonly<Record<string, unknown>>, value: unknown) => string | undefined;

export class UncheckableSchema extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UncheckableSchema';
  }
}

const MAX_PROBLEM = 500;
/** While a schema is checked nothing else runs; honest ones take a few microseconds. */
const MAX_MS = 200;

/** Checks by walking the schema: nothing of it becomes code. */
export const conforms: Validate = (schema, value) =>
  withinTime(() => {
    if (Schema.Check(schema, value)) return undefined;
    const [, errors] = Schema.Errors(schema, value);
    const [first] = errors;
    if (first === undefined) return 'it does not follow the schema';
    return `${first.instancePath || 'the value'} ${first.message}`.slice(0, MAX_PROBLEM);
  });

const CALL = new Script('check()');

/** References that multiply take exponential time: the only thing that stops a running function is the clock of a script. */
function withinTime(check: () => string | undefined): string | undefined {
  try {
    return CALL.runInContext(createContext({ check }), { timeout: MAX_MS });
  } catch (error) {
    if (error instanceof RangeError) throw new UncheckableSchema('it refers to itself without an end');
    // It is an error of the script's realm, not of this one.
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
    const isTimeout = code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
    if (isTimeout) throw new UncheckableSchema(`it takes longer than ${MAX_MS} ms to check`);
    throw error;
  }
}
