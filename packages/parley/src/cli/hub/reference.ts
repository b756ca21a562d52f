import { usageError } from '../failure.ts';

/** What to take from the hub. */
export interface HubReference {
  /** `owner/repo`. */
  readonly repository: string;
  /** A file's path, or the name of a quantization, as `Q4_K_M`; undefined leaves the choice to us. */
  readonly selector: string | undefined;
}

const PREFIX = 'hf:';
/** One path segment: no separators, no leading dot, so that it can name a folder. */
const SEGMENT = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,95}$/;

export function isHubReference(text: string): boolean {
  return text.startsWith(PREFIX);
}

/** Reads `hf:owner/repo[:file-or-quant]`; the prefix may be missing. Throws usage errors. */
export function parseHubReference(text: string): HubReference {
  const bare = isHubReference(text) ? text.slice(PREFIX.length) : text;
  const colon = bare.indexOf(':');
  const repository = colon < 0 ? bare : bare.slice(0, colon);
  const selector = colon < 0 ? undefined : bare.slice(colon + 1);
  const segments = repository.split('/');
  const wellFormed = segments.length === 2 && segments.every((segment) => SEGMENT.test(segment));
  if (!wellFormed || (selector !== undefined && !isSafePath(selector))) {
    throw usageError(
      text,
      `'${text.slice(0, 200)}' is no model of the hub: write hf:owner/repo or hf:owner/repo:file-or-quant.`,
    );
  }
  return { repository, selector };
}

export function formatHubReference({ repository, selector }: HubReference): string {
  return `${PREFIX}${repository}${selector === undefined ? '' : `:${selector}`}`;
}

/** Whether a relative path of the hub can be a path below our cache folder: the hub's listing is not trusted. */
export function isSafePath(path: string): boolean {
  return path.split('/').every((segment) => SEGMENT.test(segment) && !segment.endsWith('.'));
}
