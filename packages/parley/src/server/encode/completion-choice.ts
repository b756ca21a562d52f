import type { ChatEvent, TokenInfo } from '../../core/event.ts';
import type { Folded, FoldedChoice } from '../../core/fold.ts';
import type { ParameterReportEntry } from '../../core/report.ts';
import type { ChoiceEvent, ChoiceWriter } from './chunks.ts';
import { type EncodingOptions, tokenText, wireLogprob, wireTimeInfo, wireUsage } from './common.ts';

/** Log probabilities as the legacy completions write them: parallel lists. */
export interface LegacyLogprobs {
  readonly tokens: string[];
  readonly token_logprobs: number[];
  readonly top_logprobs: Record<string, number>[];
  /** Where each token begins in the text of the choice, in UTF-16 code units. */
  readonly text_offset: number[];
}

function legacyLogprobs(tokens: readonly TokenInfo[], offset: number, asIds: boolean): LegacyLogprobs {
  const lists: LegacyLogprobs = { tokens: [], token_logprobs: [], top_logprobs: [], text_offset: [] };
  const decoder = new TextDecoder();
  let at = offset;
  for (const token of tokens) {
    lists.tokens.push(tokenText(token, asIds));
    lists.token_logprobs.push(wireLogprob(token.logprob));
    lists.top_logprobs.push(
      Object.fromEntries(token.top.map((each) => [tokenText(each, asIds), wireLogprob(each.logprob)])),
    );
    lists.text_offset.push(at);
    at += decoder.decode(token.bytes, { stream: true }).length;
  }
  return lists;
}

/** The choices of a streamed `text_completion`: text only, whatever the event. */
export class CompletionChoiceWriter implements ChoiceWriter {
  readonly object = 'text_completion';
  readonly #options: EncodingOptions;
  readonly #offsets = new Map<number, number>();

  constructor(options: EncodingOptions) {
    this.#options = options;
  }

  opening(): string {
    return '';
  }

  echo(choice: number, text: string): string {
    return this.#text(choice, text, undefined);
  }

  content(event: ChoiceEvent): string {
    return event.type === 'text-delta'
      ? this.#text(event.choice, event.text, event.tokens)
      : this.#text(event.choice, 'text' in event ? event.text : '', undefined);
  }

  ending({ choice, reason, stop }: Extract<ChatEvent, { type: 'choice-end' }>): string {
    return JSON.stringify({
      index: choice,
      text: '',
      logprobs: null,
      finish_reason: reason,
      stop_reason: stop ?? null,
    });
  }

  #text(index: number, text: string, tokens: readonly TokenInfo[] | undefined): string {
    const offset = this.#offsets.get(index) ?? 0;
    this.#offsets.set(index, offset + text.length);
    const logprobs =
      this.#options.logprobs && tokens ? legacyLogprobs(tokens, offset, this.#options.tokensAsIds) : null;
    return `{"index":${index},"text":${JSON.stringify(text)},"logprobs":${JSON.stringify(logprobs)},"finish_reason":null}`;
  }
}

/** The whole answer of a legacy completion. */
export function completionBody(
  answer: Folded,
  options: EncodingOptions,
  report?: readonly ParameterReportEntry[],
) {
  const { start, choices, usage, timing } = answer;
  return {
    id: start.id,
    choices: choices.map((choice) => wireChoice(choice, start.echo ?? '', options)),
    created: start.created,
    model: start.model,
    system_fingerprint: start.systemFingerprint,
    object: 'text_completion' as const,
    usage: wireUsage(usage),
    time_info: wireTimeInfo(timing, start.created),
    ...(options.serviceTier !== undefined && { service_tier: options.serviceTier }),
    ...(report && { parley: { report: [...report] } }),
  };
}

function wireChoice(choice: FoldedChoice, echo: string, options: EncodingOptions) {
  return {
    index: choice.index,
    text: echo + choice.reasoning + choice.text,
    logprobs: options.logprobs ? legacyLogprobs(choice.tokens ?? [], echo.length, options.tokensAsIds) : null,
    finish_reason: choice.reason,
    stop_reason: choice.stop ?? null,
  };
}
