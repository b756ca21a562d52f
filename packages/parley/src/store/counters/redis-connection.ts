import type { RedisConnection } from './redis.ts';

export interface RedisOptions {
  /** `redis://` or `rediss://`, with user, password, host, port and number of the database. */
  readonly url: string;
  readonly timeoutMs: number;
  /** A connection broke; it is made again for as long as nobody closes it. */
  readonly onFailure: (error: unknown) => void;
}

/** Connects. The driver is loaded here, for those who use it. Speaks to Redis from 6 on, and to Valkey. */
export async function openRedisConnection({
  url,
  timeoutMs,
  onFailure,
}: RedisOptions): Promise<RedisConnection> {
  const { createClient } = await import('@redis/client');
  const client = createClient({
    url,
    name: 'parley',
    // Who waits is told at once; what is counted meanwhile is stated anew afterwards.
    disableOfflineQueue: true,
    socket: {
      connectTimeout: timeoutMs,
      // Each process says every second or two that it lives; a connection that is silent for longer is broken.
      socketTimeout: 5 * timeoutMs,
      reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, 1_000),
    },
  });
  client.on('error', onFailure);
  await connect(client, timeoutMs);
  return {
    async run({ text, sha }, key, values) {
      const options = { keys: [key], arguments: values };
      try {
        return await client.evalSha(sha, options);
      } catch (error) {
        if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
        return await client.eval(text, options);
      }
    },
    hashAll: (key) => client.hGetAll(key),
    async close() {
      if (client.isOpen) client.destroy();
    },
  };
}

interface Connecting {
  connect(): Promise<unknown>;
  destroy(): void;
}

/** The client would try for ever; who starts wants to know. */
async function connect(client: Connecting, timeoutMs: number): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`Redis does not answer within ${timeoutMs} ms`)),
    timeoutMs,
  );
  try {
    await Promise.race([client.connect(), promise]);
  } catch (error) {
    client.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
