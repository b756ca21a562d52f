import { failure } from '../failure.ts';
import { sha256From } from './listing.ts';
import { PartFile } from './part-file.ts';
import { causeOf, type HubConnection, type HubResponse, type Retryable, request } from './request.ts';
import { withRetry } from './retry.ts';
import type { HubFile } from './select.ts';

export interface Download {
  readonly repository: string;
  readonly file: HubFile;
  /** Absolute path of the finished file. */
  readonly destination: string;
  /** Called with the bytes of this file that are there. */
  onProgress(bytes: number): void;
}

/** Brings one file here: resumed where an earlier attempt was cut, checked, and visible only when it is whole. */
export async function download(hub: HubConnection, download: Download, signal: AbortSignal): Promise<void> {
  const { file, destination } = download;
  const part = await PartFile.open(destination, file.sizeBytes);
  try {
    download.onProgress(part.position);
    await withRetry(
      hub,
      signal,
      () => fetchRest(hub, download, part, signal),
      () => part.furthest,
    );
    await part.finish(file.sha256);
  } finally {
    await part.close();
  }
}

interface Done {
  readonly done: true;
}

async function fetchRest(
  hub: HubConnection,
  download: Download,
  part: PartFile,
  signal: AbortSignal,
): Promise<Done | Retryable> {
  const { repository, file } = download;
  if (part.position === file.sizeBytes && part.etag !== undefined) return { done: true };
  if (part.etag === undefined && part.position > 0) await part.restart();
  const headers: Record<string, string> =
    part.position > 0 && part.etag !== undefined
      ? { range: `bytes=${part.position}-`, 'if-range': part.etag }
      : {};
  const path = `/${repository}/resolve/main/${file.path.split('/').map(encodeURIComponent).join('/')}`;
  const stall = new StallTimer(hub.stallMilliseconds, signal);
  try {
    const answer = await request(hub, path, headers, stall.signal);
    if ('retryable' in answer) return answer;
    const refused = await matchAnswer(answer, file, part);
    if (refused) {
      await answer.response.body?.cancel();
      return refused;
    }
    return await copyBody(answer.response, download, part, stall);
  } catch (error) {
    signal.throwIfAborted();
    if (!stall.signal.aborted) throw error;
    return retry('the connection went silent');
  } finally {
    stall.stop();
  }
}

/** Makes the part file fit to what is coming, or says why this answer is of no use. */
async function matchAnswer(
  { response, linked }: HubResponse,
  file: HubFile,
  part: PartFile,
): Promise<Retryable | undefined> {
  const published = sha256From(linked.get('x-linked-etag'));
  if (published !== undefined && file.sha256 !== undefined && published !== file.sha256) {
    await part.restart();
    throw failure(`${file.path} was replaced at the hub just now. Pull it again.`);
  }
  if (response.status === 416) {
    await part.restart();
    return retry('the hub does not accept the range');
  }
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
  const etag = strongEtag(response.headers.get('etag'));
  if (response.status === 206) {
    if (Number(range?.[1] ?? -1) === part.position && etag === part.etag) return undefined;
    await part.restart();
    return retry('the hub answers with another range');
  }
  // 200 to a ranged request: the file has changed, or ranges are not supported. Either way it begins anew.
  if (part.position > 0) await part.restart();
  const length = response.headers.get('content-length');
  if (length !== null && Number(length) !== file.sizeBytes) {
    throw failure(`${file.path} has ${length} bytes, but the hub lists ${file.sizeBytes}. Pull it again.`);
  }
  await part.setEtag(etag);
  return undefined;
}

async function copyBody(
  response: Response,
  { file, onProgress }: Download,
  part: PartFile,
  stall: StallTimer,
): Promise<Done | Retryable> {
  const reader = response.body?.getReader();
  if (!reader) throw failure(`The hub sends no content for ${file.path}.`);
  for (;;) {
    let next: Awaited<ReturnType<typeof reader.read>>;
    try {
      next = await reader.read();
    } catch (error) {
      if (stall.signal.aborted) throw error;
      return retry(`the connection was cut (${causeOf(error)})`);
    }
    if (next.done) break;
    stall.touch();
    if (part.position + next.value.length > file.sizeBytes) {
      await reader.cancel();
      await part.restart();
      throw failure(`The hub sends more than the ${file.sizeBytes} bytes that it lists for ${file.path}.`);
    }
    await part.append(next.value);
    onProgress(part.position);
  }
  return part.position === file.sizeBytes ? { done: true } : retry('the connection ended early');
}

/** Only a strong tag says that the bytes are the same. */
function strongEtag(header: string | null): string | undefined {
  return header?.startsWith('"') ? header : undefined;
}

function retry(reason: string): Retryable {
  return { retryable: true, reason, afterSeconds: undefined };
}

/** Aborts when nothing has come for a while. */
class StallTimer {
  readonly #controller = new AbortController();
  readonly #milliseconds: number;
  #timer: NodeJS.Timeout;
  readonly signal: AbortSignal;

  constructor(milliseconds: number, outer: AbortSignal) {
    this.#milliseconds = milliseconds;
    this.signal = AbortSignal.any([outer, this.#controller.signal]);
    this.#timer = this.#start();
  }

  touch(): void {
    this.stop();
    this.#timer = this.#start();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #start(): NodeJS.Timeout {
    return setTimeout(() => this.#controller.abort(), this.#milliseconds);
  }
}
