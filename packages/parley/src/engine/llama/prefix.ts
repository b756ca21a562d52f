const CODE = 'prefix_unavailable';

/**
 * The model cannot go back to a prefix: its state (recurrent or hybrid) holds only the whole of what it read. The
 * sequence named in the message is empty afterwards, so its tokens are to be computed again.
 */
export function prefixUnavailable(message: string): Error {
  return Object.assign(new Error(message), { code: CODE });
}

export function isPrefixUnavailable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === CODE;
}
