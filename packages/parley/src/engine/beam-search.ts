import type { BeamOptions } from './beam-parameters.ts';
import type { Continuation } from './beam-scorer.ts';
import type { Sample } from './options.ts';
import type { TokenId } from './runtime.ts';
import type { Sequence } from './sequence.ts';
import type { CacheMove } from './slots.ts';

export interface BeamSearchOptions extends BeamOptions {
  /** Places for the beams, as many as the search is wide; the first one computes the prompt. */
  readonly sequences: readonly Sequence[];
  /** Tokens that end an answer. */
  readonly ending: ReadonlySet<TokenId>;
  /** Tokens at which an answer ends in any case. */
  readonly maxLength: number;
}

/** The last token of a beam; beams that began alike share what they have in common. */
interface Link {
  readonly sample: Sample;
  readonly before: Link | undefined;
}

interface Beam {
  readonly sequence: Sequence;
  readonly last: Link | undefined;
  /** Of the log probabilities of its tokens. */
  readonly sum: number;
}

interface Candidate {
  readonly beam: Beam;
  readonly sample: Sample;
  readonly sum: number;
}

interface Answer {
  readonly last: Link;
  readonly score: number;
}

/**
 * Looks for the most probable answers as a whole. Each step every beam offers its best continuations, twice as many as
 * the search is wide: those that end it become answers, of which the best are kept, and the best of the others go on. A
 * beam's score is the sum of its log probabilities divided by its length (the end token included) to the power of
 * `lengthPenalty`. The search ends at the longest length, or as soon as as many answers as it is wide are kept and the
 * best beam scores no better than the worst of them. This is vLLM's algorithm with the ending of its earlier versions and of
 * Hugging Face's; without it every search would run to the longest length.
 *
 * It decides and keeps the books; the moves it returns are carried out by the engine.
 */
export class BeamSearch {
  readonly sequences: readonly Sequence[];
  readonly #options: BeamSearchOptions;
  /** Best first. */
  #beams: readonly Beam[];
  readonly #continuations = new Map<Sequence, readonly Continuation[]>();
  /** Best first, at most as many as the search is wide. */
  readonly #answers: Answer[] = [];
  #length = 0;

  constructor(options: BeamSearchOptions) {
    this.#options = options;
    this.sequences = options.sequences;
    const [first, ...others] = options.sequences;
    this.#beams = first ? [{ sequence: first, last: undefined, sum: 0 }] : [];
    for (const sequence of others) sequence.idle = true;
  }

  /** Continuations to ask for at each place. */
  get breadth(): number {
    return 2 * this.sequences.length;
  }

  take(sequence: Sequence, continuations: readonly Continuation[]): void {
    this.#continuations.set(sequence, continuations);
  }

  /** Whether every beam has said how it may go on. */
  get ready(): boolean {
    return this.#beams.every(({ sequence }) => this.#continuations.has(sequence));
  }

  /** Chooses how to go on, and appends the tokens. Returns the copies to make before the next step; undefined at the end. */
  advance(): CacheMove[] | undefined {
    const { ending, maxLength } = this.#options;
    this.#length++;
    const going: Candidate[] = [];
    for (const candidate of this.#candidates()) {
      if (ending.has(candidate.sample.token)) this.#keep(candidate);
      else going.push(candidate);
    }
    const chosen = going.sort((a, b) => b.sum - a.sum).slice(0, this.sequences.length);
    if (this.#length >= maxLength) for (const candidate of chosen) this.#keep(candidate);
    const [best] = chosen;
    if (!best || this.#length >= maxLength || this.#isSettled(best)) return undefined;
    return this.#seat(chosen);
  }

  /** The tokens of the answers, best answer first; as many as the search is wide, or as are possible. */
  answers(): readonly (readonly Sample[])[] {
    return this.#answers.map(({ last }) => {
      const samples: Sample[] = [];
      for (let at: Link | undefined = last; at; at = at.before) samples.push(at.sample);
      return samples.reverse();
    });
  }

  #candidates(): Candidate[] {
    const candidates = this.#beams.flatMap((beam) =>
      (this.#continuations.get(beam.sequence) ?? []).map(({ sample, score }) => ({
        beam,
        sample,
        sum: beam.sum + score,
      })),
    );
    this.#continuations.clear();
    return candidates;
  }

  #score(sum: number): number {
    return sum / this.#length ** this.#options.lengthPenalty;
  }

  #keep({ beam, sample, sum }: Candidate): void {
    const score = this.#score(sum);
    let at = this.#answers.length;
    while (at > 0 && this.#answers[at - 1]!.score < score) at--;
    this.#answers.splice(at, 0, { last: { sample, before: beam.last }, score });
    this.#answers.length = Math.min(this.#answers.length, this.sequences.length);
  }

  #isSettled(best: Candidate): boolean {
    const worst = this.#answers[this.sequences.length - 1];
    return worst !== undefined && worst.score >= this.#score(best.sum);
  }

  /** A beam's first continuation stays in its place; further ones get a copy in the place of a beam that does not go on. */
  #seat(chosen: readonly Candidate[]): CacheMove[] {
    const parents = new Set(chosen.map(({ beam }) => beam.sequence));
    const free = this.sequences.filter((sequence) => !parents.has(sequence));
    const moves: CacheMove[] = [];
    const places = chosen.map(({ beam }) => {
      if (parents.delete(beam.sequence)) return beam.sequence;
      const place = free.shift();
      if (!place) throw new Error('there are more beams than places');
      moves.push(copy(beam.sequence, place));
      return place;
    });
    // Only now: the copies are of what the beams held before.
    this.#beams = chosen.map(({ beam, sample, sum }, i) => {
      const sequence = places[i]!;
      sequence.idle = false;
      sequence.append(sample.token);
      return { sequence, last: { sample, before: beam.last }, sum };
    });
    for (const sequence of free) sequence.idle = true;
    return moves;
  }
}

/** Makes `to` what `from` is, but for its place. */
function copy(from: Sequence, to: Sequence): CacheMove {
  if (from.slot === undefined || to.slot === undefined) throw new Error('a beam has no place in the cache');
  to.tokens = from.tokens.slice(0, from.length);
  to.length = from.length;
  to.computed = from.computed;
  return { kind: 'copy', from: from.slot, to: to.slot, length: from.computed };
}
