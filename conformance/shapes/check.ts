import assert from 'node:assert/strict';
import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';

/** Fails the test, with the places that are wrong, unless the value has the shape. */
export type Check<T> = (value: unknown) => asserts value is T;

const MOST_ERRORS = 5;

export function shapeCheck<T extends TSchema>(name: string, schema: T): Check<Static<T>> {
  const validator = Compile(schema);
  return (value) => {
    if (validator.Check(value)) return;
    const faults = validator.Errors(value).slice(0, MOST_ERRORS);
    const listed = faults.map(({ instancePath, message, params }) => {
      return `${instancePath || '(root)'} ${message} ${JSON.stringify(params)}`;
    });
    assert.fail(`no valid ${name}:\n${listed.join('\n')}\nin ${JSON.stringify(value)}`);
  };
}
