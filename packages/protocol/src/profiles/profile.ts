import Type, { type TSchema } from 'typebox';
import { SURFACE_NAMES, type SurfaceName } from '../surface-names.ts';

/** Which fields of an object are sent. `unless-null`: where there is nothing to say, the field is absent. */
export interface Fields {
  readonly [name: string]: true | 'unless-null' | Fields;
}

/** What one endpoint of a provider takes and sends, as far as its documentation tells. */
export interface ProfileEndpoint {
  readonly required: readonly string[];
  /** Every body parameter that is documented, with what the provider takes; `Anything`: what this server takes. */
  readonly parameters: Readonly<Record<string, TSchema>>;
  /** The whole answer. */
  readonly answer: Fields;
  /** A chunk of a streamed answer. */
  readonly chunk: Fields;
}

/** A provider of the same dialect, as a base path of this server imitates it. */
export interface Profile {
  /** First segment of the base path. */
  readonly name: 'cerebras' | 'lightcone' | 'atoma';
  /** As messages call the provider. */
  readonly title: string;
  readonly chat: ProfileEndpoint;
  readonly completions?: ProfileEndpoint;
  readonly model: Fields;
  /** Whether `GET /models?format=` is known. */
  readonly modelFormats: boolean;
  /**
   * Shape of an error's body. `openai`: `{error: {message, type, param, code}}`; `flat`: the inner object alone;
   * `code`: `{error: {code, message}}`, the code in capitals after the status.
   */
  readonly errors: 'openai' | 'flat' | 'code';
  /**
   * Where the usage of a stream stands. `last-choice`: on the last chunk with a choice; `extra`: on one more chunk
   * without choices; `asked`: there too, if `stream_options.include_usage` asks for it.
   */
  readonly streamUsage: 'last-choice' | 'extra' | 'asked';
  /** Whether answers name the tier that served them also when the request names none. */
  readonly namesTier: boolean;
  /** Whether `top_logprobs` without `logprobs` is let pass. */
  readonly dropsLoneTopLogprobs: boolean;
}

/** A parameter that the provider takes as this server does. */
export const Anything: TSchema = Type.Unknown();

export function anything(...names: readonly string[]): Record<string, TSchema> {
  return Object.fromEntries(names.map((name) => [name, Anything]));
}

/** The body parameters that the references of these sources document. */
export function documented(...sources: readonly SurfaceName['sources'][number][]): Record<string, TSchema> {
  const named = SURFACE_NAMES.filter(
    (each) => each.where === 'body' && each.sources.some((source) => sources.includes(source)),
  );
  return anything(...named.map(({ name }) => name));
}

/** Tools of the kind `function`, which is the only kind that these providers know. */
export const FunctionTools = Type.Array(
  Type.Object({
    type: Type.Optional(Type.Literal('function')),
    function: Type.Object({ name: Type.String() }),
  }),
);

const NamedFunction = Type.Object({
  type: Type.Optional(Type.Literal('function')),
  function: Type.Object({ name: Type.String() }),
});

export function toolChoice(...words: readonly [string, ...string[]]): TSchema {
  return Type.Union([Type.Enum([...words]), NamedFunction]);
}

/** Messages of these roles only, each with what its message must have beside the role. */
export function messagesOf(roles: Readonly<Record<string, Record<string, TSchema>>>): TSchema {
  const forms = Object.entries(roles).map(([role, more]) =>
    Type.Object({ role: Type.Literal(role), ...more }),
  );
  return Type.Array(Type.Union(forms));
}

/** An object of these keys only. */
export function keys(...names: readonly string[]): TSchema {
  return Type.Object(Object.fromEntries(names.map((name) => [name, Type.Optional(Anything)])), {
    additionalProperties: false,
  });
}

/** Answers whose `type` is one of these. */
export function formats(...types: readonly [string, ...string[]]): TSchema {
  return Type.Object({ type: Type.Enum([...types]) });
}
