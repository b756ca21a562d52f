import { installed, KEY, URL } from './given.mjs';
import { stainlessScenarios } from './stainless.mjs';

const groq = await installed('groq-sdk');
// It appends /openai/v1 by itself.
if (groq) stainlessScenarios(new groq.Groq({ apiKey: KEY, baseURL: URL }), groq.Groq);
