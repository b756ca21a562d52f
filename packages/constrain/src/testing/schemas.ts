import { compile } from '../compile.ts';
import { ConstraintError } from '../errors.ts';
import type { CompileOptions } from '../options.ts';
import { accepts } from './texts.ts';
import { smallVocabulary } from './vocabulary.ts';

/** A schema with values that are valid against it and values that are not. */
export type Case = { schema: unknown; valid: readonly unknown[]; invalid: readonly unknown[] };

/** What a grammar does otherwise than the case says; empty when all is well. */
export function disagreements({ schema, valid, invalid }: Case, options?: CompileOptions): string[] {
  const vocabulary = smallVocabulary();
  const grammar = compile({ jsonSchema: schema }, options);
  const takes = (value: unknown) => accepts(grammar, vocabulary, JSON.stringify(value));
  return [
    ...valid.filter((v) => !takes(v)).map((v) => `refuses ${JSON.stringify(v)}`),
    ...invalid.filter(takes).map((v) => `allows ${JSON.stringify(v)}`),
  ];
}

/** The kind of the error that compiling throws, with its pointer, or null. */
export function refusal(
  schema: unknown,
  options?: CompileOptions,
): { kind: string; pointer: string; keyword: string } | null {
  try {
    compile({ jsonSchema: schema }, options);
    return null;
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error;
    return { kind: error.kind, pointer: error.pointer, keyword: error.keyword };
  }
}
