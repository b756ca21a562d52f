import type { Static, TObject } from 'typebox';
import { Compile } from 'typebox/compile';
import { inadmissible } from './admissible.ts';
import { ChatCompletionRequest } from './chat.ts';
import { CompletionRequest } from './completion.ts';
import { explain } from './explain.ts';
import { type Fault, fault, faultError, show } from './fault.ts';
import { isObject, type JsonSchema, jsonSchema } from './json-schema.ts';
import { chatFault, completionFault, settleTokenLimits, type Translation } from './rules.ts';
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
  /** Parameters that gave way to another. */
  readonly translated: readonly Translation[];
}

type Parser<Request> = (body: unknown) => Parsed<Request>;

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
  settle: (request: Static<Schema>) => Translation[] = () => [],
): Parser<Static<Schema>> {
  const check = Compile(schema);
  const shape = jsonSchema(schema);
  const nested = Object.entries(shape.properties ?? {}).filter(
    ([key, property]) => key !== 'messages' && mayHoldKeys(property),
  );
  const isValid = (value: unknown): value is Static<Schema> => check.Check(value);
  return (body) => {
    if (!isObject(body)) throw faultError(fault('invalid_type', `must be a JSON object, got ${show(body)}`));
    const bad = inadmissible(body);
    if (bad !== undefined) throw faultError(bad);
    const { fields, unknown } = split(body, shape);
    if (!isValid(fields)) throw faultError(explain(shape, fields) ?? fault('invalid_value', 'is not valid'));
    const broken = ruleFault(fields);
    if (broken !== undefined) throw faultError(broken);
    const unknownPaths = nested.flatMap(([key, property]) => unknownKeys(property, fields[key], key));
    return { request: fields, unknown, unknownPaths, translated: settle(fields) };
  };
}

const noRule = () => undefined;
const chat = parser(ChatCompletionRequest, chatFault, settleTokenLimits);
const completion = parser(CompletionRequest, completionFault);
const tokenizeText = parser(TokenizeTextRequest, noRule);
const tokenizeChat = parser(TokenizeChatRequest, chatFault);
const detokenize = parser(DetokenizeRequest, noRule);

/** Body of `POST /v1/chat/completions`. Throws ApiError 400. */
export function parseChatCompletion(body: unknown): Parsed<ChatCompletionRequest> {
  return chat(body);
}

/** Body of `POST /v1/completions`. Throws ApiError 400. */
export function parseCompletion(body: unknown): Parsed<CompletionRequest> {
  return completion(body);
}

/** Body of `POST /tokenize`: with `messages` a conversation, else text. Throws ApiError 400. */
export function parseTokenize(body: unknown): Parsed<TokenizeRequest> {
  return isObject(body) && Object.hasOwn(body, 'messages') ? tokenizeChat(body) : tokenizeText(body);
}

/** Body of `POST /detokenize`. Throws ApiError 400. */
export function parseDetokenize(body: unknown): Parsed<DetokenizeRequest> {
  return detokenize(body);
}

/** `seed` as the unsigned 64-bit value that it stands for. */
export function seedToUint64(seed: number | string): bigint {
  return BigInt.asUintN(64, BigInt(seed));
}
