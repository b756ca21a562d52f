import { isFields } from './errors.ts';
import type { FinishReason, Usage } from './wire/answer-fields.ts';
import type { ChatCompletion, ResponseMessage, ResponseToolCall } from './wire/chat-answer.ts';
import type { CompletionLogprobs } from './wire/completion-answer.ts';

type ChatChoice = ChatCompletion['choices'][number];

/** An object of JSON. */
export type Fields = Record<string, unknown>;

/** A message as far as it has come, with fields that no type knows. */
export interface PartialMessage extends ResponseMessage, Fields {}

/** A choice as far as it has come: of a conversation with a message, of an older completion with a text. */
export interface PartialChoice extends Omit<Partial<ChatChoice>, 'finish_reason' | 'logprobs'>, Fields {
  index: number;
  /** null until the choice has ended. */
  finish_reason: FinishReason | null;
  message?: PartialMessage;
  text?: string;
  logprobs: ChatChoice['logprobs'] | CompletionLogprobs;
}

/** An answer as far as its stream has come, with fields that no type knows. */
export interface PartialCompletion
  extends Omit<Partial<ChatCompletion>, 'choices' | 'object' | 'usage'>,
    Fields {
  object?: string;
  choices: PartialChoice[];
  usage?: Usage | null;
}

/** Fields of a message and of its tool calls that come whole, be it once or again and again. */
const WHOLE = /^(role|id|type|name)$/;

/**
 * A chunk of one choice, in which nothing but one text would be appended to what is there: no lists, nothing that is
 * nested. Its groups: what comes before the text, with the index of the choice and the name of the text; what comes after.
 */
const REPEATABLE =
  /^(?!.*"text":)(\{[^[{]*"choices":\[\{[^[{]*"index":(\d+)[^[{]*"delta":\{"(\w+)":")[^"\\]*("\}[^[{\]]*\}\].*)$/s;

const comesInPieces = (key: string) => !WHOLE.test(key);
const isText = (key: string) => key === 'text';

/**
 * Puts an answer together from its chunks. Texts of messages and lists are appended, also where a field is unknown;
 * other values replace the earlier ones.
 */
export class Accumulator {
  readonly completion: PartialCompletion = { choices: [] };
  /** By choice and index. */
  readonly #calls = new Map<string, Fields>();
  /** The message to which the chunk before gave text, if a chunk may differ from it in nothing but that text. */
  #message: Fields | undefined;
  #key = '';
  /** The JSON around that text. */
  #before = '';
  #after = '';

  /** Whether every choice that has begun has a reason for its end. */
  get finished(): boolean {
    const { choices } = this.completion;
    return choices.length > 0 && choices.every((choice) => choice.finish_reason);
  }

  /** `json` is the text that the chunk was parsed from, or empty. */
  add(chunk: Fields, json: string): void {
    const { length } = this.#before;
    const end = json.length - this.#after.length;
    // Nearly every chunk repeats the one before in all but its text. Comparing JSON tells so at a quarter of the price
    // of looking at each field.
    if (
      this.#message &&
      json.indexOf('"', length) === end &&
      json.slice(end) === this.#after &&
      json.slice(0, length) === this.#before
    ) {
      this.#message[this.#key] += textOf(chunk, this.#key);
      return;
    }
    for (const key in chunk) {
      if (key === 'choices') for (const choice of list(chunk[key])) this.#choice(choice);
      else if (key !== 'obfuscation') put(this.completion, key, chunk[key]);
    }
    this.#learn(json);
  }

  #choice({ delta, ...more }: Fields): void {
    const index = typeof more.index === 'number' ? more.index : 0;
    const { choices } = this.completion;
    let choice = choices.find((each) => each.index === index);
    if (!choice) {
      choice = { index, finish_reason: null, logprobs: null };
      choices.push(choice);
      choices.sort((a, b) => a.index - b.index);
    }
    append(choice, more, isText);
    if (!isFields(delta)) return;
    const { tool_calls: calls, ...texts } = delta;
    choice.message ??= { role: 'assistant', content: null, refusal: null };
    append(choice.message, texts, comesInPieces);
    for (const call of list(calls)) this.#call(index, choice.message, call);
  }

  #call(choice: number, message: PartialMessage, { index, ...delta }: Fields): void {
    const key = `${choice} ${index}`;
    let call = this.#calls.get(key);
    // Some servers number all calls of an answer alike: then the id tells that another one begins.
    if (!call || (delta.id && call.id && delta.id !== call.id)) {
      call = { id: '', type: 'function' };
      this.#calls.set(key, call);
      message.tool_calls ??= [];
      // What it is becomes of it as its pieces come.
      message.tool_calls.push(call as ResponseToolCall);
    }
    append(call, delta, comesInPieces);
  }

  /** Keeps what stands around the text, if another chunk that differs in the text alone would add nothing else. */
  #learn(json: string): void {
    const [, before = '', index, key = '', after = ''] = REPEATABLE.exec(json) ?? [];
    const message = this.completion.choices.find((choice) => choice.index === Number(index ?? -1))?.message;
    this.#message = comesInPieces(key) ? message : undefined;
    this.#key = key;
    this.#before = before;
    this.#after = after;
  }
}

function textOf(chunk: Fields, key: string): string {
  // `#learn` has seen that the chunk has this form.
  return (chunk as unknown as { choices: [{ delta: Record<string, string> }] }).choices[0].delta[key] ?? '';
}

/** Adds `more` to `into`; texts are joined where `joins` says so of their key, lists always. */
function append(into: Fields, more: Fields, joins: (key: string) => boolean): void {
  for (const key in more) {
    const value = more[key];
    const old = Object.hasOwn(into, key) ? into[key] : undefined;
    if (typeof value === 'string' && typeof old === 'string') {
      into[key] = joins(key) ? old + value : value || old;
    } else if (Array.isArray(value)) {
      const items: unknown[] = Array.isArray(old) ? old : [];
      for (const item of value) items.push(item);
      put(into, key, items);
    } else if (isFields(value)) {
      const inner = isFields(old) ? old : {};
      put(into, key, inner);
      append(inner, value, joins);
    } else put(into, key, value);
  }
}

/** null says nothing where something is known. `__proto__` would be no field. */
function put(into: Fields, key: string, value: unknown): void {
  if (key !== '__proto__' && (value !== null || into[key] === undefined)) into[key] = value;
}

function list(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}
