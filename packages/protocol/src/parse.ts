import type { Static, TObject } from 'typebox';
import { Compile } from 'typebox/compile';
import { inadmissible } from './admissible.ts';
import { ChatCompletionRequest } from './chat.ts';
import { CompletionRequest } from './completion.ts';
import { explain } from './explain.ts';
import { type Fault, fault, faultError, show } from './fault.ts';
import { isObject, type JsonSchema, jsonSchema } from './json-schema.ts';
import { clampNumbers, dropLoneTopLogprobs, isLenient, type Unsupported } from './lenient.ts';
import type { ReportEntry } from './response-fields.ts';
import { chatFault, completionFault, settleTokenLimits } from './rules.ts';
import { StoredUpdateRequest } from './stored.ts';
import {
  DetokenizeRequest,
  TokenizeChatRequest,
  type TokenizeRequest,
  TokenizeTextRequest,
} from './tokenize.ts';
import { mayHoldKeys, unknownKeys } from './unknown-keys.ts';

export interface Parsed<Request> {
  /** Valid. Known keys only; parameters given as null or undefined are absent. */
  readonly request: Request;
  /** Top-level keys that the schema does not know, as they came. */
  readonly unknown: Record<string, unknown>;
  /** Paths of keys that the schema does not know inside known parameters; messages are free to carry more. */
  readonly unknownPaths: readonly string[];
  /** Parameters that gave way to another, and when lenient those that were brought into range or left out. */
  readonly changes: readonly ReportEntry[];
  /** Whether the caller wants what cannot be honoured to be left out and reported. */
  readonly lenient: boolean;
}

export interface ParseOptions {
  /** What becomes of numbers that are out of range; the body's own `parley.unsupported` wins. Default `strict`. */
  readonly unsupported?: Unsupported | undefined;
  /** Whether `top_logprobs` without `logprobs: true` is left out in place of a 400; always when lenient. */
  readonly dropLoneTopLogprobs?: boolean | undefined;
}

type Parser<Request> = (body: unknown, options?: ParseOptions) => Parsed<Request>;

/** Known keys that say something, and the others. A required key stays, so that its null is judged by the schema. */
function split(body: Readonly<Record<string, unknown>>, schema: JsonSchema) {
  const fields: Record<string, unknown> = {};
  const unknown: Record<string, unknown> = {};
  for (const key of Object.keys(body)) {
    const value = body[key];
    if (!Object.hasOwn(schema.properties ?? {}, key)) unknown[key] = value;
    else if ((value !== null && value !== undefined) || schema.required?.includes(key)) fields[key] = value;
  }
  return { fields, unknown };
}

/**
 * Splits and checks a body. The compiled check decides; only when it fails the schema is walked for the reason.
 * Throws ApiError 400 with the JSON path as `param`.
 */
function parser<Schema extends TObject>(
  schema: Schema,
  ruleFault: (request: Static<Schema>) => Fault | undefined,
  settle: (request: Static<Schema>) => ReportEntry[] = () => [],
): Parser<Static<Schema>> {
  const check = Compile(schema);
  const shape = jsonSchema(schema);
  const nested = Object.entries(shape.properties ?? {}).filter(
    ([key, property]) => key !== 'messages' && mayHoldKeys(property),
  );
  const isValid = (value: unknown): value is Static<Schema> => check.Check(value);
  return (body, options = {}) => {
    if (!isObject(body)) throw faultError(fault('invalid_type', `must be a JSON object, got ${show(body)}`));
    const bad = inadmissible(body);
    if (bad !== undefined) throw faultError(bad);
    const { fields, unknown } = split(body, shape);
    const lenient = isLenient(body, options.unsupported ?? 'strict');
    const changes = lenient ? clampNumbers(shape, fields) : [];
    if (lenient || options.dropLoneTopLogprobs === true) changes.push(...dropLoneTopLogprobs(fields));
    if (!isValid(fields)) throw faultError(explain(shape, fields) ?? fault('invalid_value', 'is not valid'));
    const broken = ruleFault(fields);
    if (broken !== undefined) throw faultError(broken);
    const unknownPaths = nested.flatMap(([key, property]) => unknownKeys(property, fields[key], key));
    changes.push(...settle(fields));
    return { request: fields, unknown, unknownPaths, changes, lenient };
  };
}

const noRule = () => undefined;
const chat = parser(ChatCompletionRequest, chatFault, settleTokenLimits);
const completion = parser(CompletionRequest, completionFault);
const tokenizeText = parser(TokenizeTextRequest, noRule);
const tokenizeChat = parser(TokenizeChatRequest, chatFault);
const detokenize = parser(DetokenizeRequest, noRule);
const storedUpdate = parser(StoredUpdateRequest, noRule);

/** Body of `POST /v1/chat/completions`. Throws ApiError 400. */
export function parseChatCompletion(body: unknown, options?: ParseOptions): Parsed<ChatCompletionRequest> {
  return chat(body, options);
}

/** Body of `POST /v1/completions`. Throws ApiError 400. */
export function parseCompletion(body: unknown, options?: ParseOptions): Parsed<CompletionRequest> {
  return completion(body, options);
}

/** Body of `POST /tokenize`: with `messages` a conversation, else text. Throws ApiError 400. */
export function parseTokenize(body: unknown): Parsed<TokenizeRequest> {
  return isObject(body) && Object.hasOwn(body, 'messages') ? tokenizeChat(body) : tokenizeText(body);
}

/** Body of `POST /detokenize`. Throws ApiError 400. */
export function parseDetokenize(body: unknown): Parsed<DetokenizeRequest> {
  return detokenize(body);
}

/** Body of `POST /v1/chat/completions/{id}`. Throws ApiError 400. */
export function parseStoredUpdate(body: unknown): Parsed<StoredUpdateRequest> {
  return storedUpdate(body);
}

/** `seed` as the unsigned 64-bit value that it stands for. */
export function seedToUint64(seed: number | string): bigint {
  return BigInt.asUintN(64, BigInt(seed));
}
