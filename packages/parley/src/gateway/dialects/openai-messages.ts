import { createHash } from 'node:crypto';
import type { Message } from '@parley/protocol';
import type { MessageRules } from '../target.ts';
import type { Note } from './dialect.ts';
import { type Json, objectsOf } from './json.ts';
import { openAiParts, thoughtsOf } from './openai-parts.ts';

interface Rewriting {
  readonly rules: MessageRules;
  readonly notes: Note[];
}

/**
 * Messages as an upstream of the OpenAI form takes them. They go up as they came, with whatever unknown fields they
 * carry; only what its rules forbid is changed, and told.
 */
export function openAiMessages(
  rules: MessageRules,
  messages: readonly Message[],
  continued: boolean,
): { readonly messages: readonly Json[]; readonly notes: readonly Note[] } {
  const rewriting: Rewriting = { rules, notes: [] };
  const rewritten = messages.map((message) => rewrite(message, rewriting));
  const last = rewritten.at(-1);
  if (continued && rules.prefill === 'prefix' && last !== undefined) {
    rewritten[rewritten.length - 1] = { ...last, prefix: true };
  }
  return { messages: rewritten, notes: rewriting.notes };
}

function rewrite(message: Message, rewriting: Rewriting): Json {
  const { rules, notes } = rewriting;
  const fields: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(message)) {
    // Null means absent here; some upstreams take it for a value. Content may be null beside calls.
    if (value !== null || key === 'content') fields[key] = value;
  }
  if (fields.role === 'developer' && !rules.developer) {
    fields.role = 'system';
    note(notes, 'messages[].role', 'translated', 'Messages of the developer are sent as system messages.');
  }
  if (fields.name !== undefined && !rules.names && fields.role !== 'tool') {
    delete fields.name;
    note(notes, 'messages[].name', 'ignored', 'The upstream does not tell participants apart.');
  }
  if (fields.role === 'assistant') rewriteAssistant(fields, rewriting);
  if (Array.isArray(fields.content)) fields.content = openAiParts(rules, fields.content, notes);
  if (rules.toolCallIds === 'nine-alphanumerics') shortenIds(fields);
  return fields;
}

function rewriteAssistant(fields: Record<string, unknown>, { rules, notes }: Rewriting): void {
  const reasoning = fields.reasoning ?? fields.reasoning_content ?? thoughtsOf(rules, fields.content);
  delete fields.reasoning;
  delete fields.reasoning_content;
  if (reasoning !== undefined) {
    if (rules.reasoning !== 'none') fields[rules.reasoning] = reasoning;
    else
      note(
        notes,
        'messages[].reasoning',
        'ignored',
        'The upstream does not read the reasoning of earlier turns.',
      );
  }
  if (fields.refusal !== undefined && !rules.refusals) {
    if (!fields.content) fields.content = fields.refusal;
    delete fields.refusal;
    note(notes, 'messages[].refusal', 'translated', 'Refusals of earlier turns are sent as text.');
  }
  if (fields.audio !== undefined && !rules.customTools) {
    delete fields.audio;
    note(notes, 'messages[].audio', 'ignored', 'The upstream has no spoken answers.');
  }
  if (fields.tool_calls !== undefined) {
    fields.tool_calls = objectsOf(fields.tool_calls).map((call) => ({ type: 'function', ...call }));
  }
}

/** "Tool call id must be a-z, A-Z, 0-9, with a length of 9" (Mistral). Calls and results change alike. */
function shortenIds(fields: Record<string, unknown>): void {
  if (typeof fields.tool_call_id === 'string') fields.tool_call_id = nineAlphanumerics(fields.tool_call_id);
  if (fields.tool_calls === undefined) return;
  fields.tool_calls = objectsOf(fields.tool_calls).map((call) => ({
    ...call,
    id: nineAlphanumerics(String(call.id)),
  }));
}

function nineAlphanumerics(id: string): string {
  if (/^[a-zA-Z0-9]{9}$/.test(id)) return id;
  return createHash('sha256').update(id).digest('hex').slice(0, 9);
}

function note(notes: Note[], name: string, change: Note['change'], detail: string): void {
  if (!notes.some((each) => each.name === name)) notes.push({ name, change, detail });
}
