import type { PromptParameters } from './request.ts';

/** How many tokens of the prompt's end `truncate_prompt_tokens` keeps; undefined: all of them. */
export function keptTokens(parameters: PromptParameters, contextLength: number): number | undefined {
  const kept = parameters.truncate_prompt_tokens ?? undefined;
  if (kept === undefined || kept > 0) return kept;
  const most = parameters.max_completion_tokens ?? parameters.max_tokens;
  const least = parameters.min_completion_tokens ?? parameters.min_tokens ?? 0;
  // A limit that leaves no room for a prompt is refused later, with the numbers.
  return Math.max(1, contextLength - Math.max(1, most ?? least));
}

/**
 * Where a text is cut, the next tokens can differ from those of the whole text; these many are more than that reaches, in
 * every vocabulary that splits texts into words.
 */
const MARGIN_TOKENS = 1024;

/** The end of a text that has at least so many tokens, and some more: to tokenise all of it could take half a minute. */
export function tailFor(text: string, tokens: number, longestTokenBytes: number): string {
  // A code unit is at least a byte.
  return text.slice(-(tokens + MARGIN_TOKENS) * longestTokenBytes);
}
