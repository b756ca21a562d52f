import { createHash } from 'node:crypto';
import type { Conversation, Part, Turn } from './conversation.ts';
import type { Json } from './json.ts';

interface Message {
  readonly role: 'user' | 'assistant';
  readonly content: Json[];
}

/** Turns as messages, of which none follows another of its role. */
export function anthropicMessages({ turns }: Conversation): readonly Message[] {
  const messages: Message[] = [];
  for (const turn of turns) {
    const role = turn.role === 'assistant' ? 'assistant' : 'user';
    const content = blocksOf(turn);
    const last = messages.at(-1);
    if (last?.role === role) last.content.push(...content);
    else if (content.length > 0) messages.push({ role, content });
  }
  return messages;
}

function blocksOf(turn: Turn): Json[] {
  switch (turn.role) {
    case 'user':
      return turn.parts.map(blockOf);
    case 'assistant':
      return [
        ...turn.parts.map(blockOf),
        ...turn.calls.map(({ id, name, arguments: input }) => ({
          type: 'tool_use',
          id: callId(id),
          name,
          input,
        })),
      ];
    case 'tool': {
      const [first, ...others] = turn.parts;
      const content = first?.kind === 'text' && others.length === 0 ? first.text : turn.parts.map(blockOf);
      return [{ type: 'tool_result', tool_use_id: callId(turn.id), content }];
    }
  }
}

function blockOf(part: Part): Json {
  switch (part.kind) {
    case 'text':
      return { type: 'text', text: part.text };
    case 'address':
      return { type: 'image', source: { type: 'url', url: part.url } };
    case 'media': {
      const { mediaType, data } = part;
      if (mediaType.startsWith('image/')) {
        return { type: 'image', source: { type: 'base64', media_type: mediaType, data } };
      }
      if (mediaType === 'application/pdf') {
        return { type: 'document', source: { type: 'base64', media_type: mediaType, data } };
      }
      const text = Buffer.from(data, 'base64').toString('utf8');
      return { type: 'document', source: { type: 'text', media_type: 'text/plain', data: text } };
    }
  }
}

/** "String should match pattern '^[a-zA-Z0-9_-]+$'": calls that other models made may have other ids. */
function callId(id: string): string {
  if (/^[\w-]{1,200}$/.test(id)) return id;
  return `call_${createHash('sha256').update(id).digest('hex').slice(0, 24)}`;
}
