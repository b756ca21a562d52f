import type { CompiledForm } from './compile-form.ts';

/** The form of one or more answers. Plain state: Forms moves it. */
export interface Form {
  /** An OutputForm. */
  readonly json: string;
  compiled: CompiledForm | undefined;
  /** Whether work on it is under way, that other sequences were let in between: until it is done nobody else may use it. */
  busy: boolean;
}
