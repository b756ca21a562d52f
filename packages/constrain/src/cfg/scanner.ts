import { ConstraintError } from '../errors.ts';

/** Reads a grammar's text and knows where it stands. */
export class Scanner {
  readonly text: string;
  at = 0;
  #lines: number[] | null = null;
  readonly #sticky = new Map<string, RegExp>();

  constructor(text: string) {
    this.text = text;
  }

  get done(): boolean {
    return this.at >= this.text.length;
  }

  /** Line and column. */
  get place(): string {
    this.#lines ??= [0, ...[...this.text.matchAll(/\n/g)].map((m) => m.index + 1)];
    let [low, high] = [0, this.#lines.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#lines[middle]! <= this.at) low = middle;
      else high = middle - 1;
    }
    return `${low + 1}:${this.at - this.#lines[low]! + 1}`;
  }

  fail(message: string, keyword = ''): never {
    throw new ConstraintError('invalid', message, { pointer: this.place, keyword });
  }

  unsupported(what: string): never {
    throw new ConstraintError('unsupported', `${what} cannot be enforced`, {
      pointer: this.place,
      keyword: what,
    });
  }

  /** The match of a sticky expression at this place, which is then passed over; else null. */
  take(expression: RegExp): RegExpExecArray | null {
    const found = this.look(expression);
    if (found) this.at += found[0].length;
    return found;
  }

  look(expression: RegExp): RegExpExecArray | null {
    let sticky = this.#sticky.get(expression.source);
    if (!sticky) {
      sticky = new RegExp(expression.source, `${expression.flags}y`);
      this.#sticky.set(expression.source, sticky);
    }
    sticky.lastIndex = this.at;
    return sticky.exec(this.text);
  }

  expect(text: string): void {
    if (!this.text.startsWith(text, this.at)) this.fail(`Expected ${text}`);
    this.at += text.length;
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  v: '\v',
  0: '\0',
};

/** The text of a quoted literal with C-like escapes, from after its opening quote; passes the closing one. */
export function quoted(scanner: Scanner, quote: string): string {
  let out = '';
  for (;;) {
    if (scanner.done) scanner.fail('The string is not closed');
    const escaped = scanner.take(/\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))/);
    if (escaped) {
      const hex = escaped[1] ?? escaped[2] ?? escaped[3];
      if (hex && Number.parseInt(hex, 16) > 0x10ffff) scanner.fail('Not a character');
      out += hex ? String.fromCodePoint(Number.parseInt(hex, 16)) : (ESCAPES[escaped[4]!] ?? escaped[4]!);
      continue;
    }
    const c = String.fromCodePoint(scanner.text.codePointAt(scanner.at)!);
    scanner.at += c.length;
    if (c === quote) return out;
    out += c;
  }
}
