import Type, { type Static } from 'typebox';
import { map, optional } from './parameter.ts';

const cacheId = () => optional(Type.String(), 'Id under which the server may remember the decoded medium.');

export const TextPart = Type.Object(
  { type: Type.Literal('text'), text: Type.String({ description: 'The text.' }) },
  { description: 'Text.' },
);
export type TextPart = Static<typeof TextPart>;

export const ImageUrlPart = Type.Object(
  {
    type: Type.Literal('image_url'),
    image_url: Type.Object({
      url: Type.String({ minLength: 1, description: 'An http(s) URL or a `data:` URL with base64 content.' }),
      detail: optional(Type.Enum(['auto', 'low', 'high']), 'How finely the image is looked at.', {
        default: 'auto',
      }),
    }),
    uuid: cacheId(),
  },
  { description: 'An image by URL.' },
);

export const ImagePart = Type.Object(
  { type: Type.Literal('image'), image: Type.String({ description: 'URL, data URL or base64 content.' }) },
  { description: 'An image, as the Cerebras SDK sends it.' },
);

export const InputAudioPart = Type.Object(
  {
    type: Type.Literal('input_audio'),
    input_audio: Type.Object({
      data: Type.String({ description: 'Base64.' }),
      format: Type.Enum(['wav', 'mp3']),
    }),
    uuid: cacheId(),
  },
  { description: 'Recorded audio.' },
);

export const FilePart = Type.Object(
  {
    type: Type.Literal('file'),
    file: Type.Object({
      file_data: optional(Type.String(), 'Base64.'),
      file_id: optional(Type.String(), 'Id of an uploaded file.'),
      filename: optional(Type.String(), 'Name shown to the model.'),
    }),
  },
  { description: 'A file, inline or by id.' },
);

export const RefusalPart = Type.Object(
  { type: Type.Literal('refusal'), refusal: Type.String() },
  { description: 'What the assistant said in place of an answer.' },
);

export const AudioUrlPart = Type.Object(
  {
    type: Type.Literal('audio_url'),
    audio_url: Type.Object({ url: Type.String({ minLength: 1 }) }),
    uuid: cacheId(),
  },
  { description: 'Audio by URL.' },
);

export const VideoUrlPart = Type.Object(
  {
    type: Type.Literal('video_url'),
    video_url: Type.Object({ url: Type.String({ minLength: 1 }) }),
    uuid: cacheId(),
  },
  { description: 'A video by URL.' },
);

const embeds = () =>
  Type.Union([Type.String(), map(Type.String())], {
    description: 'Base64 of a serialised tensor, or a map of several.',
  });

export const ImageEmbedsPart = Type.Object(
  {
    type: Type.Literal('image_embeds'),
    image_embeds: optional(embeds(), 'Embeddings of an image.'),
    uuid: cacheId(),
  },
  { description: 'An image that is already embedded.' },
);

export const AudioEmbedsPart = Type.Object(
  {
    type: Type.Literal('audio_embeds'),
    audio_embeds: optional(embeds(), 'Embeddings of audio.'),
    uuid: cacheId(),
  },
  { description: 'Audio that is already embedded.' },
);

export const ThinkingPart = Type.Object(
  {
    type: Type.Literal('thinking'),
    thinking: Type.String({ description: 'The chain of thought.' }),
    closed: optional(Type.Boolean(), 'Whether the thought is finished.', { default: true }),
  },
  { description: 'Reasoning of an earlier turn.' },
);

const absent = () => Type.Optional(Type.Never());

export const SimpleImagePart = Type.Object(
  { type: absent(), image_url: Type.Union([Type.String(), Type.Null()]), uuid: cacheId() },
  { description: 'An image by URL, the short form without `type`.' },
);

export const SimpleAudioPart = Type.Object(
  { type: absent(), audio_url: Type.Union([Type.String(), Type.Null()]) },
  { description: 'Audio by URL, the short form without `type`.' },
);

export const SimpleVideoPart = Type.Object(
  { type: absent(), video_url: Type.Union([Type.String(), Type.Null()]), uuid: cacheId() },
  { description: 'A video by URL, the short form without `type`.' },
);

/** A part of a message's content. A bare string stands for a text part. */
export const ContentPart = Type.Union(
  [
    TextPart,
    ImageUrlPart,
    ImagePart,
    InputAudioPart,
    FilePart,
    RefusalPart,
    AudioUrlPart,
    VideoUrlPart,
    ImageEmbedsPart,
    AudioEmbedsPart,
    ThinkingPart,
    SimpleImagePart,
    SimpleAudioPart,
    SimpleVideoPart,
    Type.String(),
  ],
  { description: 'A part of the content; a bare string stands for a text part.' },
);
export type ContentPart = Static<typeof ContentPart>;

/** Every role takes text or parts; whether a model can see a part is for the model to say. */
export const Content = Type.Union([Type.String(), Type.Array(ContentPart)], {
  description: 'Text, or a list of parts.',
});
export type Content = Static<typeof Content>;
