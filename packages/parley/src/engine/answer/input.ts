import type { AnswerPart, AnswerReader } from './format.ts';
import { findMark, heldBack } from './marker-scanner.ts';

/** Waits for more text at each `yield`. */
export type Reading<T = void> = Generator<void, T, void>;

/** The part of an answer that has come and is not accounted for, and what was made of the rest. */
export class AnswerInput {
  /** What came and was not used up. */
  rest = '';
  /** Whether nothing more comes. */
  ended = false;
  /** Whether somebody looked for more than there is of an answer that has ended, since something was last used up. */
  #isShort = false;
  #parts: AnswerPart[] = [];

  /** Waits until there is more in `rest`; false: nothing more comes. */
  *more(): Reading<boolean> {
    const { length } = this.rest;
    while (this.rest.length === length) {
      if (this.ended) return false;
      yield;
    }
    return true;
  }

  /** Waits for the character at a place of `rest`; empty where the answer ends before it. */
  *at(index: number): Reading<string> {
    while (index >= this.rest.length) {
      if (yield* this.more()) continue;
      this.#isShort = true;
      return '';
    }
    return this.rest[index]!;
  }

  /** Whether `rest` begins with the text; waits only until that is known. */
  *startsWith(text: string, from = 0): Reading<boolean> {
    for (let i = 0; i < text.length; i++) if ((yield* this.at(from + i)) !== text[i]) return false;
    return true;
  }

  /** How much white space comes next, from a place of `rest`. */
  *blanks(from = 0): Reading<number> {
    let index = from;
    while (isBlank(yield* this.at(index))) index++;
    return index - from;
  }

  /** Uses up white space and the mark behind it, or what the end of the answer left of it; nothing where that does not come next. */
  *skipBlanksAnd(mark: string): Reading<boolean> {
    const blanks = yield* this.blanks();
    const found = yield* this.startsWith(mark, blanks);
    if (found) this.skip(blanks + mark.length);
    else if (blanks < this.rest.length && mark.startsWith(this.rest.slice(blanks)))
      this.skip(this.rest.length);
    return found;
  }

  /** Shows the next code units as they are. */
  show(type: 'text' | 'reasoning', length: number): void {
    if (length > 0) this.#add({ type, text: this.#take(length) });
  }

  /** Uses up the next code units without showing them. */
  skip(length: number): void {
    if (length > 0) this.#add({ type: 'skip', length: this.#take(length).length });
  }

  /** The same for marks between two texts of a kind. */
  separate(separates: 'text' | 'reasoning', length: number): void {
    this.#parts.push({ type: 'skip', length: this.#take(length).length, separates });
  }

  /**
   * For what a mark of `length` code units began, and what is no call: it is text. But where the answer ended before that
   * was known, it was to be a call, and none of it is shown.
   */
  showUnlessCut(length: number): void {
    if (this.#isShort) this.skip(this.rest.length);
    else this.show('text', length);
  }

  /** Whether the answer ended before a place of `rest` where somebody looked. */
  get isCut(): boolean {
    return this.#isShort;
  }

  call(kind: 'function' | 'custom', name: string, id?: string): void {
    this.#parts.push({ type: 'call', kind, name, ...(id !== undefined && { id }) });
  }

  /** More of the open call. The text it was read from has to be skipped. */
  argue(text: string): void {
    if (text !== '') this.#add({ type: 'arguments', text });
  }

  /** Gives the next code units to the open call. */
  argueNext(length: number): void {
    const text = this.rest.slice(0, length);
    this.skip(length);
    this.argue(text);
  }

  /**
   * Uses up everything before the first of the marks, and leaves the mark. Undefined: the answer ended without one.
   * Held back is only what may begin a mark.
   */
  *before(marks: readonly string[], use: (length: number) => void): Reading<string | undefined> {
    this.#isShort = false;
    for (;;) {
      const found = findMark(this.rest, marks);
      if (found) {
        use(found.at);
        return found.mark;
      }
      use(this.rest.length - (this.ended ? 0 : heldBack(this.rest, marks)));
      if (!(yield* this.more())) {
        use(this.rest.length);
        return undefined;
      }
    }
  }

  *textBefore(...marks: string[]): Reading<string | undefined> {
    return yield* this.before(marks, (length) => this.show('text', length));
  }

  /** Uses up everything before the first of the marks without showing it; false: there is none. */
  *skipBefore(marks: readonly string[]): Reading<boolean> {
    return (yield* this.before(marks, (length) => this.skip(length))) !== undefined;
  }

  /** Parts since the last time, neighbours of a kind joined. */
  takeParts(): AnswerPart[] {
    return this.#parts.splice(0);
  }

  #take(length: number): string {
    this.#isShort = false;
    const taken = this.rest.slice(0, length);
    this.rest = this.rest.slice(length);
    return taken;
  }

  #add(part: Exclude<AnswerPart, { type: 'call' }>): void {
    const last = this.#parts.at(-1);
    if (part.type === 'skip') {
      if (last?.type === 'skip' && !last.separates)
        this.#parts[this.#parts.length - 1] = { type: 'skip', length: last.length + part.length };
      else this.#parts.push(part);
    } else if (last && last.type === part.type && 'text' in last) {
      this.#parts[this.#parts.length - 1] = { type: part.type, text: last.text + part.text };
    } else this.#parts.push(part);
  }
}

/** A reader made of a generator. When that is done, the rest of the answer is for the other reader, or text without one. */
export function readerOf(read: (input: AnswerInput) => Reading, then?: AnswerReader): AnswerReader {
  const input = new AnswerInput();
  const reading = read(input);
  let done = false;
  const run = (): AnswerPart[] => {
    done ||= reading.next().done === true;
    if (!done) return input.takeParts();
    if (!then) {
      input.show('text', input.rest.length);
      return input.takeParts();
    }
    const parts = input.takeParts();
    if (input.rest !== '') parts.push(...then.push(input.rest));
    input.rest = '';
    return parts;
  };
  return {
    push(text) {
      input.rest += text;
      return run();
    },
    end() {
      input.ended = true;
      const parts = run();
      return then && done ? [...parts, ...then.end()] : parts;
    },
  };
}

const isBlank = (character: string): boolean => /^\s$/.test(character);
