import { invalidRequest, unsupportedParameter } from '@parley/protocol/errors';
import { flattenContent } from './content.ts';
import { isRecord } from './leaves.ts';

/** A message, and which one of the request it was. */
export interface PlacedMessage {
  readonly message: unknown;
  readonly index: number;
}

type Fields = Readonly<Record<string, unknown>>;

interface HarmonyMessage {
  readonly role: string;
  readonly name: string | undefined;
  readonly channel: string | undefined;
  /** Undefined where everybody is addressed. */
  readonly recipient: string | undefined;
  readonly fields: Fields;
  readonly index: number;
  readonly path: string;
}

/**
 * Messages in the Harmony form (an `author` in place of the role) as messages with a role; others pass as they are.
 * Reasoning becomes a part of the message behind it. With `harmony` the template writes Harmony itself, so that calls
 * and their results keep their meaning too; what a template has no place for is a 400 that names the field.
 */
export function withRoles(messages: readonly unknown[], harmony: boolean): PlacedMessage[] {
  const placed: PlacedMessage[] = [];
  let thoughts: HarmonyMessage[] = [];
  for (const [index, message] of messages.entries()) {
    const read = readHarmony(message, index);
    if (read && isThought(read)) {
      thoughts.push(read);
      continue;
    }
    if (thoughts.length > 0 && read?.role !== 'assistant') throw loneThought(thoughts);
    const reasoning = thoughts.length > 0 ? { reasoning: textOf(thoughts) } : {};
    const plain = read ? { ...reasoning, ...withRole(read, harmony, callBefore(placed)) } : message;
    placed.push({ message: plain, index });
    thoughts = [];
  }
  if (thoughts.length > 0) throw loneThought(thoughts);
  return placed;
}

/** Undefined for a message with a role. */
function readHarmony(message: unknown, index: number): HarmonyMessage | undefined {
  if (!isRecord(message) || !isRecord(message.author)) return undefined;
  const path = `messages[${index}]`;
  const { author, channel, recipient, content_type: contentType, ...fields } = message;
  if (typeof author.role !== 'string') {
    throw invalidRequest(`${path}.author.role`, `${path}.author.role must be text.`);
  }
  checkContentType(contentType, path);
  return {
    role: author.role,
    name: textOr(author.name),
    channel: textOr(channel),
    recipient: recipient === 'all' ? undefined : textOr(recipient),
    fields,
    index,
    path,
  };
}

function textOr(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

const CONTENT_TYPES = ['text', 'text/plain', 'json', 'application/json'];

function checkContentType(value: unknown, path: string): void {
  if (typeof value !== 'string') return;
  const named = value.replace('<|constrain|>', '').trim().toLowerCase();
  if (named === '' || CONTENT_TYPES.includes(named)) return;
  throw unsupportedParameter(
    `${path}.content_type`,
    `${path}.content_type: this model's template shows text and JSON only, not '${value.slice(0, 50)}'.`,
  );
}

function isThought({ role, channel, recipient }: HarmonyMessage): boolean {
  return role === 'assistant' && channel === 'analysis' && recipient === undefined;
}

function textOf(messages: readonly HarmonyMessage[]): string {
  return messages
    .flatMap(({ fields, path }) => flattenContent(fields.content, `${path}.content`).texts)
    .join('\n');
}

function loneThought(thoughts: readonly HarmonyMessage[]): Error {
  const { path } = thoughts.at(-1)!;
  return unsupportedParameter(
    `${path}.channel`,
    `${path}.channel: this model's template shows 'analysis' only with the assistant's Harmony message that follows it, and none does.`,
  );
}

function withRole(message: HarmonyMessage, harmony: boolean, lastCall: string | undefined): Fields {
  const { role, name, recipient, path } = message;
  if (role === 'tool') return toolResult(message, harmony, lastCall);
  if (role === 'assistant' && recipient !== undefined && harmony) return call(message, recipient);
  if (recipient !== undefined) {
    throw unsupportedParameter(
      `${path}.recipient`,
      `${path}.recipient: this model's template has no place for whom a message is addressed to.`,
    );
  }
  checkChannel(message, role === 'assistant' ? 'final' : undefined);
  return { ...message.fields, role, ...(name !== undefined && { name }) };
}

/** `own` is the channel that a template writes, or means without writing it. */
function checkChannel({ channel, path, role }: HarmonyMessage, own: string | undefined): void {
  if (channel === undefined || channel === own) return;
  const allowed = own === undefined ? 'none' : `'${own}'`;
  throw unsupportedParameter(
    `${path}.channel`,
    `${path}.channel: this model's template cannot show '${channel.slice(0, 50)}' for a message of role '${role}' here; allowed: ${allowed}.`,
  );
}

const FUNCTIONS = 'functions.';

/** Templates put the namespace before the name themselves, and write the arguments as JSON. */
function call(message: HarmonyMessage, recipient: string): Fields {
  const { role, name: _unused, path, fields } = message;
  const name = recipient.slice(FUNCTIONS.length);
  if (!recipient.startsWith(FUNCTIONS) || name === '') {
    throw unsupportedParameter(
      `${path}.recipient`,
      `${path}.recipient: this model's template shows calls to '${FUNCTIONS}<name>' only, not to '${recipient.slice(0, 50)}'.`,
    );
  }
  checkChannel(message, 'commentary');
  const at = `${path}.content`;
  const text = flattenContent(fields.content, at).texts.join('');
  if (!isJsonObject(text)) {
    throw invalidRequest(at, `${at}: the arguments of a call must be a JSON object.`);
  }
  const calls = [{ type: 'function', function: { name, arguments: text } }];
  return { ...fields, role, content: null, tool_calls: calls };
}

function isJsonObject(text: string): boolean {
  try {
    return isRecord(JSON.parse(text));
  } catch {
    // No JSON is no JSON object.
    return false;
  }
}

function toolResult(message: HarmonyMessage, harmony: boolean, lastCall: string | undefined): Fields {
  const { role, name, recipient, path, fields } = message;
  if (recipient !== undefined && recipient !== 'assistant') {
    throw unsupportedParameter(
      `${path}.recipient`,
      `${path}.recipient: this model's template shows the results of tools to the assistant only.`,
    );
  }
  checkChannel(message, 'commentary');
  const bare = harmony && name?.startsWith(FUNCTIONS) ? name.slice(FUNCTIONS.length) : name;
  if (harmony && bare !== undefined && lastCall !== undefined && bare !== lastCall) {
    throw unsupportedParameter(
      `${path}.author.name`,
      `${path}.author.name: this model's template shows a result as that of the call before it, which was to '${lastCall.slice(0, 80)}'.`,
    );
  }
  return { ...fields, role, ...(bare !== undefined && { name: bare }) };
}

/** Name of the tool that was called last. */
function callBefore(placed: readonly PlacedMessage[]): string | undefined {
  for (const { message } of placed.toReversed()) {
    if (!isRecord(message) || !Array.isArray(message.tool_calls)) continue;
    const last: unknown = message.tool_calls.at(-1);
    const called = isRecord(last) ? (last.function ?? last.custom) : undefined;
    if (isRecord(called)) return textOr(called.name);
  }
  return undefined;
}
