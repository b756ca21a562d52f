/** Finds where one JSON object or list ends in text that comes in pieces. It counts brackets; it does not check the rest. */
export class JsonScanner {
  #depth: number;
  #inString = false;
  #escaped = false;
  #done = false;

  /** @param depth how many brackets are open already. */
  constructor(depth = 0) {
    this.#depth = depth;
  }

  /** Whether the value has ended. */
  get done(): boolean {
    return this.#done;
  }

  /** @returns how many code units of the text belong to the value. */
  scan(text: string): number {
    for (let i = 0; i < text.length; i++) {
      const character = text[i]!;
      if (this.#inString) this.#string(character);
      else if (character === '"') this.#inString = true;
      else if (character === '{' || character === '[') this.#depth++;
      else if ((character === '}' || character === ']') && --this.#depth <= 0) {
        this.#done = true;
        return i + 1;
      }
    }
    return text.length;
  }

  #string(character: string): void {
    if (this.#escaped) this.#escaped = false;
    else if (character === '\\') this.#escaped = true;
    else if (character === '"') this.#inString = false;
  }
}
