import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ApiError } from '@parley/protocol';
import type { Principal } from '../../core/complete.ts';

export type Authorise = (request: IncomingMessage) => Principal;

const digest = (text: string) => createHash('sha256').update(text).digest();

/**
 * Tells who calls by `authorization: Bearer KEY`. Throws ApiError 401. Keys are compared by their digests, all of them
 * every time, so the time taken says nothing about them.
 */
export function authoriser(keys: readonly string[]): Authorise {
  if (keys.length === 0) return () => ({ id: '' });
  const known = keys.map((key) => ({
    hash: digest(key),
    id: `key_${digest(key).toString('hex').slice(0, 12)}`,
  }));
  return (request) => {
    const header = request.headers.authorization;
    const given = /^bearer\s+(.+)$/i.exec(header ?? '')?.[1]?.trim();
    if (given === undefined) {
      // Not as it is written on the wire: what stands behind the scheme would be taken for a key and hidden.
      throw unauthorised(
        "No API key was given. Send the header 'authorization' with 'Bearer', a space and the key.",
      );
    }
    const hash = digest(given);
    let found: string | undefined;
    for (const each of known) if (timingSafeEqual(each.hash, hash)) found = each.id;
    if (found === undefined) throw unauthorised('The API key is not valid.');
    return { id: found };
  };
}

function unauthorised(message: string): ApiError {
  return new ApiError({ status: 401, type: 'authentication_error', code: 'invalid_api_key', message });
}
