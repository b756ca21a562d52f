import { AbortError } from './errors.ts';
import { fork } from './fork.ts';

type Named<Event, Type> = Extract<Event, { type: Type }>;
type TypeOf<Event> = Event extends { type: infer Type } ? Type : never;

/**
 * Something under way: events for who iterates, the result for who waits for it. Any number may read, none takes events
 * from another; when the last one leaves early, it ends.
 */
export class Run<Event, Result> implements AsyncIterable<Event> {
  readonly #controller = new AbortController();
  readonly #branch: () => AsyncIterableIterator<Event>;
  readonly #listeners: ((event: Event) => void)[] = [];
  #outcome: { result: Result } | { error: unknown } | undefined;
  #final: Promise<Result> | undefined;

  /** `start` gives the events, and returns the result; the signal tells when it has to end. */
  constructor(start: (signal: AbortSignal) => AsyncGenerator<Event, Result>) {
    const events = start(this.#controller.signal);
    this.#branch = fork({
      next: () => this.#next(events),
      return: async () => {
        await this.close();
        return events.return(undefined as never);
      },
    });
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Event> {
    return this.#branch();
  }

  /** Two readers of the events that are still to come. */
  tee(): [AsyncIterableIterator<Event>, AsyncIterableIterator<Event>] {
    return [this.#branch(), this.#branch()];
  }

  /** Calls `listener` with each event of a type, as it is read by anyone. */
  on<Type extends TypeOf<Event>>(type: Type, listener: (event: Named<Event, Type>) => void): this {
    this.#listeners.push((event) => {
      if (hasType<Event, Type>(event, type)) listener(event);
    });
    return this;
  }

  /** Reads to the end. */
  final(): Promise<Result> {
    this.#final ??= this.#drain();
    return this.#final;
  }

  /** Ends it, with an AbortError for who still reads. */
  async close(): Promise<void> {
    this.#outcome ??= { error: new AbortError('It was closed before its end.') };
    this.#controller.abort();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #next(events: AsyncGenerator<Event, Result>): Promise<IteratorResult<Event, Result>> {
    try {
      const item = await events.next();
      if (item.done) this.#outcome ??= { result: item.value };
      else for (const listener of this.#listeners) listener(item.value);
      return item;
    } catch (error) {
      this.#outcome ??= { error };
      // What fails because it was closed fails with that.
      throw 'error' in this.#outcome ? this.#outcome.error : error;
    }
  }

  async #drain(): Promise<Result> {
    for await (const _ of this);
    const outcome = this.#outcome;
    if (outcome && 'result' in outcome) return outcome.result;
    throw outcome?.error;
  }
}

function hasType<Event, Type>(event: Event, type: Type): event is Named<Event, Type> {
  return (event as { type?: unknown }).type === type;
}
