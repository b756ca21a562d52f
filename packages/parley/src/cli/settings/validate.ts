import { Value } from 'typebox/value';
import { didYouMean } from '../command/suggest.ts';
import { expected, type SettingSchema } from '../command/value.ts';

export interface Problem {
  readonly path: readonly (string | number)[];
  /** Whether the key is at fault, not its value. */
  readonly atKey: boolean;
  readonly message: string;
}

interface ObjectSchema extends SettingSchema {
  readonly properties?: Readonly<Record<string, SettingSchema>>;
  /** Of a mapping whose keys are free. */
  readonly patternProperties?: Readonly<Record<string, SettingSchema>>;
}

/**
 * Every fault of a configuration, in words. TypeBox's own messages ("must match a schema in anyOf")
 * name neither the key nor what is allowed.
 */
export function validate(
  schema: ObjectSchema,
  value: unknown,
  path: readonly (string | number)[] = [],
): readonly Problem[] {
  const wrong = () => [
    {
      path,
      atKey: false,
      message: `${keyPath(path)} must be ${expected(schema)}, not ${shown(path, value)}`,
    },
  ];
  if (schema.type === 'object') {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong();
    const properties = schema.properties ?? {};
    const any = Object.values(schema.patternProperties ?? {})[0];
    return Object.entries(value).flatMap(([key, entry]) => {
      const child = properties[key] ?? any;
      if (child) return validate(child, entry, [...path, key]);
      const hint = didYouMean(key, Object.keys(properties));
      return [
        { path: [...path, key], atKey: true, message: `unknown key '${keyPath([...path, key])}'.${hint}` },
      ];
    });
  }
  if (schema.type === 'array' && Array.isArray(value)) {
    return value.flatMap((entry, index) => validate(schema.items ?? {}, entry, [...path, index]));
  }
  return Value.Check(schema, value) ? [] : wrong();
}

/** As `models[0].context`. */
function keyPath(path: readonly (string | number)[]): string {
  if (path.length === 0) return 'the configuration';
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text ? `${text}.${part}` : part),
    '',
  );
}

/** Keys are secrets, also where they are in the wrong place. */
function shown(path: readonly (string | number)[], value: unknown): string {
  if (path[0] === 'apiKeys' || path.includes('apiKey') || path.includes('headers')) return 'what it is';
  return (JSON.stringify(value) ?? String(value)).slice(0, 100);
}
