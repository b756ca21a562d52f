import type { ChatCompletionRequest } from '@parley/protocol';
import { unsupportedParameter } from '@parley/protocol/errors';
import type { Input, Model, ModelCapabilities } from './complete.ts';

type Message = ChatCompletionRequest['messages'][number];
type Medium = 'images' | 'audio' | 'video' | 'files';

/** The capability that a medium asks for; none where no model of any server of ours has one. */
const CAPABILITY: Readonly<Record<Medium, keyof ModelCapabilities | undefined>> = {
  images: 'vision',
  audio: 'audio',
  video: undefined,
  files: undefined,
};

const KEYS: readonly (readonly [key: string, medium: Medium])[] = [
  ['image_url', 'images'],
  ['image', 'images'],
  ['image_embeds', 'images'],
  ['input_audio', 'audio'],
  ['audio_url', 'audio'],
  ['audio_embeds', 'audio'],
  ['video_url', 'video'],
  ['file', 'files'],
];

/** Throws a 400 for the first part of a message that the model cannot read; it names the models that can. */
export function refuseMedia(input: Input, model: Model, models: readonly Model[]): void {
  if (input.kind !== 'messages') return;
  for (const [index, message] of input.messages.entries()) {
    for (const [at, part] of partsOf(message).entries()) {
      const medium = mediumOf(part);
      if (medium === undefined || reads(model, medium)) continue;
      const able = models.filter((other) => reads(other, medium)).map(({ id }) => `'${id}'`);
      const others =
        able.length > 0 ? `Models that can: ${able.join(', ')}.` : 'No model of this server can.';
      const path = `messages[${index}].content[${at}]`;
      throw unsupportedParameter(path, `${path}: the model '${model.id}' does not take ${medium}. ${others}`);
    }
  }
}

function reads({ capabilities }: Model, medium: Medium): boolean {
  const name = CAPABILITY[medium];
  return name !== undefined && capabilities[name];
}

function partsOf(message: Message): readonly unknown[] {
  return 'content' in message && Array.isArray(message.content) ? message.content : [];
}

function mediumOf(part: unknown): Medium | undefined {
  if (typeof part !== 'object' || part === null) return undefined;
  return KEYS.find(([key]) => Object.hasOwn(part, key))?.[1];
}
