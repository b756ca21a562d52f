import type { TokenId, Tokenizer, TokenKind, Vocabulary } from '../runtime.ts';

const CONTROL_KINDS: ReadonlySet<TokenKind> = new Set(['control', 'unknown']);

/**
 * The names of a vocabulary's control tokens (`<|im_end|>`), and a way to keep them out of a caller's text.
 *
 * Before a template is rendered, a marker (a Unicode noncharacter) is put into each such name that occurs in the caller's
 * strings. In the rendered text names without a marker are the template's own and become tokens; the others are spelled.
 */
export class ControlNames {
  readonly #ids = new Map<string, TokenId>();
  readonly #pattern: RegExp | undefined;
  /** Every proper beginning of a name, longest first. */
  readonly #beginnings: ReadonlySet<string>;
  readonly #longest: number;

  constructor(vocabulary: Vocabulary) {
    const decoder = new TextDecoder();
    for (let token = 0; token < vocabulary.size; token++) {
      if (!CONTROL_KINDS.has(vocabulary.kind(token))) continue;
      const name = decoder.decode(vocabulary.bytes(token));
      // A name of one character cannot be told from text.
      if ([...name].length > 1 && !this.#ids.has(name)) this.#ids.set(name, token);
    }
    const names = [...this.#ids.keys()].sort((a, b) => b.length - a.length);
    this.#longest = names[0]?.length ?? 0;
    this.#beginnings = new Set(
      names.flatMap((name) => Array.from({ length: name.length - 1 }, (_, i) => name.slice(0, i + 1))),
    );
    this.#pattern = names.length === 0 ? undefined : new RegExp(names.map(escapePattern).join('|'), 'gu');
  }

  /** Whether some name holds this text, so that a template that puts signs around it could spell the name. */
  partOfName(text: string): boolean {
    return text !== '' && [...this.#ids.keys()].some((name) => name.includes(text));
  }

  /**
   * Puts `marker` into every name in the text, and behind an end that could begin a name: a template may set two of the
   * caller's strings side by side.
   */
  mark(text: string, marker: string): string {
    if (this.#pattern === undefined) return text;
    let marked = text;
    // Names may overlap, so one pass can uncover another name.
    while (marked.search(this.#pattern) >= 0) {
      marked = marked.replace(this.#pattern, (name) => {
        const [first = ''] = name;
        return first + marker + name.slice(first.length);
      });
    }
    return this.#endsLikeName(marked) ? marked + marker : marked;
  }

  #endsLikeName(text: string): boolean {
    for (let length = Math.min(this.#longest - 1, text.length); length > 0; length--) {
      if (this.#beginnings.has(text.slice(-length))) return true;
    }
    return false;
  }

  /** Tokens of a rendered text: names without a marker become control tokens, all else is spelled. */
  tokenize(tokenizer: Tokenizer, rendered: string, marker: string, addBos: boolean): TokenId[] {
    // Where nothing is marked the library does it all, with its rules for spaces around control tokens.
    if (!rendered.includes(marker)) return tokenizer.tokenize(rendered, { special: true, addBos });
    const tokens: TokenId[] = addBos ? tokenizer.tokenize('', { special: false, addBos }) : [];
    const spell = (text: string): void => {
      const plain = text.replaceAll(marker, '');
      if (plain === '') return;
      for (const token of tokenizer.tokenize(plain, { special: false, addBos: false })) tokens.push(token);
    };
    let from = 0;
    for (const match of this.#pattern === undefined ? [] : rendered.matchAll(this.#pattern)) {
      spell(rendered.slice(from, match.index));
      tokens.push(this.#ids.get(match[0])!);
      from = match.index + match[0].length;
    }
    spell(rendered.slice(from));
    return tokens;
  }
}

const FIRST_NONCHARACTER = 0xfdd0;
const NONCHARACTERS = 32;

/** Noncharacters that the text holds neither as such nor in JSON's escaped form. */
export function unusedMarkers(text: string, count: number): string[] | undefined {
  const lower = text.toLowerCase();
  const markers = Array.from({ length: NONCHARACTERS }, (_, i) => FIRST_NONCHARACTER + i)
    .filter((code) => !text.includes(String.fromCharCode(code)) && !lower.includes(`\\u${code.toString(16)}`))
    .map((code) => String.fromCharCode(code));
  return markers.length < count ? undefined : markers.slice(0, count);
}

/** The text with markers that the template wrote in JSON's escaped form as markers again. */
export function unescapeMarker(text: string, marker: string): string {
  return text.replaceAll(`\\u${marker.charCodeAt(0).toString(16)}`, marker);
}

function escapePattern(name: string): string {
  return name.replace(/[\\^$.*+?()[\]{}|/-]/gu, '\\$&');
}
