import { compile, type Grammar } from '@parley/constrain';
import { constraintFailure } from './errors.ts';
import type { OutputForm } from './output-form.ts';

export interface CompiledForm {
  readonly grammar: Grammar;
  /** Where the caller wrote the form, for errors. */
  readonly param: string;
}

/** `json` is an OutputForm. `onWork`: of CompileOptions. Throws an ApiError 400 that names the place at fault. */
export function compileForm(json: string, onWork?: () => void): CompiledForm {
  const { constraint, options, param } = JSON.parse(json) as OutputForm;
  try {
    return { grammar: compile(constraint, { ...options, ...(onWork && { onWork }) }), param };
  } catch (error) {
    throw constraintFailure(error, param);
  }
}
