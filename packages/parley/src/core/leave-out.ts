import { ApiError } from '@parley/protocol/errors';
import type { CallContext, ChatRequest, Complete, Policy } from './complete.ts';
import type { ChatEvent } from './event.ts';
import { peek } from './peek.ts';

/**
 * For callers who prefer an answer to a refusal: a parameter that the backend refuses as unsupported is left out,
 * reported as ignored with the backend's reason, and the call is made again. A refusal that concerns anything but a whole
 * parameter, as one part of a message, stays a refusal. Each round has one parameter less, so there is an end.
 */
export const leaveOutUnsupported: Policy = (next) =>
  async function* (request, context) {
    yield* await firstAccepted(next, request, context);
  };

async function firstAccepted(
  next: Complete,
  request: ChatRequest,
  context: CallContext,
): Promise<AsyncIterable<ChatEvent>> {
  try {
    return await peek(next(request, context));
  } catch (error) {
    const fewer = withoutRefused(request, context, error);
    if (fewer === undefined) throw error;
    return firstAccepted(next, fewer, context);
  }
}

function withoutRefused(
  request: ChatRequest,
  { report }: CallContext,
  error: unknown,
): ChatRequest | undefined {
  if (!(error instanceof ApiError) || error.code !== 'unsupported_parameter') return undefined;
  const entries = Object.entries(request.parameters);
  const refused = entries.find(([name]) => name === error.param);
  if (refused === undefined) return undefined;
  report.add(refused[0], 'ignored', error.message, { sent: refused[1] });
  return { ...request, parameters: Object.fromEntries(entries.filter((entry) => entry !== refused)) };
}
