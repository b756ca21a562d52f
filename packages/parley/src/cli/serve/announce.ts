import { isIP } from 'node:net';
import type { Model } from '../../core/complete.ts';

/** What is printed when the server is ready: where it is, what it serves, and a line to try it. */
export function announcement(options: {
  /** Without a path. */
  readonly url: string;
  readonly models: readonly Pick<Model, 'id' | 'aliases' | 'contextLength'>[];
  readonly version: string;
  readonly needsKey: boolean;
}): string {
  const { url, models, version, needsKey } = options;
  const list = models.map(({ id, aliases, contextLength }) => {
    const also = aliases.length > 0 ? `, also called ${aliases.join(', ')}` : '';
    return `  ${id} (${contextLength} tokens of context${also})`;
  });
  const body = JSON.stringify({ model: models[0]?.id, messages: [{ role: 'user', content: 'Hello!' }] });
  const key = needsKey ? ` -H "authorization: Bearer $PARLEY_API_KEY"` : '';
  return [
    `parley ${version} listens on ${url}/v1`,
    ...list,
    '',
    `curl ${url}/v1/chat/completions -H 'content-type: application/json'${key} -d '${body.replaceAll("'", "'\\''")}'`,
    '',
    '',
  ].join('\n');
}

/** Whether only this machine reaches the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
