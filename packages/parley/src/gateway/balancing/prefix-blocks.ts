import { hash } from 'node:crypto';
import type { ChatRequest } from '../../core/complete.ts';

/** A beginning of a prompt. */
export interface PrefixBlock {
  /** Of everything from the beginning of the prompt to the end of the block. */
  readonly hash: string;
  /** Characters from the beginning of the prompt to the end of the block. */
  readonly end: number;
}

export interface PrefixBlocks {
  readonly blocks: readonly PrefixBlock[];
  readonly length: number;
  /** The block that all calls of one conversation share, and few others: it ends with the first turn that is the user's. */
  readonly home: PrefixBlock;
  /** Where the part ends that an earlier call of the conversation had too: behind the last answer in the prompt. */
  readonly seen: number;
}

/** Characters, and tokens, of a block of a prompt that has no messages. */
const BLOCK_LENGTH = 1024;
const BLOCK_TOKENS = 256;
const MOST_BLOCKS = 256;

/** The prompt in blocks, ended by the ends of messages: there is where the prompts of a conversation part. */
export function prefixBlocks(request: ChatRequest): PrefixBlocks {
  const { input, parameters } = request;
  // What stands before the messages in most templates, and what keeps caches apart.
  const head = JSON.stringify([
    parameters.cache_salt,
    parameters.tools ?? parameters.functions,
    parameters.chat_template,
    parameters.chat_template_kwargs,
    parameters.documents,
  ]);
  switch (input.kind) {
    case 'messages': {
      const texts = input.messages.map((message) => JSON.stringify(message));
      const roles = input.messages.map((message) => ('role' in message ? message.role : message.author.role));
      return chain(head, texts, roles);
    }
    case 'text':
      return chain(head, cut(input.text), []);
    case 'tokens':
      return chain(head, cutTokens(input.tokens), []);
  }
}

function chain(head: string, texts: readonly string[], roles: readonly (string | undefined)[]): PrefixBlocks {
  const blocks: PrefixBlock[] = [];
  let digest = hash('sha1', head, 'base64');
  let end = head.length;
  for (const text of texts.slice(0, MOST_BLOCKS)) {
    digest = hash('sha1', `${digest}${text}`, 'base64');
    end += text.length;
    blocks.push({ hash: digest, end });
  }
  const length = head.length + texts.reduce((sum, text) => sum + text.length, 0);
  const first: PrefixBlock = blocks[0] ?? { hash: digest, end };
  const user = roles.indexOf('user');
  const home = (user === -1 ? undefined : blocks[user]) ?? first;
  const answered = roles.lastIndexOf('assistant');
  return { blocks, length, home, seen: blocks[answered]?.end ?? 0 };
}

function cut(text: string): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length && pieces.length < MOST_BLOCKS; at += BLOCK_LENGTH) {
    pieces.push(text.slice(at, at + BLOCK_LENGTH));
  }
  return pieces;
}

function cutTokens(tokens: readonly number[]): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < tokens.length && pieces.length < MOST_BLOCKS; at += BLOCK_TOKENS) {
    pieces.push(tokens.slice(at, at + BLOCK_TOKENS).join());
  }
  return pieces;
}
