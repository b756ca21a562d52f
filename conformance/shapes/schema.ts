import Type, { type TSchema } from 'typebox';

type Fields = Readonly<Record<string, TSchema>>;

export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
export const optional = Type.Optional;
/** Unix time, index, number of tokens. */
export const Whole = Type.Integer({ minimum: 0 });
export const Text = Type.String();

/** What is neither published nor one of the documented extensions is a fault. */
export function closed<Published extends Fields, Extensions extends Fields = Record<never, never>>(
  published: Published,
  extensions?: Extensions,
) {
  return Type.Object({ ...published, ...(extensions as Extensions) }, { additionalProperties: false });
}
