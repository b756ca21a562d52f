import type { ChatRequest } from '../core/complete.ts';
import type { ParameterReport } from '../core/report.ts';

/**
 * Leaves out biases for tokens that the vocabulary does not have, and says so: they were written for another model's
 * vocabulary, and a token that cannot come is neither more nor less likely for them.
 */
export function withKnownBias(
  request: ChatRequest,
  vocabularySize: number,
  report: ParameterReport,
): ChatRequest {
  const { logit_bias: bias } = request.parameters;
  const foreign = Object.keys(bias ?? {}).filter((key) => Number(key) >= vocabularySize);
  if (!bias || foreign.length === 0) return request;
  for (const key of foreign) {
    report.add(`logit_bias.${key}`, 'ignored', `The model's token ids end at ${vocabularySize - 1}.`);
  }
  const known = Object.fromEntries(Object.entries(bias).filter(([key]) => !foreign.includes(key)));
  return { ...request, parameters: { ...request.parameters, logit_bias: known } };
}
