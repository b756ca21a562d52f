/** Common words; each becomes one token of the random-weight vocabularies, so prompts have a known length. */
export const WORDS = (
  'the of and to in is you that it he was for on are as with his they at be this have from or one had by word but ' +
  'not what all were we when your can said there use an each which she do how their if will up other about out ' +
  'many then them these so some her would make like him into time has look two more write go see number no way ' +
  'could people my than first water been call who oil its now find long down day did get come made may part over ' +
  'new sound take only little work know place year live me back give most very after thing our just name good ' +
  'sentence man think say great where help through much before line right too mean old any same tell boy follow ' +
  'came want show also around form three small set put end does another well large must big even such because ' +
  'turn here why ask went men read need land different home us move try kind hand picture again change off play ' +
  'spell air away animal house point page letter mother answer found study still learn should world'
).split(' ');

/** A linear congruential generator: 24 random bits a call, the same for the same seed. */
export function randomBits(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 8;
  };
}

/** `count` words that depend on the seed alone; different seeds differ from the first word on, almost always. */
export function promptText(count, seed) {
  const next = randomBits(Math.imul(seed, 2654435761));
  return Array.from({ length: count }, () => WORDS[next() % WORDS.length]).join(' ');
}
