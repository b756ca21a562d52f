import { addressOf, mediumOf } from '../providers/message-fit.ts';
import type { MessageRules } from '../target.ts';
import type { Note } from './dialect.ts';
import { isObject, type Json } from './json.ts';

/** Parts of a message in the forms that OpenAI documents; an upstream that takes more gets them as they came. */
export function openAiParts(rules: MessageRules, parts: readonly unknown[], notes: Note[]): readonly Json[] {
  return parts.flatMap((part): Json | readonly Json[] => {
    if (typeof part === 'string') return { type: 'text', text: part };
    if (!isObject(part)) return [];
    if (part.type === 'thinking' && !rules.customRoles) return [];
    return rewritePart(rules, part, notes);
  });
}

function rewritePart(rules: MessageRules, part: Json, notes: Note[]): Json {
  if (part.type === 'refusal' && !rules.refusals) return { type: 'text', text: part.refusal };
  const { uuid, ...plain } = part;
  // Only vLLM remembers media by id.
  const kept = rules.customRoles || uuid === undefined || uuid === null ? withoutNull(part, 'uuid') : plain;
  if (kept === plain && !notes.some(({ name }) => name === 'messages[].content[].uuid')) {
    const detail = 'The upstream does not remember media by id.';
    notes.push({ name: 'messages[].content[].uuid', change: 'ignored', detail });
  }
  switch (mediumOf(part)) {
    case 'image-url':
    case 'image-data': {
      if ('image' in part) return { type: 'image_url', image_url: { url: dataUrl(addressOf(part.image)) } };
      const image = isObject(part.image_url)
        ? withoutNull(part.image_url, 'detail')
        : { url: part.image_url };
      return { ...kept, type: 'image_url', image_url: image };
    }
    case 'audio-url':
      return { ...kept, type: 'audio_url', audio_url: { url: addressOf(part.audio_url) } };
    case 'video-url':
      return { ...kept, type: 'video_url', video_url: { url: addressOf(part.video_url) } };
    case 'audio-data':
    case 'file-data':
    case 'file-id':
    case 'embeddings':
    case undefined:
      return kept;
  }
}

function withoutNull(object: Json, key: string): Json {
  if (object[key] !== null) return object;
  const { [key]: _absent, ...rest } = object;
  return rest;
}

/** Bare base64, which the Cerebras SDK sends, says nothing of its format; most of it is read from the content anyway. */
export function dataUrl(image: string): string {
  return /^(?:https?|data):/i.test(image) ? image : `data:image/png;base64,${image}`;
}

/** The thoughts among the parts, for upstreams that take reasoning beside the content. */
export function thoughtsOf(rules: MessageRules, content: unknown): string | undefined {
  if (!Array.isArray(content) || rules.customRoles) return undefined;
  const parts: readonly unknown[] = content;
  const thoughts = parts
    .filter(isObject)
    .flatMap((part) => (part.type === 'thinking' ? [String(part.thinking)] : []));
  return thoughts.length === 0 ? undefined : thoughts.join('\n');
}
