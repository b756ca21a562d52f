import type { ApiError } from '@parley/protocol';
import { invalidRequest } from '@parley/protocol/errors';
import { type DialectNames, detectDialect } from '../answer/dialects.ts';
import { planAnswer } from '../answer/plan.ts';
import { outputForm } from '../constraint/output-form.ts';
import type { TokenId, Tokenizer } from '../runtime.ts';
import { BadWordFinder } from './bad-words.ts';
import { ControlNames } from './control-names.ts';
import { renderConversation } from './conversation.ts';
import { echoSpan, wholeSpan, withoutFirst } from './echo-span.ts';
import { predictedTokens } from './prediction.ts';
import type { Prepared, PromptParameters, PromptRequest } from './request.ts';
import type { ChatTemplate, RenderLimits } from './template.ts';
import { parseTemplate } from './template.ts';
import { keptTokens, tailFor } from './truncate.ts';
import type { SpecialTexts } from './variables.ts';

export interface RendererOptions {
  readonly tokenizer: Tokenizer;
  /** Jinja sources by name: `default`, and `tool_use` for requests with tools where the model has one. */
  readonly templates: ReadonlyMap<string, string>;
  /** Tokens of prompt and completion together. */
  readonly contextLength: number;
  readonly limits: RenderLimits;
  /** Whether requests may bring a template of their own. */
  readonly allowRequestTemplate: boolean;
  readonly padTokenId?: TokenId | undefined;
  /** Formats of calls and reasoning that the operator chose, in place of those that the template shows. */
  readonly formats?: Partial<DialectNames> | undefined;
  /** Compiles an OutputForm, as JSON. Throws an ApiError 400 that names the place at fault. */
  readonly checkForm: (json: string) => void;
  /** Milliseconds, monotonic. */
  readonly clock: () => number;
}

/** Requests may bring templates of their own. */
const REMEMBERED_TEMPLATES = 16;

/** Turns requests into tokens. It may take long, so it lives on a thread of its own (see PromptThread). */
export class PromptRenderer {
  readonly #options: RendererOptions;
  readonly #names: ControlNames;
  readonly #badWords: BadWordFinder;
  readonly #special: SpecialTexts;
  readonly #parsed = new Map<string, ChatTemplate>();
  /** By the template's source. */
  readonly #dialects = new Map<string, DialectNames>();
  #longestToken: number | undefined;

  constructor(options: RendererOptions) {
    this.#options = options;
    const { vocabulary } = options.tokenizer;
    this.#names = new ControlNames(vocabulary);
    this.#badWords = new BadWordFinder(vocabulary);
    const text = (token: TokenId | undefined): string =>
      token === undefined ? '' : new TextDecoder().decode(vocabulary.bytes(token));
    this.#special = { bos: text(vocabulary.bos), eos: text(vocabulary.eos), pad: text(options.padTokenId) };
  }

  /** Throws an ApiError 400, also when no token of an answer would fit into the context. */
  prepare(request: PromptRequest, now: Date): Prepared {
    const prepared = this.#truncate(this.#render(request, now, true), request);
    this.#checkFit(prepared.tokens.length, 'has', request);
    const { tokenizer, contextLength } = this.#options;
    const limits = { tokenizer, contextLength, longestToken: () => this.#longestTokenBytes() };
    return { ...prepared, prediction: predictedTokens(request.parameters, limits) };
  }

  /** Like `prepare`, but for looking at the tokens: any length is fine. */
  tokenize(request: PromptRequest, now: Date): Prepared {
    return this.#render(request, now, false);
  }

  detokenize(tokens: readonly TokenId[]): string {
    return this.#textOf(tokens, 'tokens');
  }

  #render(request: PromptRequest, now: Date, mustFit: boolean): Prepared {
    const { input, parameters } = request;
    const { tokenizer } = this.#options;
    const badWords = this.#badWords.prepare(parameters.bad_words ?? []);
    const echoes = parameters.echo === true;
    switch (input.kind) {
      case 'tokens': {
        const text = this.#textOf(input.tokens, 'prompt');
        const output = this.#form(parameters);
        return {
          tokens: [...input.tokens],
          text,
          ...(echoes ? { echo: text, echoSpan: wholeSpan(input.tokens) } : { echo: undefined }),
          badWords,
          ignored: [],
          ...output,
        };
      }
      case 'text': {
        // The caller writes the whole prompt, control tokens included: there is nobody else's part to forge.
        const text = input.text.toWellFormed();
        if (mustFit) this.#checkBytes(text, request);
        const addBos = parameters.add_special_tokens !== false;
        const tokens = tokenizer.tokenize(this.#tail(text, parameters), { special: true, addBos });
        return {
          tokens,
          text,
          ...(echoes ? { echo: text, echoSpan: wholeSpan(tokens) } : { echo: undefined }),
          badWords,
          ignored: [],
          ...this.#form(parameters),
        };
      }
      case 'messages': {
        const template = this.#templateFor(parameters);
        const rendered = renderConversation(input.messages, parameters, {
          template,
          names: this.#names,
          special: this.#special,
          limits: this.#options.limits,
          now,
          clock: this.#options.clock,
        });
        const { plan, suffix, changes } = planAnswer({
          parameters,
          source: template.source,
          // What the caller wrote is none of the marks.
          prompt: rendered.marked,
          continued: rendered.continued,
          continuesThought: rendered.continuesThought,
          names: this.#namesFor(template.source),
          check: this.#options.checkForm,
        });
        const text = rendered.text + suffix;
        if (mustFit) this.#checkBytes(text, request);
        const addBos = parameters.add_special_tokens === true;
        const marked = this.#tail(rendered.marked + suffix, parameters);
        const tokens = this.#names.tokenize(tokenizer, marked, rendered.marker, addBos);
        const { echo, echoEnd: end, ignored } = rendered;
        const { vocabulary } = tokenizer;
        const located = echo !== undefined && end !== undefined;
        const { output } = plan;
        return {
          tokens,
          text,
          echo,
          echoSpan: located ? echoSpan({ echo, end, text }, tokens, vocabulary) : undefined,
          badWords,
          ignored,
          plan,
          changes,
          ...(output !== undefined && { output }),
        };
      }
    }
  }

  /** As much of a text as has to be tokenised: with `truncate_prompt_tokens` its end. */
  #tail(text: string, parameters: PromptParameters): string {
    const kept = keptTokens(parameters, this.#options.contextLength);
    return kept === undefined ? text : tailFor(text, kept, this.#longestTokenBytes());
  }

  /** Leaves the prompt's last tokens, as many as `truncate_prompt_tokens` says. */
  #truncate(prepared: Prepared, { input, parameters }: PromptRequest): Prepared {
    const kept = keptTokens(parameters, this.#options.contextLength) ?? prepared.tokens.length;
    const gone = prepared.tokens.length - kept;
    if (gone <= 0) return prepared;
    const tokens = prepared.tokens.slice(gone);
    const text = this.#textOf(tokens, 'prompt');
    if (input.kind === 'messages' || prepared.echo === undefined) {
      return { ...prepared, tokens, text, echoSpan: withoutFirst(prepared.echoSpan, gone) };
    }
    return { ...prepared, tokens, text, echo: text, echoSpan: wholeSpan(tokens) };
  }

  #namesFor(source: string): DialectNames {
    let names = this.#dialects.get(source);
    if (!names) {
      names = detectDialect(source, this.#options.formats ?? {});
      if (this.#dialects.size >= REMEMBERED_TEMPLATES) this.#dialects.clear();
      this.#dialects.set(source, names);
    }
    return names;
  }

  #form(parameters: PromptParameters): { output?: string } {
    const form = outputForm(parameters);
    if (!form) return {};
    const output = JSON.stringify(form);
    this.#options.checkForm(output);
    return { output };
  }

  #templateFor(parameters: PromptParameters): ChatTemplate {
    const { allowRequestTemplate, templates } = this.#options;
    if (typeof parameters.chat_template === 'string') {
      if (!allowRequestTemplate) {
        throw invalidRequest(
          'chat_template',
          'chat_template: this server takes no templates from requests; its operator can allow them (--allow-request-templates).',
          'unsupported_parameter',
        );
      }
      return parseTemplate(parameters.chat_template, 'chat_template');
    }
    const hasTools = (parameters.tools?.length ?? 0) > 0 || (parameters.functions?.length ?? 0) > 0;
    const name = hasTools && templates.has('tool_use') ? 'tool_use' : 'default';
    const source = templates.get(name);
    if (source === undefined) {
      throw invalidRequest(
        'messages',
        'messages: this model has no chat template, so it cannot take a conversation. Send a prompt to /v1/completions, or let the operator configure a chat template.',
        'no_chat_template',
      );
    }
    const template = this.#parsed.get(name) ?? parseTemplate(source, 'messages');
    this.#parsed.set(name, template);
    return template;
  }

  /** Refuses at once what cannot fit even if all its tokens were the longest ones. */
  #checkBytes(text: string, request: PromptRequest): void {
    if (keptTokens(request.parameters, this.#options.contextLength) !== undefined) return;
    const bytes = Buffer.byteLength(text);
    if (bytes < this.#options.contextLength) return;
    this.#checkFit(Math.ceil(bytes / this.#longestTokenBytes()), 'has at least', request);
  }

  #checkFit(tokens: number, has: string, { input }: PromptRequest): void {
    const { contextLength } = this.#options;
    if (tokens < contextLength) return;
    throw contextLengthExceeded(
      input.kind === 'messages' ? 'messages' : 'prompt',
      has,
      tokens,
      contextLength,
    );
  }

  #longestTokenBytes(): number {
    const { vocabulary } = this.#options.tokenizer;
    if (this.#longestToken === undefined) {
      this.#longestToken = 1;
      for (let token = 0; token < vocabulary.size; token++) {
        this.#longestToken = Math.max(this.#longestToken, vocabulary.bytes(token).length);
      }
    }
    return this.#longestToken;
  }

  #textOf(tokens: readonly TokenId[], param: string): string {
    const { vocabulary } = this.#options.tokenizer;
    const wrong = tokens.findIndex(
      (token) => !Number.isInteger(token) || token < 0 || token >= vocabulary.size,
    );
    if (wrong >= 0) {
      const at = `${param}[${wrong}]`;
      throw invalidRequest(
        at,
        `${at}: ${tokens[wrong]} is no token id, they are 0 to ${vocabulary.size - 1}.`,
      );
    }
    return Buffer.concat(tokens.map((token) => vocabulary.bytes(token))).toString('utf8');
  }
}

/** 400 in OpenAI's words, with the two numbers. */
function contextLengthExceeded(param: string, has: string, tokens: number, contextLength: number): ApiError {
  return invalidRequest(
    param,
    `This model's maximum context length is ${contextLength} tokens, but the prompt ${has} ${tokens} tokens, which leaves no room for an answer.`,
    'context_length_exceeded',
  );
}
