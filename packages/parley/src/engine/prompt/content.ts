import { invalidRequest, unsupportedParameter } from '@parley/protocol/errors';
import { isRecord } from './leaves.ts';

/** A message's content, apart from its reasoning. */
export interface FlatContent {
  /** The text parts, in order. */
  readonly texts: readonly string[];
  readonly isList: boolean;
  readonly reasoning: string | undefined;
}

/** Reads text, or a list of parts. What is neither text nor reasoning is a 400 that names the part. */
export function flattenContent(content: unknown, path: string): FlatContent {
  if (content === null || content === undefined) return { texts: [], isList: false, reasoning: undefined };
  if (typeof content === 'string') return { texts: [content], isList: false, reasoning: undefined };
  if (!Array.isArray(content)) throw invalidRequest(path, `${path} must be text or a list of parts.`);
  const texts: string[] = [];
  const thoughts: string[] = [];
  content.forEach((part: unknown, index) => {
    const { text, thought } = readPart(part, `${path}[${index}]`);
    if (text !== undefined) texts.push(text);
    if (thought !== undefined) thoughts.push(thought);
  });
  return { texts, isList: true, reasoning: thoughts.length > 0 ? thoughts.join('\n') : undefined };
}

function readPart(part: unknown, path: string): { text?: string; thought?: string } {
  if (typeof part === 'string') return { text: part };
  if (!isRecord(part)) throw invalidRequest(path, `${path} must be a content part.`);
  const { type, text, refusal, thinking } = part;
  if (type === 'text' && typeof text === 'string') return { text };
  if (type === 'refusal' && typeof refusal === 'string') return { text: refusal };
  if (type === 'thinking' && typeof thinking === 'string') return { thought: thinking };
  const kind = typeof type === 'string' ? `of type '${type.slice(0, 50)}'` : 'without a type';
  throw unsupportedParameter(path, `${path}: this model reads text only, not a part ${kind}.`);
}
