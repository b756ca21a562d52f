import { atoma } from './atoma.ts';
import { cerebras } from './cerebras.ts';
import { lightcone } from './lightcone.ts';
import type { Profile } from './profile.ts';

/** The providers that this server imitates, each below a base path of its own. */
export const PROFILES: readonly Profile[] = [cerebras, lightcone, atoma];
