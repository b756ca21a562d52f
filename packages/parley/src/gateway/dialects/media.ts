import { addressOf } from '../providers/message-fit.ts';
import { isObject, type Json, textOf } from './json.ts';

export interface Media {
  /** As `image/png`. */
  readonly mediaType: string;
  /** Base64. */
  readonly data: string;
}

/** The content of a part that has it with it. Undefined where it has none. */
export function mediaOf(part: Json): Media | undefined {
  if ('image_url' in part) return fromDataUrl(addressOf(part.image_url), 'image/png');
  if ('image' in part) return fromDataUrl(addressOf(part.image), 'image/png');
  if (isObject(part.input_audio)) {
    const { data, format } = part.input_audio;
    return { mediaType: format === 'mp3' ? 'audio/mp3' : 'audio/wav', data: textOf(data) ?? '' };
  }
  if (!isObject(part.file)) return undefined;
  const data = textOf(part.file.file_data);
  return data === undefined ? undefined : fromDataUrl(data, typeOfName(textOf(part.file.filename)));
}

/** Bare base64 has the type that it most likely has. */
function fromDataUrl(url: string, otherwise: string): Media {
  const match = /^data:([^;,]*)(?:;[^;,]*)*,/i.exec(url.slice(0, 200));
  if (match === null) return { mediaType: otherwise, data: url };
  const data = url.slice(match[0].length);
  const isBase64 = /;base64,$/i.test(match[0]);
  return {
    mediaType: match[1] || otherwise,
    data: isBase64 ? data : Buffer.from(decodeURIComponent(data)).toString('base64'),
  };
}

const TYPES: Readonly<Record<string, string>> = {
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  html: 'text/html',
  json: 'application/json',
};

function typeOfName(name: string | undefined): string {
  const extension = /\.(\w+)$/.exec(name ?? '')?.[1]?.toLowerCase() ?? '';
  return TYPES[extension] ?? 'application/pdf';
}
