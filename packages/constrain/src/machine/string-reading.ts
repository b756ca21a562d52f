import { lengthsOf } from '../regex/lengths.ts';
import type { Re } from '../regex/pool.ts';

/** One language that the rest of the string may belong to; min and max count the code points still to come. */
export type Reading = { tag: number; re: Re; min: number; max: number };

/** A string position at which every text can go on, and only some words end it in another way than the rest. */
export type FreeReadings = {
  /** Code points that fit. */
  room: number;
  /** Readings that take any text. */
  open: readonly Reading[];
  /** What is left of the special words. */
  words: readonly string[];
};

/**
 * Where the bytes stand between two code points: `utf8` and `hex` gather `value` with `left` units to come; `high` is
 * a high surrogate that was read from an escape.
 */
export type StringPhase = {
  mode: 'plain' | 'utf8' | 'escape' | 'hex' | 'low-backslash' | 'low-u';
  value: number;
  left: number;
  high: number;
};

export const START_PHASE: StringPhase = { mode: 'plain', value: 0, left: 0, high: 0 };

/** By how many bytes are to come; any continuation bytes complete the character. */
const INSIDE_ANY: readonly StringPhase[] = [
  { mode: 'utf8', value: 0x40, left: 1, high: 0 },
  { mode: 'utf8', value: 0x01, left: 2, high: 0 },
  { mode: 'utf8', value: 0x01, left: 3, high: 0 },
];

/** Where all characters outside ASCII lead to the same position, one phase stands for those inside them. */
export function insideAny(left: number): StringPhase {
  return INSIDE_ANY[left - 1]!;
}

export function isInsideAny(phase: StringPhase): boolean {
  return phase.mode === 'utf8' && INSIDE_ANY.includes(phase);
}

/**
 * Characters that are never written as `\\u` escapes: those that JSON lets stand for themselves in ASCII. Names and
 * constants then have one spelling, so that their bytes can be forced.
 */
export function plainOnly(point: number): boolean {
  return point >= 0x20 && point <= 0x7e;
}

/** Drops bounds that the language implies, so that equal futures are equal states. */
export function simplified(reading: Reading): Reading {
  const { re, min, max } = reading;
  const lengths = lengthsOf(re);
  if (!lengths || (min === 0 && max === Infinity)) return reading;
  const dropMin = lengths.min >= min;
  const dropMax = lengths.max <= max;
  return dropMin || dropMax ? { ...reading, min: dropMin ? 0 : min, max: dropMax ? Infinity : max } : reading;
}
