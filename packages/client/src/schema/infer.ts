import type { StandardSchema } from './standard-schema.ts';

/** A JSON Schema. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A schema of a validation library, or a plain JSON Schema, such as TypeBox makes. */
export type Schema = StandardSchema | object;

/** What a value that fits the schema is. Of a JSON Schema that was not declared `as const`, nothing is known. */
export type Infer<S> = S extends {
  readonly '~standard': { readonly types?: { readonly output: infer Output } | undefined };
}
  ? Output
  : S extends { readonly static: infer Static }
    ? Static
    : FromJsonSchema<S>;

interface Kinds {
  string: string;
  number: number;
  integer: number;
  boolean: boolean;
  null: null;
}

type FromJsonSchema<S> = S extends { readonly const: infer Value }
  ? Value
  : S extends { readonly enum: readonly (infer Value)[] }
    ? Value
    : S extends { readonly anyOf: readonly (infer Branch)[] } | { readonly oneOf: readonly (infer Branch)[] }
      ? Infer<Branch>
      : S extends { readonly type: 'array'; readonly items: infer Items }
        ? Infer<Items>[]
        : S extends { readonly type: 'object'; readonly properties: infer Properties }
          ? FromProperties<Properties, RequiredKeys<S>>
          : S extends { readonly type: 'object'; readonly additionalProperties: infer Values extends object }
            ? Record<string, Infer<Values>>
            : S extends { readonly type: keyof Kinds }
              ? Kinds[S['type']]
              : S extends { readonly type: readonly (infer Kind extends keyof Kinds)[] }
                ? Kinds[Kind]
                : unknown;

type RequiredKeys<S> = S extends { readonly required: readonly (infer Key)[] } ? Key : never;

type FromProperties<Properties, Required> = Flat<
  { -readonly [Key in keyof Properties as Key extends Required ? Key : never]: Infer<Properties[Key]> } & {
    -readonly [Key in keyof Properties as Key extends Required ? never : Key]?: Infer<Properties[Key]>;
  }
>;

/** One object type in place of an intersection. */
type Flat<T> = { [Key in keyof T]: T[Key] };

/** A value of which parts have not come yet. Texts and lists may still grow. */
export type DeepPartial<T> = T extends readonly (infer Item)[]
  ? DeepPartial<Item>[]
  : T extends object
    ? { [Key in keyof T]?: DeepPartial<T[Key]> }
    : T;
