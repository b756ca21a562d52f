import { unsupportedParameter } from '@parley/protocol/errors';
import { isRecord } from './leaves.ts';
import type { TemplateMessage } from './messages.ts';
import type { Rerendering } from './rerendering.ts';

/** Renderings for texts that could not be found in another way. */
const MAX_CHECKS = 8;
/** Every template for conversations has a place for these, or shows by failing that it has none. */
const COMMON_ROLES = ['system', 'user', 'assistant'];

interface ContentText {
  readonly message: number;
  /** Undefined where the content is one text. */
  readonly part: number | undefined;
  readonly text: string;
}

/**
 * Throws a 400 that names the first message whose text the template leaves out. Where all texts are found in the prompt in
 * their order, and their roles are known, nothing is rendered again. `places` says which message of the request each is.
 */
export function refuseDroppedMessages(again: Rerendering, source: string, places: readonly number[]): void {
  const { messages } = again.caller;
  const texts = messages.flatMap(textsOf);
  const known = new Set([...COMMON_ROLES, ...quotedRoles(source, messages)]);
  if (messages.every(({ role }) => known.has(role)) && inOrder(again.rendered, texts)) return;
  // One rendering for all: a text may be changed by the template, but a probe in its place can be seen.
  const probed = texts.reduce(
    (changed, text, index) => replace(changed, text, again.probe(index)),
    [...messages],
  );
  const shown = again.probesIn(again.render({ messages: probed }));
  const hidden = texts.filter((_, index) => !shown.has(index)).slice(0, MAX_CHECKS);
  for (const text of hidden) {
    const { role, tool_calls: calls } = messages[text.message]!;
    // Many templates show the calls of a turn alone; its text then is the model's own aside.
    const changed = Array.isArray(calls)
      ? messages.toSpliced(text.message, 1)
      : replace([...messages], text, again.probe(0));
    if (again.unchangedBy({ messages: changed })) throw dropped(places[text.message]!, role, source);
  }
}

function textsOf(message: TemplateMessage, index: number): ContentText[] {
  const { content } = message;
  const texts: ContentText[] = Array.isArray(content)
    ? content.map((part: unknown, at) => ({ message: index, part: at, text: partText(part) }))
    : [{ message: index, part: undefined, text: typeof content === 'string' ? content : '' }];
  return texts.filter(({ text }) => text.trim() !== '');
}

function partText(part: unknown): string {
  return isRecord(part) && typeof part.text === 'string' ? part.text : '';
}

function inOrder(rendered: string, texts: readonly ContentText[]): boolean {
  let from = 0;
  for (const { text } of texts) {
    const wanted = text.trim();
    const at = rendered.indexOf(wanted, from);
    if (at < 0) return false;
    from = at + wanted.length;
  }
  return true;
}

/** Puts another text into its place; the list is changed, its messages are not. */
function replace(messages: TemplateMessage[], { message, part }: ContentText, text: string) {
  const old = messages[message]!;
  const content = Array.isArray(old.content) ? old.content.with(part ?? 0, { type: 'text', text }) : text;
  messages[message] = { ...old, content };
  return messages;
}

function quotedRoles(source: string, messages: readonly { role: string }[]): string[] {
  const roles = new Set(messages.map(({ role }) => role));
  return [...roles].filter((role) => quotes(source, role));
}

function quotes(source: string, role: string): boolean {
  return source.includes(`'${role}'`) || source.includes(`"${role}"`);
}

function dropped(index: number, role: string, source: string): Error {
  const path = `messages[${index}]`;
  const named = COMMON_ROLES.filter((common) => quotes(source, common));
  const advice = COMMON_ROLES.includes(role)
    ? 'Leave it out, or put its text into another message.'
    : `Use ${(named.length > 0 ? named : COMMON_ROLES).map((name) => `'${name}'`).join(' or ')} instead.`;
  return unsupportedParameter(
    path,
    `${path}: the model's chat template has no place for role '${role.slice(0, 50)}' here, so this message would not ` +
      `reach the model. ${advice}`,
  );
}
