import type { Dialect } from './dialect.ts';
import { encodeOpenAi, openAiDialect } from './openai.ts';
import { endpoint } from './url.ts';

/** The latest version that is generally available. */
const API_VERSION = '2024-10-21';

/**
 * OpenAI's form at other addresses: below a base that ends in `/openai/v1` the model is named in the body; below any
 * other it is a deployment of the path, and `api-version` is part of the address.
 */
export const azureDialect: Dialect = {
  name: 'azure',
  encode: (target, { input, parameters, unknown }) => {
    const { baseUrl } = target.upstream;
    const isVersionless = /\/openai\/v1\/?$/.test(new URL(baseUrl).pathname);
    const deployment = `/openai/deployments/${encodeURIComponent(target.model)}`;
    return encodeOpenAi(target, input, parameters, unknown, (path) =>
      isVersionless
        ? endpoint(baseUrl, path)
        : endpoint(baseUrl, `${deployment}${path}`, { 'api-version': API_VERSION }),
    );
  },
  reader: openAiDialect.reader,
};
