/** Test support: what an operator's module with logits processors looks like. */
import type { LogitsProcessorFactory } from '../src/engine/sampler/processor.ts';

/** Bans the tokens whose text has a letter in it. */
const lipogram: LogitsProcessorFactory = ({ args, xargs, vocabulary }) => {
  const letter = args[0] ?? xargs.letter;
  if (typeof letter !== 'string' || letter.length !== 1) throw new TypeError('letter must be one character');
  const decoder = new TextDecoder();
  const banned: number[] = [];
  for (let token = 0; token < vocabulary.size; token++) {
    if (decoder.decode(vocabulary.bytes(token)).toLowerCase().includes(letter)) banned.push(token);
  }
  return ({ logits }) => {
    for (const token of banned) logits[token] = -Infinity;
  };
};

/** Repeats the prompt, token by token. */
const parrot: LogitsProcessorFactory =
  () =>
  ({ promptTokens, tokens, logits }) => {
    const next = promptTokens[tokens.length];
    if (next !== undefined) logits[next] = 1e6;
  };

const broken: LogitsProcessorFactory =
  () =>
  ({ tokens }) => {
    if (tokens.length === 3) throw new Error('an operator made a mistake');
  };

export const processors = { lipogram, parrot, broken };
