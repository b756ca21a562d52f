import { isUtf8 } from 'node:buffer';
import { ApiError, invalidRequest } from '@parley/protocol';
import { Unpackr } from 'msgpackr';
import { jsonFaultPosition } from './json-position.ts';

const MSGPACK = ['application/msgpack', 'application/vnd.msgpack', 'application/x-msgpack'];

/** What the bytes of a body stand for. Throws ApiError 400 or 415. */
export type DecodeBody = (body: Buffer, contentType: string | undefined) => unknown;

export function bodyDecoder(): DecodeBody {
  const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true });
  // A number where that loses no digits, else a bigint. The library documents the value; its types lack it.
  Object.assign(unpackr, { int64AsType: 'auto' });
  return (body, contentType) => {
    if (body.length === 0)
      throw invalidRequest(null, 'The body is empty. It must be a JSON object.', 'invalid_body');
    const { type, charset } = mediaType(contentType);
    if (MSGPACK.includes(type)) return decodeMsgpack(unpackr, body);
    if (type !== 'application/json' && !/^application\/[\w.-]+\+json$/.test(type))
      throw wrongType(contentType);
    if (!['utf-8', 'utf8', 'us-ascii'].includes(charset)) throw wrongType(contentType);
    return decodeJson(body);
  };
}

function mediaType(header: string | undefined): { type: string; charset: string } {
  const [type = '', ...parameters] = (header ?? '').toLowerCase().split(';');
  const charset = parameters.map((each) => each.trim()).find((each) => each.startsWith('charset='));
  return { type: type.trim(), charset: charset?.slice('charset='.length).replaceAll('"', '') ?? 'utf-8' };
}

function decodeJson(body: Buffer): unknown {
  if (!isUtf8(body)) throw invalidRequest(null, 'The body is not valid UTF-8.', 'invalid_utf8');
  const decoded = body.toString('utf8');
  const text = decoded.startsWith('\uFEFF') ? decoded.slice(1) : decoded;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw invalidRequest(null, jsonFault(text), 'invalid_json');
  }
}

/** Says where, not what stands there: a message may end up in a log, where no part of a prompt belongs. */
function jsonFault(text: string): string {
  const position = jsonFaultPosition(text) ?? text.length;
  const before = text.slice(0, position);
  const line = before.split('\n').length;
  const column = position - before.lastIndexOf('\n');
  const what = position >= text.length ? 'it ends too early,' : 'unexpected character';
  return `The body is not valid JSON: ${what} at position ${position} (line ${line}, column ${column}).`;
}

function decodeMsgpack(unpackr: Unpackr, body: Buffer): unknown {
  try {
    return withWrittenIntegers(unpackr.unpack(body));
  } catch (error) {
    throw new ApiError({
      status: 400,
      type: 'invalid_request_error',
      code: 'invalid_msgpack',
      message: 'The body is not valid MessagePack.',
      cause: error,
    });
  }
}

/** Integers that no number can hold, as `seed` takes them: in decimal digits. */
function withWrittenIntegers(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, typeof item === 'bigint' ? String(item) : item]),
  );
}

function wrongType(header: string | undefined): ApiError {
  const got = header === undefined ? 'none was given' : `got '${header.slice(0, 100)}'`;
  return new ApiError({
    status: 415,
    type: 'invalid_request_error',
    code: 'unsupported_media_type',
    message: `The content-type must be application/json (UTF-8) or application/vnd.msgpack; ${got}.`,
  });
}
