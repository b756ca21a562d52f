import type { Conversation, Part, Turn } from './conversation.ts';
import { isObject, type Json } from './json.ts';

interface Content {
  readonly role: 'user' | 'model';
  readonly parts: Json[];
}

/**
 * "If you want to transfer history from other models": Gemini 3 refuses calls without the signature of the thought
 * behind them, unless this stands in its place (ai.google.dev, thought signatures).
 */
const NO_SIGNATURE = 'skip_thought_signature_validator';

/** Turns as contents, of which none follows another of its role. */
export function geminiContents({ turns }: Conversation, model: string): readonly Content[] {
  const signed = /gemini-[3-9]/.test(model);
  const contents: Content[] = [];
  for (const turn of turns) {
    const role = turn.role === 'assistant' ? 'model' : 'user';
    const parts = partsOf(turn, signed);
    const last = contents.at(-1);
    if (last?.role === role) last.parts.push(...parts);
    else if (parts.length > 0) contents.push({ role, parts });
  }
  return contents;
}

function partsOf(turn: Turn, signed: boolean): Json[] {
  switch (turn.role) {
    case 'user':
      return turn.parts.map(partOf);
    case 'assistant':
      return [
        ...turn.parts.map(partOf),
        ...turn.calls.map(({ name, arguments: args }, index) => ({
          functionCall: { name, args },
          // Of calls made together the first carries the signature.
          ...(signed && index === 0 && { thoughtSignature: NO_SIGNATURE }),
        })),
      ];
    case 'tool': {
      const media = turn.parts.filter((part) => part.kind === 'media').map(partOf);
      return [{ functionResponse: { name: turn.name, response: resultOf(turn.parts) } }, ...media];
    }
  }
}

/** 'Use "output" key to specify function output'; a result that is an object stands for itself. */
function resultOf(parts: readonly Part[]): Json {
  const text = parts.map((part) => (part.kind === 'text' ? part.text : '')).join('');
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return { output: text };
}

function partOf(part: Part): Json {
  switch (part.kind) {
    case 'text':
      return { text: part.text };
    case 'media':
      return { inlineData: { mimeType: part.mediaType, data: part.data } };
    case 'address':
      return { fileData: { fileUri: part.url } };
  }
}
