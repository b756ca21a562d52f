import { invalidRequest, unsupportedParameter } from '@parley/protocol/errors';
import { KNOWN_ROLES } from '@parley/protocol/roles';
import { reads } from '../answer/thinking.ts';
import type { ControlNames } from './control-names.ts';
import { unescapeMarker, unusedMarkers } from './control-names.ts';
import { refuseDroppedMessages } from './dropped-messages.ts';
import { ignoredParameters } from './ignored-parameters.ts';
import { isRecord, mapStrings } from './leaves.ts';
import type { TemplateMessage } from './messages.ts';
import { clearThinking, messagePlaces, templateMessages, templateTraits } from './messages.ts';
import { continuesThought, refuseCallsToContinue } from './open-thought.ts';
import type { PromptParameters } from './request.ts';
import { Rerendering } from './rerendering.ts';
import type { ChatTemplate, RenderLimits } from './template.ts';
import type { SpecialTexts } from './variables.ts';
import { type CallerVariables, callerVariables, templateVariables } from './variables.ts';

export interface RenderedConversation {
  /** With a marker in each name of a control token that the caller wrote. */
  readonly marked: string;
  readonly marker: string;
  readonly text: string;
  /** Text of the final message, where the answer goes on with it. */
  readonly continued: string | undefined;
  /** Whether the answer goes on within a thought. */
  readonly continuesThought: boolean;
  /** What `echo` puts before the answer. */
  readonly echo: string | undefined;
  /** The code unit of `text` behind it, where it is known. */
  readonly echoEnd: number | undefined;
  /** Parameters without an effect on the text. */
  readonly ignored: readonly string[];
}

export interface ConversationOptions {
  readonly template: ChatTemplate;
  readonly names: ControlNames;
  readonly special: SpecialTexts;
  readonly limits: RenderLimits;
  readonly now: Date;
  /** Milliseconds, monotonic. */
  readonly clock: () => number;
}

interface Generation {
  readonly addGenerationPrompt: boolean;
  readonly continueFinalMessage: boolean;
}

/** Renders a conversation with a chat template. Throws an ApiError 400 for what the template cannot take or leaves out. */
export function renderConversation(
  messages: readonly unknown[],
  parameters: PromptParameters,
  options: ConversationOptions,
): RenderedConversation {
  const generation = generationOf(parameters);
  const { addGenerationPrompt, continueFinalMessage: continues } = generation;
  const { template, limits, now, clock, special } = options;
  const { source } = template;
  const all = templateMessages(messages, templateTraits(source));
  const turns = parameters.clear_thinking === true ? clearThinking(all) : all;
  const isThought = continuesThought(messages, continues);
  if (continues) refuseCallsToContinue(messages.at(-1), messages.length - 1);
  const plain = callerVariables(turns, parameters, source);
  if (plain.tools !== null && !reads(source, 'tools')) throw withoutTools(parameters);
  const [marker = '', tag = '', probe = ''] = markersFor(plain);
  const caller = protect(plain, options.names, marker);
  if (continues && !(isThought ? leaveThoughtOpen : leaveOpen)(caller.messages, tag)) throw notFound();
  const startedAt = clock();
  const render = (changed: CallerVariables, timeoutMilliseconds: number): string => {
    const variables = templateVariables(changed, special, generation);
    const text = template.render(variables, now, { ...limits, timeoutMilliseconds });
    return unescapeMarker(unescapeMarker(text, marker), probe);
  };
  const rendered = render(caller, limits.timeoutMilliseconds);
  const marked = continues ? cutAtTag(rendered, tag) : rendered;
  const remainingMilliseconds = () => limits.timeoutMilliseconds - (clock() - startedAt);
  const again = new Rerendering({ caller, rendered, probe, render, remainingMilliseconds });
  refuseDroppedMessages(again, source, messagePlaces(messages, templateTraits(source)));
  const echo = parameters.echo === true ? echoOf(plain.messages, addGenerationPrompt) : undefined;
  const shown = (text: string) => text.replaceAll(marker, '');
  const beforeEnd = continues || echo === undefined ? marked : textBeforeEnd(again, tag);
  return {
    marked,
    marker,
    text: shown(marked),
    continued: continues ? textOf(plain.messages.at(-1)!) : undefined,
    continuesThought: isThought,
    echo,
    echoEnd: beforeEnd === undefined ? undefined : shown(beforeEnd).length,
    ignored: ignoredParameters(again, parameters),
  };
}

/** How the prompt ends: with the beginning of an answer, inside of the final message, or behind it. */
function generationOf(parameters: PromptParameters): Generation {
  const continueFinalMessage = parameters.continue_final_message === true;
  if (continueFinalMessage && parameters.add_generation_prompt === true) {
    throw invalidRequest(
      'continue_final_message',
      'continue_final_message and add_generation_prompt cannot both be true.',
    );
  }
  const addGenerationPrompt = !continueFinalMessage && parameters.add_generation_prompt !== false;
  return { addGenerationPrompt, continueFinalMessage };
}

function withoutTools({ tools }: PromptParameters): Error {
  const name = tools?.length ? 'tools' : 'functions';
  return unsupportedParameter(
    name,
    `${name}: the model's chat template has no place for tools, so they would not reach the model.`,
  );
}

function markersFor(caller: CallerVariables): string[] {
  const markers = unusedMarkers(JSON.stringify(caller), 3);
  if (markers !== undefined) return markers;
  throw invalidRequest('messages', 'messages hold nearly all of the Unicode noncharacters U+FDD0 to U+FDEF.');
}

/** Makes the caller's strings well-formed UTF-16 and marks control tokens' names in them. */
function protect(caller: CallerVariables, names: ControlNames, marker: string): CallerVariables {
  const change = (text: string): string => names.mark(text.toWellFormed(), marker);
  const messages = caller.messages.map((message, index) => {
    if (!isKnownRole(message.role) && names.partOfName(message.role)) {
      throw invalidRequest(
        `messages[${index}].role`,
        `messages[${index}].role '${message.role.slice(0, 50)}' would spell a control token of this model.`,
      );
    }
    return mapStrings(message, change) as TemplateMessage;
  });
  return {
    messages,
    tools: mapStrings(caller.tools, change),
    documents: mapStrings(caller.documents, change),
    // The names of variables are the template's; only their values are the caller's.
    kwargs: Object.fromEntries(
      Object.entries(caller.kwargs).map(([name, value]) => [name, mapStrings(value, change)]),
    ),
  };
}

function isKnownRole(role: string): boolean {
  return KNOWN_ROLES.some((known) => known === role);
}

/** Puts the tag behind the final message's text: there the rendered prompt will end. False where it has no text. */
function leaveOpen(messages: readonly TemplateMessage[], tag: string): boolean {
  const last = messages.at(-1)!;
  const { content } = last;
  if (typeof content === 'string') {
    last.content = content + tag;
    return true;
  }
  const part: unknown = Array.isArray(content) ? content.at(-1) : undefined;
  if (isRecord(part) && typeof part.text === 'string') {
    part.text += tag;
    return true;
  }
  return false;
}

/** The same for its reasoning, by all names that templates have for it. */
function leaveThoughtOpen(messages: readonly TemplateMessage[], tag: string): boolean {
  const last = messages.at(-1)!;
  const names = ['reasoning', 'reasoning_content', 'thinking'].filter(
    (name) => typeof last[name] === 'string',
  );
  for (const name of names) last[name] += tag;
  return names.length > 0;
}

/** The prompt up to the end of the final message's text; undefined where it cannot be found out. */
function textBeforeEnd(again: Rerendering, tag: string): string | undefined {
  const messages = [...again.caller.messages.slice(0, -1), structuredClone(again.caller.messages.at(-1)!)];
  const tagged = leaveOpen(messages, tag) ? again.render({ messages }) : undefined;
  const at = tagged?.lastIndexOf(tag) ?? -1;
  if (tagged === undefined || at < 0 || tagged.replaceAll(tag, '') !== again.rendered) return undefined;
  return tagged.slice(0, at).replaceAll(tag, '');
}

function cutAtTag(rendered: string, tag: string): string {
  const at = rendered.lastIndexOf(tag);
  if (at < 0) throw notFound();
  return rendered.slice(0, at).replaceAll(tag, '');
}

function notFound(): Error {
  return invalidRequest(
    'continue_final_message',
    'continue_final_message: the chat template does not show the text of the final message, so it cannot be left open.',
  );
}

/** vLLM's rule: the last message's text, when the new message has the same role. */
function echoOf(messages: readonly TemplateMessage[], addGenerationPrompt: boolean): string | undefined {
  const last = messages.at(-1)!;
  return addGenerationPrompt && last.role !== 'assistant' ? undefined : textOf(last);
}

function textOf({ content }: TemplateMessage): string {
  if (typeof content === 'string') return content.toWellFormed();
  const parts: readonly unknown[] = Array.isArray(content) ? content : [];
  return parts
    .map((part) => (isRecord(part) ? String(part.text) : ''))
    .join('\n')
    .toWellFormed();
}
