import type { DialectName } from '../target.ts';
import { anthropicDialect } from './anthropic.ts';
import { azureDialect } from './azure.ts';
import type { Dialect } from './dialect.ts';
import { geminiDialect } from './gemini.ts';
import { openAiDialect } from './openai.ts';

export const DIALECTS: Readonly<Record<DialectName, Dialect>> = {
  openai: openAiDialect,
  azure: azureDialect,
  anthropic: anthropicDialect,
  gemini: geminiDialect,
};
