import { unsupportedParameter } from '@parley/protocol';
import type { CallContext, ChatRequest, ParameterSupport, Policy } from '../core/complete.ts';
import { type CompletionStore, completionIdTaken } from '../core/completion-store.ts';
import { OpenAnswer } from '../core/fold.ts';
import { encodingOptions, reportsInBody } from './call.ts';
import { chatBody } from './encode/chat-body.ts';
import type { Exchange } from './http/exchange.ts';
import { storedCompletion } from './stored-completion.ts';

const NO_STORE = 'this server keeps no answers; its operator can allow it';

/**
 * Keeps the conversation and its answer where the request says `store: true`: what an answer that was not streamed would
 * have been, whether it is streamed or not. It is kept before the events end, so before the caller reads that end; a
 * failure to keep it is a failure of the call. An answer that breaks off is not kept.
 */
export function storing(store: CompletionStore | undefined, { response }: Exchange): Policy {
  return (next) =>
    async function* (request, context) {
      const keeper = wantedStore(store, request);
      if (!keeper) {
        yield* next(request, context);
        return;
      }
      await refuseTakenId(keeper, request, context);
      const answer = new OpenAnswer();
      for await (const event of next(request, context)) {
        answer.add(event);
        yield event;
      }
      const { parameters, input } = request;
      const shown = reportsInBody(parameters) ? context.report.entries : undefined;
      const body = chatBody(answer.finish(), encodingOptions(parameters), shown);
      const requestId = String(response.getHeader('x-request-id') ?? '') || null;
      const completion = storedCompletion(body, parameters, requestId);
      const messages = input.kind === 'messages' ? input.messages : [];
      await keeper.add(context.principal.id, completion, messages);
    };
}

function wantedStore(
  store: CompletionStore | undefined,
  { parameters }: ChatRequest,
): CompletionStore | undefined {
  const { store: wanted, metadata } = parameters;
  if (wanted === true && !store)
    throw unsupportedParameter('store', `'store' is not supported: ${NO_STORE}.`);
  if (wanted === true) return store;
  if (Object.keys(metadata ?? {}).length === 0) return undefined;
  const hint = store ? '' : `, and ${NO_STORE}`;
  throw unsupportedParameter('metadata', `metadata is only allowed with store: true${hint}.`);
}

/** Before the model works: the store would refuse the answer. */
async function refuseTakenId(
  store: CompletionStore,
  { parameters }: ChatRequest,
  { id, principal }: CallContext,
): Promise<void> {
  if ((parameters.request_id ?? undefined) === undefined) return;
  if (await store.get(principal.id, id)) throw completionIdTaken(id);
}

/** What `/v1/models/{id}` says of the parameters that are the server's own. */
export function storingSupport(store: CompletionStore | undefined): Record<string, ParameterSupport> {
  if (store) return {};
  const refused = { honoured: false, reason: NO_STORE } as const;
  return { store: refused, metadata: refused };
}

const IDENTIFIERS = ['user', 'safety_identifier', 'prompt_cache_key'] as const;
/** OpenAI asks for hashes of at most 64 characters; a line of the log bears some more. */
const SHOWN_LENGTH = 128;

/** What a request says of who asks in the end, for the log. */
export function identifiersOf(
  parameters: Readonly<{ [K in (typeof IDENTIFIERS)[number]]?: string | null | undefined }>,
): Record<string, string> {
  const given = IDENTIFIERS.flatMap((name) => {
    const value = parameters[name];
    return value ? [[name, value.slice(0, SHOWN_LENGTH)]] : [];
  });
  return Object.fromEntries(given);
}
