import type { ChatEvent, PromptInfo, PromptToken } from '../../core/event.ts';
import type { Folded, FoldedChoice } from '../../core/fold.ts';
import type { ParameterReportEntry } from '../../core/report.ts';
import type { ChoiceEvent, ChoiceWriter } from './chunks.ts';
import {
  type EncodingOptions,
  tokenIds,
  tokenText,
  wireLogprob,
  wirePrompt,
  wireTier,
  wireTimeInfo,
  wireUsage,
} from './common.ts';

/** Log probabilities as the legacy completions write them: parallel lists. The first token of a prompt has none. */
export interface LegacyLogprobs {
  readonly tokens: string[];
  readonly token_logprobs: (number | null)[];
  readonly top_logprobs: (Record<string, number> | null)[];
  /** Where each token begins in the text of the choice, in UTF-16 code units. */
  readonly text_offset: number[];
}

/** A sampled token is one too. */
type LegacyToken = Pick<PromptToken, 'id' | 'bytes' | 'logprob' | 'top'>;

/** `offset` may be negative: then tokens stand before the beginning of the text. */
function legacyLogprobs(tokens: Iterable<LegacyToken>, offset: number, asIds: boolean): LegacyLogprobs {
  const lists: LegacyLogprobs = { tokens: [], token_logprobs: [], top_logprobs: [], text_offset: [] };
  const decoder = new TextDecoder();
  let at = offset;
  for (const { logprob, ...token } of tokens) {
    lists.tokens.push(tokenText({ ...token, logprob: 0 }, asIds));
    lists.token_logprobs.push(logprob === undefined ? null : wireLogprob(logprob));
    const top = token.top.map((each) => [tokenText(each, asIds), wireLogprob(each.logprob)] as const);
    lists.top_logprobs.push(logprob === undefined ? null : Object.fromEntries(top));
    lists.text_offset.push(Math.max(0, at));
    at += decoder.decode(token.bytes, { stream: true }).length;
  }
  return lists;
}

/** Of the prompt's text, which lacks what the tokenizer put before it. */
function echoLogprobs({ echo = '', echoTokens = [] }: PromptInfo, asIds: boolean): LegacyLogprobs {
  const decoder = new TextDecoder();
  let length = 0;
  for (const { bytes } of echoTokens) length += decoder.decode(bytes, { stream: true }).length;
  return legacyLogprobs(echoTokens, echo.length - length, asIds);
}

type ContentEvent = Exclude<ChoiceEvent, { type: 'choice-end' | 'choice-prompt' }>;

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

  prompt(choice: number, prompt: PromptInfo): string {
    const { logprobs, tokensAsIds } = this.#options;
    const { echo = '', echoTokens } = prompt;
    this.#offsets.set(choice, echo.length);
    return JSON.stringify({
      index: choice,
      text: echo,
      logprobs: logprobs && echoTokens ? echoLogprobs(prompt, tokensAsIds) : null,
      finish_reason: null,
      ...wirePrompt(prompt),
    });
  }

  content(event: ContentEvent): string {
    const index = event.choice;
    const text = 'text' in event ? event.text : '';
    const offset = this.#offsets.get(index) ?? 0;
    this.#offsets.set(index, offset + text.length);
    const { logprobs, tokensAsIds } = this.#options;
    const tokens = event.type === 'text-delta' && logprobs ? event.tokens : undefined;
    const lists = tokens ? JSON.stringify(legacyLogprobs(tokens, offset, tokensAsIds)) : 'null';
    const ids = 'tokenIds' in event ? tokenIds(event) : '';
    return `{"index":${index},"text":${JSON.stringify(text)},"logprobs":${lists},"finish_reason":null${ids}}`;
  }

  ending(event: Extract<ChatEvent, { type: 'choice-end' }>): string {
    const reason = JSON.stringify(event.reason);
    const stop = JSON.stringify(event.stop ?? null);
    return `{"index":${event.choice},"text":"","logprobs":null,"finish_reason":${reason},"stop_reason":${stop}${tokenIds(event)}}`;
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
    choices: choices.map((choice) => wireChoice(choice, choice.prompt ?? start, options)),
    created: start.created,
    model: start.model,
    system_fingerprint: start.systemFingerprint,
    object: 'text_completion' as const,
    usage: wireUsage(usage),
    time_info: wireTimeInfo(timing, start.created),
    ...wireTier(options),
    ...(report && { parley: { parameters: [...report] } }),
  };
}

function wireChoice(choice: FoldedChoice, prompt: PromptInfo, options: EncodingOptions) {
  const { echo = '' } = prompt;
  return {
    index: choice.index,
    text: echo + choice.reasoning + choice.text,
    logprobs: options.logprobs ? wholeLogprobs(choice, prompt, options) : null,
    finish_reason: choice.reason,
    stop_reason: choice.stop ?? null,
    ...(choice.tokenIds && { token_ids: choice.tokenIds }),
    ...wirePrompt(prompt),
  };
}

function wholeLogprobs(
  { tokens = [] }: FoldedChoice,
  prompt: PromptInfo,
  { tokensAsIds }: EncodingOptions,
): LegacyLogprobs {
  const before = echoLogprobs(prompt, tokensAsIds);
  const own = legacyLogprobs(tokens, prompt.echo?.length ?? 0, tokensAsIds);
  return {
    tokens: [...before.tokens, ...own.tokens],
    token_logprobs: [...before.token_logprobs, ...own.token_logprobs],
    top_logprobs: [...before.top_logprobs, ...own.top_logprobs],
    text_offset: [...before.text_offset, ...own.text_offset],
  };
}
