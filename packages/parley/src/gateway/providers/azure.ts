import type { Provider } from '../target.ts';
import { openai } from './openai.ts';

/**
 * Azure OpenAI, learn.microsoft.com. The address is that of the resource, `https://NAME.openai.azure.com`, and may carry
 * an `api-version`; the model is the name of the deployment.
 */
export const azure: Provider = {
  ...openai,
  name: 'azure',
  dialect: 'azure',
  baseUrl: undefined,
  keyVariable: 'AZURE_OPENAI_API_KEY',
  auth: { header: 'api-key', prefix: '' },
  prompts: [],
};
