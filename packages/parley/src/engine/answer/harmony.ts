import type { AnswerDialect, AnswerRules, CallRules, CustomSpec, TagFormat, ToolSpec } from './format.ts';
import { CALL, CHANNEL, CONSTRAIN, END, FUNCTIONS, MESSAGE, RETURN, START } from './harmony-marks.ts';
import { harmonyReader } from './harmony-reader.ts';
import { argumentsFormat, isRaw, rawInput } from './json-arguments.ts';
import { anyNumber, either, items, optional, regex, sequence, text, textWithout } from './tags.ts';
import { withoutText } from './text-or-calls.ts';

export { detectsHarmony } from './harmony-marks.ts';

const ASSISTANT = `${START}assistant`;
const NEXT = `${END}${ASSISTANT}`;
const ANALYSIS = `${CHANNEL}analysis${MESSAGE}`;
/** An empty thought, so that the model has no thought to begin. */
const NO_ANALYSIS = `${ANALYSIS}${NEXT}`;

const ANY_TEXT = textWithout(START, CHANNEL, MESSAGE, CONSTRAIN, END, CALL, RETURN);

/**
 * Harmony, the format of gpt-oss: an answer is a list of messages in the channels analysis (reasoning), commentary
 * (calls, and text that announces them) and final (the answer). Every call ends the generation with `<|call|>`, so
 * calls in parallel are possible where the model ends one with `<|end|>`, but rare.
 */
export const harmony: AnswerDialect = {
  name: 'harmony',
  controlTokens: [START, CHANNEL, MESSAGE, CONSTRAIN, END],
  thought: { begin: ANALYSIS, end: END, forcedEnd: NEXT },
  framesText: true,
  opening,
  structure,
  reader: (rules) => (rules.calls?.required ? withoutText(harmonyReader(rules)) : harmonyReader(rules)),
};

function opening(
  prompt: string,
  { off }: { readonly off: boolean },
): ReturnType<NonNullable<AnswerDialect['opening']>> {
  const content = prompt.lastIndexOf(MESSAGE);
  const header = prompt.slice(prompt.lastIndexOf(START, content), content);
  const isInside = content > Math.max(prompt.lastIndexOf(START), prompt.lastIndexOf(END));
  if (isInside) {
    if (!/<\|channel\|>\s*analysis/.test(header)) return { state: 'none', suffix: '' };
    return off ? { state: 'none', suffix: NEXT } : { state: 'open', suffix: '' };
  }
  if (!off) return { state: 'optional', suffix: '' };
  return { state: 'none', suffix: prompt.endsWith(ASSISTANT) ? NO_ANALYSIS : '' };
}

function structure(rules: AnswerRules): TagFormat | undefined {
  const { calls, form, reasoning, withheld } = rules;
  if (!calls && !form && !withheld?.length && reasoning !== 'none') return undefined;
  const messages = messagesOf(rules);
  if (reasoning === 'open') return sequence(ANY_TEXT, text(NEXT), messages);
  // Where the template writes no beginning of a message, the model does.
  const whole = sequence(optional(text(ASSISTANT)), messages);
  // The prompt may end inside of the answer's text.
  return reasoning === 'none' && !calls?.required ? either([form ?? ANY_TEXT, whole]) : whole;
}

function messagesOf({ calls, form, reasoning }: AnswerRules): TagFormat {
  const asides: TagFormat[] = [];
  if (reasoning !== 'none') asides.push(sequence(text(ANALYSIS), ANY_TEXT));
  // Beside a form there is no other text, and where calls are required there is none at all.
  if (calls && !calls.required && !form)
    asides.push(sequence(text(`${CHANNEL}commentary${MESSAGE}`), ANY_TEXT));
  const ending: TagFormat[] = [];
  if (!calls?.required) ending.push(finalMessage(form));
  if (calls) ending.push(callMessages(calls));
  const before = asides.length > 0 ? [anyNumber(sequence(either(asides), text(NEXT)))] : [];
  return sequence(...before, either(ending));
}

/** The model names a form's type at times: `<|channel|>final <|constrain|>json<|message|>`. */
function finalMessage(form: TagFormat | undefined): TagFormat {
  if (!form) return sequence(text(`${CHANNEL}final${MESSAGE}`), ANY_TEXT);
  return sequence(
    regex('<\\|channel\\|>final(?: ?<\\|constrain\\|>[A-Za-z0-9_.-]{1,64})?<\\|message\\|>'),
    form,
  );
}

function callMessages({ tools, parallel }: CallRules): TagFormat {
  return items(either(tools.flatMap(callMessage)), text(NEXT), parallel);
}

/** Names of the tools that the model was trained with: they are called without a namespace, as a part of its reasoning. */
const BUILT_IN = /^(?:python|browser\.(?:search|open|find))$/;

function callMessage(tool: ToolSpec): TagFormat[] {
  const raw = tool.kind === 'custom' ? rawText(tool) : undefined;
  const isJson = !isRaw(tool);
  const type = isJson ? 'json' : '[a-z]{1,16}';
  const called = sequence(
    addressed('commentary', `${FUNCTIONS}${tool.name}`),
    regex(`(?: ${type}| ?<\\|constrain\\|>${type})?<\\|message\\|>`),
    raw && !isJson ? raw : argumentsFormat(tool),
  );
  if (!BUILT_IN.test(tool.name)) return [called];
  const asBuiltIn = sequence(
    either(['analysis', 'commentary'].map((channel) => addressed(channel, tool.name))),
    regex('(?: code)?<\\|message\\|>'),
    raw ?? argumentsFormat(tool),
  );
  return [called, asBuiltIn];
}

function rawText(tool: CustomSpec): TagFormat {
  return tool.format.type === 'text' ? ANY_TEXT : rawInput(tool, CALL);
}

/** The recipient stands in the part of the channel, or in that of the role, which the prompt has begun. */
function addressed(channel: string, recipient: string): TagFormat {
  return either([text(`${CHANNEL}${channel} to=${recipient}`), text(` to=${recipient}${CHANNEL}${channel}`)]);
}
