import type { Draft } from './schema/dialect.ts';

/**
 * - `common`: the texts that the format's standard and the usual validators agree on;
 * - `standard`: all that the standard allows;
 * - `annotation`: formats constrain nothing, which is the rule of draft 2019-09 and later ones.
 */
export type FormatReading = 'common' | 'standard' | 'annotation';

/** How schemas are read, how texts are written, and what a compile and a mask may cost. */
export type CompileOptions = {
  /** ECMA-262 pattern for the white space between JSON tokens. */
  whitespacePattern?: string;
  /** No white space between JSON tokens. */
  compact?: boolean;
  /** Objects whose schema does not mention `additionalProperties` have none. */
  closedObjects?: boolean;
  /** Refuse schemas that OpenAI's strict mode refuses. */
  strict?: boolean;
  /**
   * The draft of a schema whose `$schema` names none. Without this, such a schema is read with the keywords of all
   * drafts; with it, a `$schema` that is no draft's is refused.
   */
  draft?: Draft;
  /** What `format` means; `common` by default. */
  formats?: FormatReading;
  /** Keys come in the order in which the schema declares them. */
  declaredOrder?: boolean;
  /** Units of work for the compile. */
  compileFuel?: number;
  /** Units of work that one mask, or one step, may cost. */
  maskFuel?: number;
  /**
   * Called about every half millisecond while the compile works, and while masks and steps of the grammar do. What it
   * does meanwhile must not touch this grammar.
   */
  onWork?: () => void;
};

/** One or two spaces, or a line break and indentation. */
export const WHITESPACE = '[ ]{0,2}|\\r?\\n[ \\t]{0,64}';
/** Well under a second of work. */
export const COMPILE_FUEL = 2_000_000;
export const MASK_FUEL = 20_000_000;
