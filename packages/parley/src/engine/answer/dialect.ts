import { withoutBlanks } from './blank-text.ts';
import { withUniqueIds } from './call-ids.ts';
import type {
  AnswerDialect,
  AnswerReader,
  AnswerRules,
  CallFormat,
  ReasoningFormat,
  TagFormat,
} from './format.ts';
import { generic } from './generic.ts';
import { reasoningBlock, reasoningReader } from './reasoning.ts';
import { textUnlessCalls, withoutText } from './text-or-calls.ts';

/**
 * A dialect from the way of a family to write calls, and from its marks of reasoning; both may be missing. Where calls are
 * asked for and no way is known, it is the generic one.
 */
export function composeDialect(
  call: CallFormat | undefined,
  reasoning: ReasoningFormat | undefined,
): AnswerDialect {
  const newId = call?.newId;
  return {
    name: [call?.name, reasoning?.name].filter((name) => name !== undefined).join('+') || 'text',
    controlTokens: [...(call?.controlTokens ?? []), ...(reasoning?.controlTokens ?? [])],
    thought: reasoning,
    framesText: call?.framed !== undefined,
    structure(rules) {
      const answer = answerForm(call, rules);
      if (!answer || !reasoning || rules.reasoning === 'none') return answer;
      return { type: 'sequence', elements: [reasoningBlock(reasoning, rules.reasoning), answer] };
    },
    reader(rules) {
      const answer = answerReader(call, rules);
      if (!reasoning || rules.reasoning === 'none') return answer;
      const isRaw = rules.rawReasoning === true;
      return reasoningReader(reasoning, { state: rules.reasoning, isRaw }, answer);
    },
    ...(newId && { newId: (random: () => number) => newId(random) }),
  };
}

function answerForm(
  call: CallFormat | undefined,
  { calls, form, withheld }: AnswerRules,
): TagFormat | undefined {
  const format = call ?? generic;
  const text = form && (call?.framed?.(form) ?? form);
  if (!calls) return text ?? (withheld?.length ? format.text(withheld) : undefined);
  if (calls.required) return format.calls(calls);
  return text ? { type: 'or', elements: [text, format.calls(calls)] } : format.textOrCalls(calls);
}

function answerReader(call: CallFormat | undefined, { calls, form }: AnswerRules): AnswerReader {
  if (!calls) return call?.framed ? call.reader({ tools: [], parallel: false }) : TEXT_READER;
  const format = call ?? generic;
  const reader = withUniqueIds(format.reader(calls));
  if (calls.required) return withoutText(reader);
  return withoutBlanks(form && !format.framed ? textUnlessCalls(reader) : reader);
}

const TEXT_READER: AnswerReader = {
  push: (text) => (text === '' ? [] : [{ type: 'text', text }]),
  end: () => [],
};
