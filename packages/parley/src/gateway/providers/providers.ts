import type { Provider } from '../target.ts';
import { anthropic } from './anthropic.ts';
import { atoma } from './atoma.ts';
import { azure } from './azure.ts';
import { cerebras } from './cerebras.ts';
import { deepseek } from './deepseek.ts';
import { fireworks } from './fireworks.ts';
import { gemini } from './gemini.ts';
import { groq } from './groq.ts';
import { lightcone } from './lightcone.ts';
import { llamaCpp } from './llama-cpp.ts';
import { mistral } from './mistral.ts';
import { ollama } from './ollama.ts';
import { openai } from './openai.ts';
import { openaiCompatible } from './openai-compatible.ts';
import { openrouter } from './openrouter.ts';
import { sglang } from './sglang.ts';
import { together } from './together.ts';
import { vllm } from './vllm.ts';
import { xai } from './xai.ts';

/** All that are known, by name. */
export const PROVIDERS: ReadonlyMap<string, Provider> = new Map(
  [
    cerebras,
    lightcone,
    atoma,
    openai,
    groq,
    mistral,
    together,
    fireworks,
    openrouter,
    deepseek,
    xai,
    ollama,
    llamaCpp,
    vllm,
    sglang,
    openaiCompatible,
    anthropic,
    gemini,
    azure,
  ].map((provider) => [provider.name, provider]),
);
