import { parseJson } from '../errors.ts';

/**
 * Reads JSON that is still being written: what there is of it at any time, closed where it is open. Numbers and words
 * count when they are complete, texts as far as they have come.
 */
export class PartialJson {
  #text = '';
  /** What was read last. */
  #closed = '';
  /** What closes the arrays and objects that are open, the innermost last. */
  readonly #open: string[] = [];
  /** Up to here the text is a value, but for what closes it. */
  #sound = 0;
  #soundInText = false;
  #inText = false;
  #isKey = false;
  /** Characters of an escape that are still to come. */
  #escape = 0;
  /** The last one that is no white space, outside of texts. */
  #last = '';

  /** The value as far as it has come; undefined if it is no more than before, and for what is no JSON. */
  push(text: string): unknown {
    const start = this.#text.length;
    this.#text += text;
    for (let at = start; at < this.#text.length; at++) this.#read(this.#text.charAt(at), at + 1);
    if (this.#sound === 0) return undefined;
    const closing = (this.#soundInText ? '"' : '') + [...this.#open].reverse().join('');
    const closed = this.#text.slice(0, this.#sound) + closing;
    if (closed === this.#closed) return undefined;
    this.#closed = closed;
    return parseJson(closed);
  }

  #read(character: string, end: number): void {
    if (this.#inText) this.#readText(character, end);
    else if (character === '"') {
      this.#inText = true;
      this.#isKey = this.#open.at(-1) === '}' && this.#last !== ':';
      if (!this.#isKey) this.#soundAt(end, true);
      this.#last = character;
    } else {
      if (character === '{' || character === '[') {
        this.#open.push(character === '{' ? '}' : ']');
        this.#soundAt(end, false);
      } else if (character === '}' || character === ']') {
        this.#open.pop();
        this.#soundAt(end, false);
      } else if (character === ',') this.#soundAt(end - 1, false);
      if (character.trim()) this.#last = character;
    }
  }

  #readText(character: string, end: number): void {
    if (this.#escape > 0) this.#escape += character === 'u' && this.#escape === 1 ? 3 : -1;
    else if (character === '\\') this.#escape = 1;
    else if (character === '"') this.#inText = false;
    if (this.#isKey || this.#escape > 0) return;
    this.#soundAt(end, this.#inText);
  }

  #soundAt(end: number, inText: boolean): void {
    this.#sound = end;
    this.#soundInText = inText;
  }
}
