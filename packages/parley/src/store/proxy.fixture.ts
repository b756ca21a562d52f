import { connect, createServer, type Socket } from 'node:net';

interface Test {
  after(action: () => unknown): void;
}

/** A cable between a store and its server that can be pulled. */
export interface Cable {
  /** The server's address, by way of the cable. */
  readonly url: string;
  /** Breaks all connections, and takes no new ones. */
  cut(): void;
  /** Lets nothing through any more, and breaks nothing. */
  stall(): void;
  mend(): void;
}

export async function cable(t: Test, to: string): Promise<Cable> {
  const url = new URL(to);
  const target = { host: url.hostname, port: Number(url.port) };
  const pairs = new Set<readonly [Socket, Socket]>();
  let state: 'whole' | 'cut' | 'stalled' = 'whole';
  const server = createServer((near) => {
    near.on('error', () => near.destroy());
    if (state === 'cut') {
      near.destroy();
      return;
    }
    const far = connect(target);
    far.on('error', () => near.destroy());
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    const pair = [near, far] as const;
    pairs.add(pair);
    near.on('close', () => pairs.delete(pair));
    near.on('data', (bytes) => far.write(bytes));
    far.on('data', (bytes) => near.write(bytes));
    if (state === 'stalled') for (const socket of pair) socket.pause();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  url.port = String(address.port);
  const each = (action: (socket: Socket) => unknown) => {
    for (const pair of pairs) for (const socket of pair) action(socket);
  };
  t.after(() => {
    each((socket) => socket.destroy());
    server.close();
  });
  return {
    url: url.href,
    cut() {
      state = 'cut';
      each((socket) => socket.destroy());
    },
    stall() {
      state = 'stalled';
      each((socket) => socket.pause());
    },
    mend() {
      state = 'whole';
      each((socket) => socket.resume());
    },
  };
}
