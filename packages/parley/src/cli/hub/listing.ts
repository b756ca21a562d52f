import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';
import { failure } from '../failure.ts';
import { isSafePath } from './reference.ts';
import { causeOf, type HubConnection, type Retryable, request } from './request.ts';
import { withRetry } from './retry.ts';
import type { HubFile } from './select.ts';

/** The part of `GET /api/models/{repo}/tree/main?recursive=1` that we read; the hub adds keys at will. */
const ENTRIES = Type.Array(
  Type.Object({
    type: Type.Optional(Type.String()),
    path: Type.String(),
    size: Type.Integer({ minimum: 0 }),
    lfs: Type.Optional(
      Type.Object({ oid: Type.String(), size: Type.Optional(Type.Integer({ minimum: 0 })) }),
    ),
  }),
);

const PAGE_LIMIT = 100;

/** All files of a repository. */
export async function listFiles(
  hub: HubConnection,
  repository: string,
  signal: AbortSignal,
): Promise<readonly HubFile[]> {
  const files: HubFile[] = [];
  let path: string | undefined = `/api/models/${repository}/tree/main?recursive=1`;
  for (let page = 0; path !== undefined; page++) {
    if (page === PAGE_LIMIT)
      throw failure(`${hub.endpoint} lists more files than can be right for ${repository}.`);
    const { entries, next }: Page = await readPage(hub, path, signal);
    files.push(
      ...entries.filter(({ type, path: file }) => type !== 'directory' && isSafePath(file)).map(toFile),
    );
    path = next;
  }
  return files;
}

function toFile({ path, size, lfs }: Static<typeof ENTRIES>[number]): HubFile {
  return { path, sizeBytes: lfs?.size ?? size, sha256: sha256From(lfs?.oid) };
}

/** A SHA-256 in hexadecimal out of `sha256:...`, a quoted entity tag, or itself; undefined for anything else. */
export function sha256From(text: string | null | undefined): string | undefined {
  return /^(?:W\/)?"?(?:sha256:)?([0-9a-f]{64})"?$/i.exec(text ?? '')?.[1]?.toLowerCase();
}

interface Page {
  readonly entries: Static<typeof ENTRIES>;
  readonly next: string | undefined;
}

async function readPage(hub: HubConnection, path: string, signal: AbortSignal): Promise<Page> {
  return await withRetry(hub, signal, async (): Promise<Page | Retryable> => {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(hub.stallMilliseconds)]);
    try {
      const result = await request(hub, path, {}, limited);
      if ('retryable' in result) return result;
      const body: unknown = await result.response.json();
      if (!Value.Check(ENTRIES, body)) throw failure(`${hub.endpoint}${path} does not answer like the hub.`);
      return { entries: body, next: nextPage(hub, result.response) };
    } catch (error) {
      signal.throwIfAborted();
      const passing = limited.aborted || (error instanceof TypeError && error.message === 'terminated');
      if (!passing)
        throw error instanceof SyntaxError ? failure(`${hub.endpoint}${path} is not JSON.`, error) : error;
      return { retryable: true, reason: `${hub.endpoint}: ${causeOf(error)}`, afterSeconds: undefined };
    }
  });
}

/** The `link` header with rel="next", as a path of the hub: the token is not sent where another host points. */
function nextPage(hub: HubConnection, response: Response): string | undefined {
  const target = /<([^>]+)>\s*;\s*rel="?next"?/i.exec(response.headers.get('link') ?? '')?.[1];
  if (target === undefined) return undefined;
  const url = new URL(target, hub.endpoint);
  const base = new URL(hub.endpoint);
  if (url.origin !== base.origin)
    throw failure(`${hub.endpoint} continues its listing at another host, ${url.host}.`);
  return `${url.pathname}${url.search}`.slice(base.pathname.replace(/\/$/, '').length);
}
