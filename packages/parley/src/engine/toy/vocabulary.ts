import type { TokenId, TokenizeOptions, Tokenizer, TokenKind, Vocabulary } from '../runtime.ts';

const CONTROL = ['<|end|>', '<|start|>', '<|sep|>'];
export const TOY_END = 256;

/** 256 byte tokens, three control tokens, and one token for the word "the". */
export class ToyVocabulary implements Vocabulary {
  readonly size = 260;
  readonly endOfGeneration: ReadonlySet<TokenId> = new Set([TOY_END]);
  readonly bos = 257;
  readonly eos = TOY_END;
  readonly addBos = false;

  bytes(token: TokenId): Uint8Array {
    if (token < 256) return Uint8Array.of(token);
    return new TextEncoder().encode(token < 259 ? CONTROL[token - 256] : 'the');
  }

  kind(token: TokenId): TokenKind {
    return token >= 256 && token < 259 ? 'control' : 'normal';
  }
}

export class ToyTokenizer implements Tokenizer {
  readonly vocabulary = new ToyVocabulary();

  tokenize(text: string, { special }: TokenizeOptions): TokenId[] {
    const parts = special ? text.split(/(<\|end\|>|<\|start\|>|<\|sep\|>)/) : [text];
    return parts.flatMap((part) => {
      const control = special ? CONTROL.indexOf(part) : -1;
      return control >= 0 ? [256 + control] : [...new TextEncoder().encode(part)];
    });
  }

  close(): void {}
}
