import { internalError, invalidRequest } from '@parley/protocol/errors';
import { checkBeamWidth } from './beam-parameters.ts';
import { BeamScorer } from './beam-scorer.ts';
import { BeamSearch } from './beam-search.ts';
import type { EngineRequest } from './open-request.ts';
import type { OpenRequests } from './open-requests.ts';
import type { SequenceOptions } from './options.ts';
import type { Vocabulary } from './runtime.ts';
import type { SamplerWorkspace } from './sampler/workspace.ts';
import type { Sequence } from './sequence.ts';
import type { CacheMove } from './slots.ts';
import { tokenInfo } from './text/token-info.ts';

export interface BeamRunnerOptions {
  readonly vocabulary: Vocabulary;
  readonly workspace: SamplerWorkspace;
  readonly contextLength: number;
  /** Sequences that may run at once. */
  readonly parallel: number;
  readonly requests: OpenRequests;
  readonly move: (moves: readonly CacheMove[]) => void;
  /** Takes a sequence off its place. */
  readonly remove: (sequence: Sequence) => void;
  /** Makes what a sequence needs to become text. */
  readonly prepare: (sequence: Sequence) => void;
  readonly fail: (request: number, error: unknown) => void;
}

/** Runs the beam searches of an engine: their beams are sequences like others, which share every batch with them. */
export class BeamRunner {
  readonly #options: BeamRunnerOptions;
  readonly #scorers = new WeakMap<BeamSearch, BeamScorer>();

  constructor(options: BeamRunnerOptions) {
    this.#options = options;
  }

  /** Makes the choices of a request the places of a search. Throws an ApiError 400 when it can never run. */
  start(sequences: readonly Sequence[], { beams, options, prompt }: EngineRequest): void {
    // Without a token to come there is nothing to search for.
    if (!beams || options.maxTokens === 0) return;
    const { parallel, contextLength, vocabulary } = this.#options;
    checkBeamWidth(sequences.length, parallel);
    checkOptions(options);
    const { stopTokenIds, ignoreEos } = options.sampling;
    const search = new BeamSearch({
      ...beams,
      sequences,
      ending: new Set([...stopTokenIds, ...(ignoreEos ? [] : vocabulary.endOfGeneration)]),
      maxLength: Math.min(options.maxTokens, contextLength - prompt.length),
    });
    for (const sequence of sequences) sequence.search = search;
    const [first, ...others] = sequences;
    if (first) first.companions = others;
  }

  /** Takes the logits that the model gave for a beam. */
  read(sequence: Sequence, search: BeamSearch, logits: Float32Array): void {
    const { tokens, promptLength, length, request } = sequence;
    const completion = Array.from(tokens.subarray(promptLength, length));
    try {
      search.take(sequence, this.#scorer(search).best(logits, completion, search.breadth));
    } catch (error) {
      this.#options.fail(request, error);
    }
  }

  /** After all logits of a step: lets the searches go on that have heard of all their beams. */
  advance(sequences: readonly Sequence[]): void {
    const { move, requests } = this.#options;
    for (const search of new Set(sequences.flatMap((sequence) => sequence.search ?? []))) {
      const [first] = search.sequences;
      if (!first || first.ended || !search.ready) continue;
      const moves = search.advance();
      requests.begin(first);
      if (moves) move(moves);
      else this.#answer(search, first.request);
    }
  }

  #scorer(search: BeamSearch): BeamScorer {
    let scorer = this.#scorers.get(search);
    if (!scorer) {
      const { vocabulary, workspace } = this.#options;
      // All places have the options of their request.
      scorer = new BeamScorer(search.sequences[0]!.options.sampling, vocabulary, workspace);
      this.#scorers.set(search, scorer);
    }
    return scorer;
  }

  /** Tells the answers token by token, as if each had been sampled: so they end, and become text, like others. */
  #answer(search: BeamSearch, id: number): void {
    const { requests, remove, fail, vocabulary } = this.#options;
    for (const sequence of search.sequences) remove(sequence);
    const answers = search.answers();
    try {
      if (answers.length === 0) throw internalError('A beam search found no answer.');
      requests.get(id)?.expect(answers.length);
      for (const [choice, samples] of answers.entries()) {
        const sequence = search.sequences[choice]!;
        this.#restart(sequence);
        for (const sample of samples) {
          const info = sample.logprob === undefined ? undefined : tokenInfo(sample, vocabulary);
          sequence.append(sample.token);
          requests.commit(sequence, sample.token, info);
        }
        if (!sequence.ended) throw new Error('the answer of a beam search has no end');
      }
    } catch (error) {
      fail(id, error);
    }
  }

  #restart(sequence: Sequence): void {
    sequence.restart();
    if (!sequence.text) this.#options.prepare(sequence);
  }
}

/** What the parameters alone do not tell: a form or a limit of the reasoning can come from the model's chat template. */
function checkOptions({ output, reasoning }: SequenceOptions): void {
  const name = output !== undefined ? 'response_format' : reasoning ? 'reasoning_effort' : undefined;
  if (name === undefined) return;
  throw invalidRequest(
    name,
    `${name} cannot be combined with use_beam_search: true.`,
    'conflicting_parameters',
  );
}
