import { type Fault, fault, listed, show, within } from './fault.ts';
import { admits, branches, isNever, isObject, type JsonSchema, jsonType } from './json-schema.ts';

export type Choice = { readonly branch: JsonSchema } | { readonly fault: Fault };
type Explain = (schema: JsonSchema, value: unknown) => Fault | undefined;
type WrongType = (schemas: readonly JsonSchema[], value: unknown) => Fault;

/**
 * The branch of a union that a value means to be, so that an error speaks of that branch alone: by JSON type, then
 * by the constants of objects (`role`, `type`), by the keys that are there, or by an array's first item.
 */
export function chooseBranch(
  schema: JsonSchema,
  value: unknown,
  explain: Explain,
  wrongType: WrongType,
): Choice {
  const all = branches(schema);
  const fitting = all.filter((branch) => admits(branch, jsonType(value)));
  const [only] = fitting;
  if (only === undefined) return { fault: wrongType(all, value) };
  if (fitting.length === 1) return alone(all, only, value, explain);
  if (Array.isArray(value)) return byFirstItem(fitting, value, wrongType);
  return isObject(value) ? byConstants(fitting, value, explain) : { branch: only };
}

/** A wrong word where an object would do as well: the message says so. */
function alone(all: readonly JsonSchema[], branch: JsonSchema, value: unknown, explain: Explain): Choice {
  if (branch.enum === undefined || !all.some((other) => other.type === 'object')) return { branch };
  const wrong = explain(branch, value);
  return wrong === undefined
    ? { branch }
    : { fault: { ...wrong, text: wrong.text.replace('must be', 'must be an object or') } };
}

function byFirstItem(
  fitting: readonly JsonSchema[],
  value: readonly unknown[],
  wrongType: WrongType,
): Choice {
  const items = fitting.map((branch) => branch.items ?? {});
  const index = items.findIndex((item) =>
    branches(item).some((branch) => admits(branch, jsonType(value[0]))),
  );
  const branch = fitting[Math.max(index, 0)] ?? {};
  if (index >= 0 || value.length === 0) return { branch };
  return { fault: within(0, wrongType(items.flatMap(branches), value[0])) };
}

function constantOf(branch: JsonSchema, key: string): unknown {
  return branch.properties?.[key]?.const;
}

function has(value: Readonly<Record<string, unknown>>, key: string): boolean {
  return Object.hasOwn(value, key) && value[key] !== undefined;
}

function hasRequired(branch: JsonSchema, value: Readonly<Record<string, unknown>>): boolean {
  return (branch.required ?? []).every((key) => has(value, key));
}

function byConstants(
  fitting: readonly JsonSchema[],
  value: Readonly<Record<string, unknown>>,
  explain: Explain,
): Choice {
  const keys = new Set(fitting.flatMap((branch) => Object.keys(branch.properties ?? {})));
  const key = [...keys].find((name) => fitting.some((branch) => constantOf(branch, name) !== undefined));
  if (key === undefined) {
    return { branch: fitting.find((branch) => hasRequired(branch, value)) ?? fitting[0] ?? {} };
  }
  const given = has(value, key);
  const accepting = fitting.filter((branch) => accepts(branch, key, value, explain));
  const complete = accepting.find((branch) => hasRequired(branch, value));
  if (complete !== undefined) return { branch: complete };
  const open = accepting.filter((branch) => given || !isNever(branch.properties?.[key]));
  if (open[0] !== undefined) return { branch: open[0] };
  return { fault: within(key, wrongConstant(fitting, key, value, explain)) };
}

function accepts(
  branch: JsonSchema,
  key: string,
  value: Readonly<Record<string, unknown>>,
  explain: Explain,
): boolean {
  const property = branch.properties?.[key];
  if (has(value, key)) return property === undefined || explain(property, value[key]) === undefined;
  return branch.required?.includes(key) !== true;
}

function wrongConstant(
  fitting: readonly JsonSchema[],
  key: string,
  value: Readonly<Record<string, unknown>>,
  explain: Explain,
): Fault {
  const known = fitting.map((branch) => constantOf(branch, key)).filter((constant) => constant !== undefined);
  const words = listed([...new Set(known)].map(show));
  if (!has(value, key)) return fault('missing_required_parameter', `is required: ${words}`);
  if (typeof value[key] !== 'string') {
    return fault('invalid_type', `must be a string: ${words}, got ${show(value[key])}`);
  }
  const free = fitting
    .map((branch) => branch.properties?.[key])
    .find((property) => property?.type === 'string' && property.const === undefined);
  const wrong = free === undefined ? undefined : explain(free, value[key]);
  return wrong ?? fault('invalid_value', `must be ${words}, got ${show(value[key])}`);
}
