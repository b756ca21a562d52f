import type { TokenId, Vocabulary } from '../runtime.ts';
import { packStrings, SortedStrings } from '../text/sorted-strings.ts';
import { isSpecial } from '../text/token-text.ts';

/** The tokens of a vocabulary sorted by their bytes, those that `skip_special_tokens` drops apart from the others. */
export class TokenOrders {
  readonly normal: SortedStrings;
  readonly special: SortedStrings;

  constructor(vocabulary: Vocabulary) {
    const pieces: Uint8Array[] = [];
    const normal: TokenId[] = [];
    const special: TokenId[] = [];
    for (let token = 0; token < vocabulary.size; token++) {
      pieces.push(vocabulary.bytes(token));
      (isSpecial(vocabulary.kind(token)) ? special : normal).push(token);
    }
    const packed = packStrings(pieces);
    this.normal = new SortedStrings(packed, normal);
    this.special = new SortedStrings(packed, special);
  }
}
