/** Marsaglia's xorshift32 in bulk: fills 32-bit words, the same for the same seed. */
export function randomFiller(seed) {
  let state = Math.imul(seed, 2654435761) | 0 || 1;
  return (words) => {
    let s = state;
    for (let i = 0; i < words.length; i++) {
      s ^= s << 13;
      s ^= s >>> 17;
      s ^= s << 5;
      words[i] = s;
    }
    state = s;
  };
}

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The bits of a number as IEEE half precision, rounded to nearest. */
export function toHalf(value) {
  float[0] = value;
  const sign = (bits[0] >>> 16) & 0x8000;
  const exponent = ((bits[0] >>> 23) & 255) - 112;
  const mantissa = bits[0] & 0x7fffff;
  if (exponent < -10) return sign;
  if (exponent <= 0) return sign | ((((mantissa | 0x800000) >>> (13 - exponent)) + 1) >>> 1);
  if (exponent >= 31) return sign | 0x7c00;
  return sign | ((exponent << 10) + ((mantissa + 0x1000) >>> 13));
}
