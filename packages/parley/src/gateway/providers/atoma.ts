import { BOTH_LIMITS, compatible, PENALTIES, SAMPLING, TOOLS } from './families.ts';
import { table } from './table.ts';

/** docs.atoma.network, `chat/completions`; `logprobs` is not among its fields. */
export const atoma = compatible({
  name: 'atoma',
  baseUrl: 'https://api.atoma.network/v1',
  keyVariable: 'ATOMASDK_BEARER_AUTH',
  parameters: table({
    honoured: [
      ...SAMPLING,
      ...PENALTIES,
      ...TOOLS,
      ...BOTH_LIMITS,
      'seed',
      'n',
      'logit_bias',
      'response_format',
    ],
    translated: ['structured_outputs'],
  }),
  marks: ['user'],
  messages: { refusals: true },
});
