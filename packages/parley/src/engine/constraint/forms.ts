import type { MarkSets, Marks } from '../answer/marks.ts';
import type { Runtime } from '../runtime.ts';
import type { Sequence } from '../sequence.ts';
import type { Guide } from './guide.ts';
import { Guides } from './guides.ts';
import { LongWork, type LongWorkOptions } from './long-work.ts';

export interface FormsOptions extends LongWorkOptions {
  readonly runtime: Runtime;
  readonly markSets: MarkSets;
  readonly fail: (request: number, error: unknown) => void;
}

/**
 * The forms of an engine's answers. What may take long, compiles and masks that are not known, is done between two steps,
 * where other sequences can be let in between; while one of its forms is busy, a sequence waits.
 */
export class Forms {
  readonly #options: FormsOptions;
  readonly #guides: Guides;
  readonly #work: LongWork;
  /** First choices of requests whose form is to be compiled. */
  readonly #uncompiled: Sequence[] = [];
  /** Sequences whose next mask may not be known. */
  readonly #moved: Sequence[] = [];

  constructor(options: FormsOptions) {
    this.#options = options;
    this.#work = new LongWork(options);
    this.#guides = new Guides(options.runtime, this.#work.tick);
  }

  /** The choices of a new request. */
  add(sequences: readonly Sequence[]): void {
    const [first] = sequences;
    if (first?.options.output === undefined) return;
    const form = this.#guides.form(first.options.output);
    for (const sequence of sequences) sequence.form = form;
    if (!form.compiled) this.#uncompiled.push(first);
  }

  /** For a sequence that begins; undefined when its answer is free. */
  guide({ form, options }: Sequence, marks: Marks): Guide | undefined {
    return form && this.#guides.start(form, { mayEnd: !options.sampling.ignoreEos, marks });
  }

  /** The guide of the sequence has advanced. */
  moved(sequence: Sequence): void {
    this.#moved.push(sequence);
  }

  /** Does what is due. To be called between two steps. */
  work(): void {
    if (this.#uncompiled.length === 0 && this.#moved.length === 0) return;
    this.#work.begin();
    for (let next = takeFree(this.#uncompiled); next; next = takeFree(this.#uncompiled)) this.#compile(next);
    for (let next = takeFree(this.#moved); next; next = takeFree(this.#moved)) this.#prepare(next);
  }

  #compile(first: Sequence): void {
    const { form, options, request } = first;
    if (first.ended || !form || form.compiled) return;
    const marks = this.#options.markSets.of(options.marks ?? []);
    try {
      this.#work.run(form, () => this.#guides.compile(form, marks));
    } catch (error) {
      this.#options.fail(request, error);
    }
  }

  #prepare(sequence: Sequence): void {
    const { form, guide, request } = sequence;
    if (!form || !guide || sequence.ended || guide.prepared) return;
    try {
      this.#work.run(form, () => guide.prepare());
    } catch (error) {
      this.#options.fail(request, error);
    }
  }
}

/** Takes out the first that can be worked on. Meanwhile the list can change: steps come in between. */
function takeFree(list: Sequence[]): Sequence | undefined {
  const at = list.findIndex(({ form }) => !form?.busy);
  return at < 0 ? undefined : list.splice(at, 1)[0];
}
