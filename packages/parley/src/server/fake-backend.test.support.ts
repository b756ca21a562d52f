import { EventEmitter, once } from 'node:events';
import { CHAT_PARAMETER_NAMES, modelNotFound } from '@parley/protocol';
import type { Backend, CallContext, ChatRequest, Model } from '../core/complete.ts';
import type { ChatEvent, FinishReason, PromptInfo } from '../core/event.ts';

export type Script = (request: ChatRequest, context: CallContext) => AsyncIterable<ChatEvent>;

export const model: Model = {
  id: 'owner/model:q4',
  aliases: ['tiny'],
  created: 1_700_000_000,
  ownedBy: 'owner',
  name: 'Model',
  description: 'A model.',
  contextLength: 512,
  parameterCount: 10,
  quantization: undefined,
  sizeBytes: 100,
  vocabularySize: 256,
  capabilities: {
    chat: true,
    completions: true,
    streaming: true,
    logprobs: true,
    tools: false,
    structuredOutputs: false,
    reasoning: false,
    vision: false,
    audio: false,
  },
  parameters: Object.fromEntries(
    CHAT_PARAMETER_NAMES.map((name) => [
      name,
      name === 'tools' ? { honoured: false, reason: 'Not yet.' } : { honoured: true },
    ]),
  ),
};

export function start(context: CallContext, more: PromptInfo = {}): ChatEvent {
  return {
    type: 'start',
    id: context.id,
    model: model.id,
    created: 1_795_000_000,
    systemFingerprint: 'fp_0',
    ...more,
  };
}

export function text(value: string, choice = 0): ChatEvent {
  return { type: 'text-delta', choice, text: value, tokenCount: 1 };
}

export function end(choice = 0, reason: FinishReason = 'stop', tokenCount = 1): ChatEvent {
  return { type: 'choice-end', choice, reason, tokenCount };
}

export function tail(completionTokens: number, promptTokens = 5): ChatEvent[] {
  return [
    {
      type: 'usage',
      final: true,
      usage: { promptTokens, cachedTokens: 2, completionTokens, reasoningTokens: 0 },
    },
    {
      type: 'timing',
      timing: { queueSeconds: 0.5, promptSeconds: 0.25, completionSeconds: 1, totalSeconds: 1.75 },
    },
  ];
}

/** A script that says these texts in one choice. */
export function says(...texts: string[]): Script {
  return async function* (_request, context) {
    yield start(context);
    for (const each of texts) yield text(each);
    yield end();
    yield* tail(texts.length + 1);
  };
}

/** Rejects when the signal says so; settles in no other way. Leaves no listener behind. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** Runs a script per call and counts what is open. */
export class FakeBackend implements Backend {
  readonly name = 'fake';
  readonly calls: { request: ChatRequest; context: CallContext }[] = [];
  readonly changed = new EventEmitter();
  script: Script = says('Hello', ' world');
  running = 0;

  models = () => [model];

  complete = (request: ChatRequest, context: CallContext): AsyncIterable<ChatEvent> =>
    this.#run(request, context);

  async tokenize({ input }: { input: ChatRequest['input'] }) {
    const value = input.kind === 'text' ? input.text : 'rendered';
    return { tokens: [...Buffer.from(value)], text: value };
  }

  async detokenize(_model: string, tokens: readonly number[]) {
    return Buffer.from(tokens).toString('utf8');
  }

  tokenBytes(_model: string, tokens: readonly number[]) {
    return tokens.map((token) => Uint8Array.of(token));
  }

  stats() {
    const zero = {
      steps: 4,
      batchTokens: 10,
      promptTokens: 5,
      cachedTokens: 2,
      completionTokens: 3,
      cancelled: 0,
    };
    const more = {
      rejected: 0,
      cellsUsed: 1,
      cellsCached: 3,
      cells: 8,
      decodeSeconds: 1,
      overheadSeconds: 0.5,
    };
    return [{ model: model.id, running: this.running, waiting: 7, slots: 8, ...zero, ...more }];
  }

  async close() {}

  /** Settles when as many calls run. */
  async untilRunning(count: number): Promise<void> {
    while (this.running !== count) await once(this.changed, 'change');
  }

  async *#run(request: ChatRequest, context: CallContext): AsyncIterable<ChatEvent> {
    if (request.model !== model.id && request.model !== 'tiny')
      throw modelNotFound(request.model, [model.id]);
    this.calls.push({ request, context });
    this.running++;
    this.changed.emit('change');
    try {
      yield* this.script(request, context);
    } finally {
      this.running--;
      this.changed.emit('change');
    }
  }
}
