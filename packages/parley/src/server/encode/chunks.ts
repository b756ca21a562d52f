import { internalError } from '@parley/protocol';
import type { ChatEvent, PromptInfo, Timing, Usage } from '../../core/event.ts';
import type { ParameterReportEntry } from '../../core/report.ts';
import { type EncodingOptions, wirePrompt, wireTier, wireTimeInfo, wireUsage } from './common.ts';

type Start = Extract<ChatEvent, { type: 'start' }>;
export type ChoiceEvent = Extract<ChatEvent, { choice: number }>;

/** How one dialect writes the choice of a chunk. */
export interface ChoiceWriter {
  readonly object: string;
  /** What comes before the first chunk with content of a choice, as the role; '' for nothing. JSON of a choice. */
  opening(choice: number, first: ChoiceEvent): string;
  /** JSON of a choice. */
  content(event: Exclude<ChoiceEvent, { type: 'choice-end' | 'choice-prompt' }>): string;
  /** JSON of a choice that only says why it ended. */
  ending(event: Extract<ChatEvent, { type: 'choice-end' }>): string;
  /** JSON of a choice with what is told of its prompt. */
  prompt(choice: number, prompt: PromptInfo): string;
}

const PAD_TO = 32;

/**
 * Writes events as server-sent events. What all chunks of a call share is written once; only what differs is written
 * per event. The last `choice-end` waits for usage and timing, which by Cerebras's habit travel on the same chunk.
 */
export class ChunkEncoder {
  readonly #options: EncodingOptions;
  readonly #writer: ChoiceWriter;
  readonly #report: (() => readonly ParameterReportEntry[]) | undefined;
  #start: Start | undefined;
  /** Between the choices and the end of a chunk. */
  #shared = '';
  /** What the first chunk says of the prompt. */
  #prompt = '';
  #head = '';
  #heldEnding: string | undefined;
  readonly #open = new Map<number, 'open' | 'ended'>();
  /** Tokens of the chunks that were written. */
  #completionTokens = 0;
  #usage: Usage | undefined;
  #final = false;
  #timing: Timing | undefined;

  /** `report` is asked at the end, when the request wants to see it in the body. */
  constructor(
    options: EncodingOptions,
    writer: ChoiceWriter,
    report?: () => readonly ParameterReportEntry[],
  ) {
    this.#options = options;
    this.#writer = writer;
    this.#report = report;
  }

  /** The server-sent events that the event amounts to; '' when it only changes what later ones say. */
  push(event: ChatEvent): string {
    switch (event.type) {
      case 'start':
        this.#begin(event);
        return '';
      case 'usage':
        this.#usage = event.usage;
        this.#final = event.final;
        return '';
      case 'timing':
        this.#timing = event.timing;
        return '';
      case 'choice-end': {
        const before = this.#release() + this.#opening(event);
        this.#open.set(event.choice, 'ended');
        this.#heldEnding = this.#writer.ending(event);
        this.#completionTokens += event.tokenCount;
        return before;
      }
      case 'choice-prompt':
        return this.#release() + this.#opening(event) + this.#chunk(this.#writer.prompt(event.choice, event));
      case 'text-delta':
      case 'reasoning-delta':
      case 'refusal-delta':
      case 'tool-call-start':
      case 'tool-call-delta': {
        const text = this.#release() + this.#opening(event) + this.#chunk(this.#writer.content(event));
        if ('tokenCount' in event) this.#completionTokens += event.tokenCount;
        return text;
      }
    }
  }

  /** The last events. Throws when the answer broke off, because that must never look like an end. */
  end(): string {
    const usage = this.#final ? this.#usage : undefined;
    const ended = [...this.#open.values()].every((state) => state === 'ended');
    if (!this.#start || !usage || !this.#timing || !ended || this.#heldEnding === undefined) {
      throw internalError('The answer broke off.', new Error('the events of the answer lack their end'));
    }
    const { includeUsage, continuousUsage } = this.#options;
    const time = `,"time_info":${JSON.stringify(wireTimeInfo(this.#timing, this.#start.created))}`;
    const sums = `,"usage":${JSON.stringify(wireUsage(usage))}`;
    const report = this.#report ? `,"parley":${JSON.stringify({ parameters: this.#report() })}` : '';
    const ending = this.#heldEnding;
    if (includeUsage !== true) {
      const own = includeUsage === false && !continuousUsage ? '' : sums;
      return `${this.#frame(ending, own + time + report)}data: [DONE]\n\n`;
    }
    const own = continuousUsage ? sums : ',"usage":null';
    return `${this.#frame(ending, own)}${this.#frame('', sums + time + report)}data: [DONE]\n\n`;
  }

  #begin(start: Start): void {
    this.#start = start;
    this.#head = `data: {"id":${JSON.stringify(start.id)},"choices":[`;
    const prompt = JSON.stringify(wirePrompt(start)).slice(1, -1);
    this.#prompt = prompt === '' ? '' : `,${prompt}`;
    const tier = JSON.stringify(wireTier(this.#options)).slice(1, -1);
    this.#shared =
      `],"created":${start.created},"model":${JSON.stringify(start.model)},` +
      `"system_fingerprint":${JSON.stringify(start.systemFingerprint)},"object":"${this.#writer.object}"` +
      (tier === '' ? '' : `,${tier}`);
  }

  #opening(event: ChoiceEvent): string {
    if (this.#open.has(event.choice)) return '';
    this.#open.set(event.choice, 'open');
    const opening = this.#writer.opening(event.choice, event);
    const start = this.#start;
    return (
      (opening === '' ? '' : this.#chunk(opening)) +
      (start?.echo ? this.#chunk(this.#writer.prompt(event.choice, start)) : '')
    );
  }

  #release(): string {
    const ending = this.#heldEnding;
    this.#heldEnding = undefined;
    return ending === undefined ? '' : this.#chunk(ending);
  }

  #chunk(choice: string): string {
    return this.#frame(choice, this.#usageSoFar());
  }

  #frame(choice: string, extra: string): string {
    const pad = this.#options.obfuscation
      ? `,"obfuscation":"${'0'.repeat(PAD_TO - (Buffer.byteLength(choice) % PAD_TO))}"`
      : '';
    const prompt = this.#prompt;
    this.#prompt = '';
    return `${this.#head}${choice}${this.#shared}${prompt}${extra}${pad}}\n\n`;
  }

  /**
   * The completion tokens of a chunk are those that stand before it. So they rise from chunk to chunk, the ending
   * included, even when the last token of the limit came with text.
   */
  #usageSoFar(): string {
    if (!this.#options.continuousUsage) return this.#options.includeUsage ? ',"usage":null' : '';
    const known = this.#usage ?? {
      promptTokens: 0,
      cachedTokens: 0,
      reasoningTokens: 0,
      completionTokens: 0,
    };
    const usage = wireUsage({ ...known, completionTokens: this.#completionTokens });
    return `,"usage":${JSON.stringify(usage)}`;
  }
}
