import type { ContentPart, Message } from '@parley/protocol';
import { invalidRequest } from '@parley/protocol/errors';
import { addressOf, mediumOf, messageMisfit } from '../providers/message-fit.ts';
import type { MessageRules } from '../target.ts';
import type { Note } from './dialect.ts';
import { isObject, type Json } from './json.ts';
import { type Media, mediaOf } from './media.ts';
import { refusal } from './openai-parameters.ts';

export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | ({ readonly kind: 'media' } & Media)
  | { readonly kind: 'address'; readonly url: string };

export interface Call {
  readonly id: string;
  readonly name: string;
  readonly arguments: Json;
}

export type Turn =
  | { readonly role: 'user'; readonly parts: readonly Part[] }
  | { readonly role: 'assistant'; readonly parts: readonly Part[]; readonly calls: readonly Call[] }
  /** `name`: of the function that was called. */
  | { readonly role: 'tool'; readonly id: string; readonly name: string; readonly parts: readonly Part[] };

/** Messages for upstreams whose form is not OpenAI's: instructions apart, and only what they have words for. */
export interface Conversation {
  readonly instructions: readonly string[];
  readonly turns: readonly Turn[];
  readonly notes: readonly Note[];
}

interface Reading {
  readonly rules: MessageRules;
  readonly instructions: string[];
  readonly turns: Turn[];
  readonly notes: Map<string, Note>;
  /** Of the calls, by id. */
  readonly names: Map<string, string>;
}

/** Messages of the form of today (`modernForm`). Throws ApiError 400 for what the upstream cannot be told. */
export function conversationOf(rules: MessageRules, messages: readonly Message[]): Conversation {
  const misfit = messageMisfit(rules, messages);
  if (misfit !== undefined) throw refusal(misfit.path, `it does not take ${misfit.what}`);
  const reading: Reading = { rules, instructions: [], turns: [], notes: new Map(), names: new Map() };
  for (const [index, message] of messages.entries()) read(message, index, reading);
  const { instructions, turns, notes } = reading;
  return { instructions, turns, notes: [...notes.values()] };
}

function read(message: Message, index: number, reading: Reading): void {
  if ('name' in message && message.name && message.role !== 'tool') {
    note(reading, 'messages[].name', 'ignored', 'The upstream does not tell participants apart.');
  }
  const parts = partsOf('content' in message ? message.content : undefined, reading);
  switch (message.role) {
    case 'system':
    case 'developer':
      if (reading.turns.length > 0) {
        const detail = 'The upstream has instructions at the beginning alone: later ones are moved there.';
        note(reading, 'messages', 'translated', detail);
      }
      reading.instructions.push(parts.map((part) => (part.kind === 'text' ? part.text : '')).join(''));
      return;
    case 'user':
      reading.turns.push({ role: 'user', parts });
      return;
    case 'assistant':
      reading.turns.push({
        role: 'assistant',
        parts: spoken(message, parts, reading),
        calls: callsOf(message, index, reading),
      });
      return;
    case 'tool': {
      const id =
        'tool_call_id' in message && typeof message.tool_call_id === 'string' ? message.tool_call_id : '';
      reading.turns.push({ role: 'tool', id, name: reading.names.get(id) ?? id, parts });
      return;
    }
  }
}

function spoken(message: Message, parts: readonly Part[], reading: Reading): readonly Part[] {
  const { content } = message;
  const thinks = Array.isArray(content) && content.some((part) => isObject(part) && part.type === 'thinking');
  if (
    thinks ||
    ('reasoning' in message && message.reasoning) ||
    ('reasoning_content' in message && message.reasoning_content)
  ) {
    // Both want their own signature beside a thought, which has no place in this API.
    note(
      reading,
      'messages[].reasoning',
      'ignored',
      'The upstream takes no thoughts but those it has signed.',
    );
  }
  if (!('refusal' in message) || typeof message.refusal !== 'string' || parts.length > 0) return parts;
  note(reading, 'messages[].refusal', 'translated', 'Refusals of earlier turns are sent as text.');
  return [{ kind: 'text', text: message.refusal }];
}

function callsOf(message: Message, index: number, { names }: Reading): readonly Call[] {
  const calls = 'tool_calls' in message ? (message.tool_calls ?? []) : [];
  return calls.flatMap((call, at) => {
    if (!('function' in call)) return [];
    const { name, arguments: text } = call.function;
    names.set(call.id, name);
    const path = `messages[${index}].tool_calls[${at}].function.arguments`;
    return { id: call.id, name, arguments: argumentsOf(text, path) };
  });
}

function argumentsOf(text: string, path: string): Json {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw invalidRequest(path, `${path} must be a JSON object for the upstream of this model.`);
}

function partsOf(content: unknown, reading: Reading): readonly Part[] {
  if (typeof content === 'string') return content === '' ? [] : [{ kind: 'text', text: content }];
  if (!Array.isArray(content)) return [];
  const parts: readonly ContentPart[] = content;
  return parts.flatMap((part) => partOf(part, reading));
}

function partOf(part: ContentPart, reading: Reading): Part | readonly Part[] {
  if (typeof part === 'string') return textPart(part);
  if ('text' in part) return textPart(part.text);
  if ('refusal' in part) return textPart(part.refusal);
  if ('thinking' in part) return [];
  if ('image_url' in part && isObject(part.image_url) && (part.image_url.detail ?? 'auto') !== 'auto') {
    const detail = 'The upstream looks at all images alike.';
    note(reading, 'messages[].content[].image_url.detail', 'ignored', detail);
  }
  if (mediumOf(part) === 'image-url') {
    return {
      kind: 'address',
      url: addressOf('image_url' in part ? part.image_url : Reflect.get(part, 'image')),
    };
  }
  const media = mediaOf(part);
  return media === undefined ? [] : { kind: 'media', ...media };
}

function textPart(text: string): Part | readonly Part[] {
  return text === '' ? [] : { kind: 'text', text };
}

function note({ notes }: Reading, name: string, change: Note['change'], detail: string): void {
  notes.set(name, { name, change, detail });
}
