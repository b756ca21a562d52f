import { randomInt } from 'node:crypto';
import type { ChatRequest } from '../../core/complete.ts';
import { outputForm } from '../constraint/output-form.ts';
import { type DialectNames, dialectByName, reasoningByName } from './dialects.ts';
import { tagOfForm } from './form-tag.ts';
import type { AnswerRules } from './format.ts';
import { callRules } from './plan.ts';
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
  const tools = toolUse(parameters);
  const form = outputForm(parameters);
  const rules: AnswerRules = {
    calls: tools && callRules(tools),
    form: form && tagOfForm(form),
    reasoning: raw ? 'none' : opening,
  };
  const dialect = dialectByName(raw ? { ...names, reasoning: undefined } : names);
  const reasoning = reasoningByName(names.reasoning);
  return new AnswerReading({
    newReader: () => dialect.reader(rules),
    showReasoning: included !== false && format !== 'hidden',
    prefix: raw && opening === 'open' && reasoning ? `${reasoning.begin}\n` : '',
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
