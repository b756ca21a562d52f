import { type ContentPart, KNOWN_ROLES, type Message } from '@parley/protocol';
import type { Medium, MessageRules } from '../target.ts';

/** The first thing about the messages that an upstream does not take. */
export interface Misfit {
  /** JSON path, as `messages[2].content[0]`. */
  readonly path: string;
  readonly what: string;
}

const ROLES: readonly string[] = KNOWN_ROLES;

/** Looks at roles and at the kinds of parts, not at texts: cheap enough to be asked of every target. */
export function messageMisfit(rules: MessageRules, messages: readonly Message[]): Misfit | undefined {
  for (const [index, message] of messages.entries()) {
    const misfit = misfitOf(rules, message, `messages[${index}]`);
    if (misfit !== undefined) return misfit;
  }
  return undefined;
}

function misfitOf(rules: MessageRules, message: Message, path: string): Misfit | undefined {
  const { role } = message;
  if (role === undefined || !ROLES.includes(role)) {
    return rules.customRoles
      ? undefined
      : { path, what: role === undefined ? 'Harmony messages' : `the role '${role}'` };
  }
  if (
    !rules.customTools &&
    'tool_calls' in message &&
    message.tool_calls?.some(({ type }) => type === 'custom')
  ) {
    return { path: `${path}.tool_calls`, what: 'calls of custom tools' };
  }
  const { content } = message;
  if (!Array.isArray(content)) return undefined;
  for (const [at, part] of content.entries()) {
    const medium = mediumOf(part);
    if (medium !== undefined && !rules.media.includes(medium)) {
      return { path: `${path}.content[${at}]`, what: MEDIA[medium] };
    }
  }
  return undefined;
}

const MEDIA: Readonly<Record<Medium, string>> = {
  'image-url': 'images by address',
  'image-data': 'images',
  'audio-data': 'audio',
  'audio-url': 'audio by address',
  'video-url': 'video',
  'file-data': 'files',
  'file-id': 'files by id',
  embeddings: 'embeddings',
};

/** What kind of part it is; undefined for text, refusals and thoughts. */
export function mediumOf(part: ContentPart | Readonly<Record<string, unknown>>): Medium | undefined {
  if (typeof part === 'string') return undefined;
  if ('image_url' in part) return imageMedium(addressOf(part.image_url));
  if ('image' in part) return imageMedium(addressOf(part.image));
  if ('input_audio' in part) return 'audio-data';
  if ('audio_url' in part) return 'audio-url';
  if ('video_url' in part) return 'video-url';
  if ('image_embeds' in part || 'audio_embeds' in part) return 'embeddings';
  if ('file' in part) return typeof fieldOf(part.file, 'file_data') === 'string' ? 'file-data' : 'file-id';
  return undefined;
}

/** An address is given as text, or as an object with `url`. */
export function addressOf(value: unknown): string {
  const address = typeof value === 'string' ? value : fieldOf(value, 'url');
  return typeof address === 'string' ? address : '';
}

function imageMedium(address: string): Medium {
  return /^https?:/i.test(address) ? 'image-url' : 'image-data';
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
