import { randomInt } from 'node:crypto';
import type { ChatRequest } from '../../core/complete.ts';
import { outputForm } from '../constraint/output-form.ts';
import { answerRules } from './answer-rules.ts';
import { type DialectNames, dialectByName, reasoningByName } from './dialects.ts';
import type { AnswerRules } from './format.ts';
import { AnswerReading } from './reading.ts';
import { toolUse } from './tools.ts';

export interface ReadingWish {
  readonly names: DialectNames;
  readonly opening: AnswerRules['reasoning'];
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const ID_LENGTH = 24;

/** What reads the answers to a conversation, as its parameters ask for them. */
export function openReading({ parameters }: ChatRequest, { names, opening }: ReadingWish): AnswerReading {
  const { reasoning_format: format, include_reasoning: included } = parameters;
  const raw = format === 'raw';
  const rules = answerRules({
    tools: toolUse(parameters),
    form: outputForm(parameters),
    opening,
    reasoningFormat: format,
  });
  const dialect = dialectByName(names);
  const reasoning = reasoningByName(names.reasoning);
  const hidden = included === false || format === 'hidden';
  return new AnswerReading({
    newReader: () => dialect.reader(rules),
    reasoning: raw ? 'text' : hidden ? 'nowhere' : 'apart',
    // The prompt has written the mark that the answer lacks; where the answer goes on with a message, it belongs to that.
    prefix:
      raw && opening === 'open' && reasoning && parameters.continue_final_message !== true
        ? `${reasoning.begin}\n`
        : '',
    newCallId: () => dialect.newId?.(random) ?? callId(),
  });
}

function callId(): string {
  return `call_${Array.from({ length: ID_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')}`;
}

/** 0 <= x < 1. */
function random(): number {
  return randomInt(2 ** 47) / 2 ** 47;
}
