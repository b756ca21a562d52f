import Type, { type Static } from 'typebox';
import { map } from './parameter.ts';

export const METADATA_LIMITS = { pairs: 16, keyLength: 64, valueLength: 512 } as const;

/** Pairs of strings that a caller attaches to a stored completion, within OpenAI's limits. */
export const Metadata = map(
  Type.String({ maxLength: METADATA_LIMITS.valueLength }),
  { maxLength: METADATA_LIMITS.keyLength },
  { maxProperties: METADATA_LIMITS.pairs },
);
export type Metadata = Static<typeof Metadata>;
