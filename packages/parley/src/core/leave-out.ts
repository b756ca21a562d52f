import { ApiError } from '@parley/protocol/errors';
import type { CallContext, ChatRequest, Complete, Policy } from './complete.ts';
import type { ChatEvent } from './event.ts';
import { peek } from './peek.ts';

/**
 * For callers who prefer an answer to a refusal: a parameter that the backend refuses as unsupported is left out,
 * reported as ignored with the backend's reason, and the call is made again. A limit that is longer than the context has
 * room is reported as clamped. A refusal that concerns anything but a whole
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
  if (!(error instanceof ApiError)) return undefined;
  const entries = Object.entries(request.parameters);
  const refused = entries.find(([name]) => name === error.param);
  if (refused === undefined) return undefined;
  const [name, sent] = refused;
  if (error.code === 'unsupported_parameter') report.add(name, 'ignored', error.message, { sent });
  // Without a limit an answer may be as long as the context has room.
  else if (error.code === 'context_length_exceeded') report.add(name, 'clamped', error.message, { sent });
  else return undefined;
  return { ...request, parameters: Object.fromEntries(entries.filter((entry) => entry !== refused)) };
}
