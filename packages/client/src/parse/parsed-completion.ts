import { AnswerError, assertWhole } from '../answer-error.ts';
import { parseJson } from '../errors.ts';
import type { Answer } from '../resources/create.ts';
import { InvalidValueError, type Prepared } from '../schema/schema.ts';
import type { ChatCompletion, ResponseMessage } from '../wire/chat-answer.ts';

type Choice = ChatCompletion['choices'][number];

/** `parsed` is null where the model called tools instead. */
export type ParsedChoice<T> = Choice & { message: ResponseMessage & { parsed: T | null } };

export type ParsedCompletion<T> = Answer<ChatCompletion> & {
  choices: ParsedChoice<T>[];
  /** Of the first choice. */
  parsed: T | null;
};

/** Adds what the texts of the choices say. Throws AnswerError if one of them is not what the schema asks for. */
export async function readCompletion<T>(
  completion: Answer<ChatCompletion>,
  schema: Prepared<T>,
): Promise<ParsedCompletion<T>> {
  const choices: ParsedChoice<T>[] = [];
  for (const choice of completion.choices) {
    const parsed = await readChoice(choice, completion, schema);
    choices.push({ ...choice, message: { ...choice.message, parsed } });
  }
  const answer = { ...completion, choices, parsed: choices[0]?.message.parsed ?? null };
  return Object.defineProperty(answer, 'requestId', { value: completion.requestId });
}

async function readChoice<T>(
  { message, finish_reason: reason }: Choice,
  completion: Answer<ChatCompletion>,
  schema: Prepared<T>,
): Promise<T | null> {
  assertWhole(completion, reason);
  if (message.refusal) throw new AnswerError('refusal', `The model declined: ${message.refusal}`, completion);
  if (message.content === null && message.tool_calls) return null;
  const value = parseJson(message.content ?? '');
  if (value === undefined) {
    throw new AnswerError('json', `The answer is no JSON: ${message.content?.slice(0, 200)}`, completion);
  }
  try {
    return await schema.read(value);
  } catch (cause) {
    if (!(cause instanceof InvalidValueError)) throw cause;
    throw new AnswerError('schema', cause.message, completion, cause);
  }
}
