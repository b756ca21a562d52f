import type { AnswerWriter, Extras } from './answer-writer.ts';
import { countOf, type Json, objectOf, objectsOf, textOf } from './json.ts';

interface OpenCall {
  readonly id: string | undefined;
  /** The writer's. */
  readonly index: number;
}

/** Where the older `function_call` is kept, which has no index. */
const LEGACY = -1;

/** Tool calls of one choice, as their pieces name them: by index, and where several share one, by id. */
export class CallReader {
  readonly #writer: AnswerWriter;
  readonly #choice: number;
  readonly #open = new Map<number, OpenCall>();

  constructor(writer: AnswerWriter, choice: number) {
    this.#writer = writer;
    this.#choice = choice;
  }

  /** The calls of a delta or of a message. `extras` go with the first. */
  read(delta: Json, extras: Extras): void {
    const calls = objectsOf(delta.tool_calls);
    for (const [place, call] of calls.entries()) this.#read(call, place, place === 0 ? extras : {});
    const legacy = objectOf(delta.function_call);
    if (legacy) this.#read({ index: LEGACY, function: legacy }, LEGACY, calls.length === 0 ? extras : {});
  }

  #read(call: Json, place: number, extras: Extras): void {
    const custom = objectOf(call.custom);
    const named = custom ?? objectOf(call.function) ?? {};
    const id = textOf(call.id) || undefined;
    const key = call.index === LEGACY ? LEGACY : (countOf(call.index) ?? this.#placeOf(id, place));
    const name = textOf(named.name) || undefined;
    let open = this.#open.get(key);
    // Some upstreams give every call the index 0 and tell them apart by their ids.
    const isAnother = open !== undefined && name !== undefined && id !== undefined && id !== open.id;
    const text = argumentsOf(custom ? named.input : named.arguments);
    if (open === undefined || isAnother) {
      if (name === undefined) {
        this.#writer.skip();
        return;
      }
      const kind = custom ? 'custom' : 'function';
      open = { id, index: this.#writer.callStart(this.#choice, { id, kind, name }, extras) };
      this.#open.set(key, open);
      this.#writer.callArguments(this.#choice, open.index, text);
    } else this.#writer.callArguments(this.#choice, open.index, text, extras);
  }

  /** Without an index: the call of that id, or the one at this place of the list. */
  #placeOf(id: string | undefined, place: number): number {
    if (id === undefined) return place;
    for (const [key, open] of this.#open) if (open.id === id) return key;
    return this.#open.has(place) ? this.#open.size : place;
  }
}

/** JSON text; some upstreams send the object itself. */
function argumentsOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}
