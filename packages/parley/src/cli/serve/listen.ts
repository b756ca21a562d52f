import { createServer } from 'node:net';
import { failure, systemErrorCode } from '../failure.ts';

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Takes the address for a moment, so that a port in use is known before a large model is loaded. */
export async function checkAddress(address: Address): Promise<void> {
  const probe = createServer();
  await named(
    address,
    new Promise<void>((resolve, reject) => {
      probe.once('error', reject);
      probe.listen(address.port, address.host, resolve);
    }),
  );
  await new Promise((resolve) => probe.close(resolve));
}

export async function listenOn(
  server: { listen(address: Address): Promise<{ readonly url: string }> },
  { host, port }: Address,
): Promise<{ readonly url: string }> {
  return await named({ host, port }, server.listen({ host, port }));
}

/** System errors of listening, with what to do. */
async function named<T>({ host, port }: Address, listening: Promise<T>): Promise<T> {
  try {
    return await listening;
  } catch (error) {
    const suggestion = `Choose another with --port, as --port ${port === 65_535 ? 4141 : port + 1}, or --port 0 for a free one.`;
    switch (systemErrorCode(error)) {
      case 'EADDRINUSE':
        throw failure(`Port ${port} on ${host} is in use. ${suggestion}`, error);
      case 'EACCES':
        throw failure(`Port ${port} needs rights that this user does not have. ${suggestion}`, error);
      case 'EADDRNOTAVAIL':
      case 'ENOTFOUND':
      case 'EAI_AGAIN':
        throw failure(
          `${host} is no address of this machine: use --host 127.0.0.1, or 0.0.0.0 for all networks.`,
          error,
        );
      default:
        throw error;
    }
  }
}
