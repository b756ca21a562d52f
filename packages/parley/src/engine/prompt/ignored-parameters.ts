import { type TemplateMessage, withoutReasoning } from './messages.ts';
import type { PromptParameters } from './request.ts';
import type { Rerendering } from './rerendering.ts';

/** Variables of a request that are looked at one by one. */
const MAX_VARIABLES = 8;

/** What the caller sent and the template does not read: nothing else in its place would change the prompt either. */
export function ignoredParameters(again: Rerendering, parameters: PromptParameters): string[] {
  const { documents } = parameters;
  const ignored: string[] = [];
  if (documents?.length && again.unchangedBy({ documents: null })) ignored.push('documents');
  ignored.push(...ignoredVariables(again, Object.keys(parameters.chat_template_kwargs ?? {})));
  if (someNameIsIgnored(again)) ignored.push('messages[].name');
  if (reasoningIsIgnored(again)) {
    ignored.push('messages[].reasoning');
    if (parameters.clear_thinking === false) ignored.push('clear_thinking');
  }
  return ignored;
}

function ignoredVariables(again: Rerendering, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  if (hasNoEffect(again, names)) return ['chat_template_kwargs'];
  if (names.length === 1) return [];
  return names
    .slice(0, MAX_VARIABLES)
    .filter((name) => hasNoEffect(again, [name]))
    .map((name) => `chat_template_kwargs.${name}`);
}

/** A variable that has the value which the template assumes without it was heard: another value makes a difference. */
function hasNoEffect(again: Rerendering, names: readonly string[]): boolean {
  const { kwargs } = again.caller;
  const kept = Object.fromEntries(Object.entries(kwargs).filter(([name]) => !names.includes(name)));
  const all = (value: unknown) => Object.fromEntries(names.map((name) => [name, value]));
  return (
    again.unchangedBy({ kwargs: kept }) &&
    [false, true, again.probe(0)].every((value) =>
      again.unchangedBy({ kwargs: { ...kwargs, ...all(value) } }),
    )
  );
}

function someNameIsIgnored(again: Rerendering): boolean {
  const { messages } = again.caller;
  if (!messages.some(isNamed)) return false;
  const probed = messages.map((message, index) =>
    isNamed(message) ? { ...message, name: again.probe(index) } : message,
  );
  const shown = again.probesIn(again.render({ messages: probed }));
  const hidden = (message: TemplateMessage, index: number) => isNamed(message) && !shown.has(index);
  if (!messages.some(hidden)) return false;
  const without = messages.map((message, index) => {
    if (!hidden(message, index)) return message;
    const { name, ...rest } = message;
    return rest;
  });
  return again.unchangedBy({ messages: without });
}

function reasoningIsIgnored(again: Rerendering): boolean {
  const { messages } = again.caller;
  const without = messages.map(withoutReasoning);
  return (
    without.some((message, index) => message !== messages[index]) && again.unchangedBy({ messages: without })
  );
}

function isNamed({ name }: TemplateMessage): boolean {
  return typeof name === 'string' && name !== '';
}
