/** The control tokens of Harmony, OpenAI's format of gpt-oss; source: https://cookbook.openai.com/articles/openai-harmony */
export const START = '<|start|>';
export const CHANNEL = '<|channel|>';
export const MESSAGE = '<|message|>';
export const CONSTRAIN = '<|constrain|>';
/** Ends a message behind which another one comes. */
export const END = '<|end|>';
/** These two end the generation, so they are seen only where a runtime goes on behind them. */
export const CALL = '<|call|>';
export const RETURN = '<|return|>';

/** Namespace of the caller's functions. */
export const FUNCTIONS = 'functions.';

/** Whether the template writes Harmony. */
export function detectsHarmony(template: string): boolean {
  return [START, CHANNEL, MESSAGE].every((mark) => template.includes(mark));
}
