import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** `pk_`, 12 letters and digits that may be seen, `_`, 256 random bits in base64url. */
const FORM = /^pk_([0-9a-z]{12})_[\w-]{43}$/;
const ID_ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz';
const ID_LENGTH = 12;
const SECRET_BYTES = 32;

/** Injected, so that tests know what they get. */
export type RandomBytes = (length: number) => Uint8Array;

export function newKeyId(random: RandomBytes = randomBytes): string {
  let id = '';
  while (id.length < ID_LENGTH) {
    for (const byte of random(2 * ID_LENGTH)) {
      // The greatest multiple of 36 in a byte, so that all characters are equally likely.
      if (byte < 252 && id.length < ID_LENGTH) id += ID_ALPHABET.charAt(byte % 36);
    }
  }
  return id;
}

export function newSecret(id: string, random: RandomBytes = randomBytes): string {
  return `pk_${id}_${Buffer.from(random(SECRET_BYTES)).toString('base64url')}`;
}

/** The id of the key that a secret belongs to; undefined for what is none of our secrets. */
export function keyIdOf(secret: string): string | undefined {
  return FORM.exec(secret)?.[1];
}

/**
 * SHA-256, in hexadecimal: 256 random bits cannot be guessed, so that a slow hash would protect nothing and cost each call
 * its time.
 */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Takes equally long wherever they differ. */
export function sameHash(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
