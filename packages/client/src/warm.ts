import type { Send } from './call.ts';

/** Opens a connection for later calls. What the server answers, if anything, makes no difference. */
export function warm(send: Send): void {
  send({ method: 'GET', path: '/tcp_warming', timeout: 1000, maxRetries: 0 }).catch(() => {});
}
