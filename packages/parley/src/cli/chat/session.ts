import type { Backend, Parameters } from '../../core/complete.ts';
import { ParameterReport } from '../../core/report.ts';
import type { Output } from '../world.ts';
import { Conversation } from './conversation.ts';

export interface SessionOptions {
  readonly backend: Pick<Backend, 'complete' | 'tokenize'>;
  readonly model: string;
  /** Tokens of prompt and answer together. */
  readonly contextLength: number;
  readonly parameters: Parameters;
  readonly system: string | undefined;
  readonly stdout: Output;
  /** For what is not the answer. */
  readonly stderr: Output;
  readonly newId: () => string;
}

const HELP = `/clear           forget the conversation
/system [text]   show or set the system message
/exit            leave (also Ctrl-D)
Ctrl-C           stop the answer
`;

/** A conversation with one model, a line at a time. */
export class Session {
  readonly #options: SessionOptions;
  readonly #conversation: Conversation;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#conversation = new Conversation(options.system);
  }

  /** Obeys or answers one line. Resolves to false when it asks to leave; throws the model's errors. */
  async line(text: string, signal: AbortSignal): Promise<boolean> {
    const trimmed = text.trim();
    if (trimmed.length === 0) return true;
    if (!trimmed.startsWith('/')) {
      await this.#answer(text, signal);
      return true;
    }
    const [command = '', ...words] = trimmed.split(/\s+/);
    return this.#obey(command, words.join(' '));
  }

  #obey(command: string, rest: string): boolean {
    const { stderr } = this.#options;
    switch (command) {
      case '/exit':
      case '/quit':
        return false;
      case '/clear':
        this.#conversation.clear();
        stderr.write('The conversation is forgotten.\n');
        return true;
      case '/system':
        if (rest) this.#conversation.system = rest;
        stderr.write(`System message: ${this.#conversation.system ?? 'none'}\n`);
        return true;
      case '/help':
        stderr.write(HELP);
        return true;
      default:
        stderr.write(`There is no command ${command}.\n${HELP}`);
        return true;
    }
  }

  async #answer(text: string, signal: AbortSignal): Promise<void> {
    const conversation = this.#conversation;
    conversation.ask(text);
    let answer = '';
    try {
      await this.#makeRoom(signal);
      for await (const delta of this.#deltas(signal)) answer += delta;
    } catch (error) {
      // An answer that was stopped is part of the conversation as far as it came.
      if (!signal.aborted) throw error;
      this.#options.stderr.write(' [stopped]');
    } finally {
      conversation.answer(answer);
      if (answer.length > 0) this.#options.stdout.write('\n');
    }
  }

  async *#deltas(signal: AbortSignal): AsyncGenerator<string> {
    const { backend, stdout, stderr, newId } = this.#options;
    const report = new ParameterReport();
    const context = { id: newId(), principal: { id: '' }, signal, report };
    for await (const event of backend.complete({ ...this.#request(), unknown: {} }, context)) {
      if (event.type === 'text-delta') {
        stdout.write(printable(event.text, stdout));
        yield event.text;
      } else if (event.type === 'reasoning-delta') {
        stderr.write(printable(event.text, stderr));
      } else if (event.type === 'choice-end' && event.reason === 'length') {
        stderr.write(' [cut: no room or tokens left]');
      }
    }
    for (const { name, change, detail } of report.entries) stderr.write(`\n[${name} ${change}: ${detail}]`);
  }

  /** Drops the oldest turns until the prompt leaves room for an answer. */
  async #makeRoom(signal: AbortSignal): Promise<void> {
    const { backend, contextLength, parameters, stderr } = this.#options;
    const wanted = parameters.max_tokens ?? Math.floor(contextLength / 4);
    const room = contextLength - Math.min(wanted, Math.floor(contextLength / 2));
    let dropped = 0;
    while (backend.tokenize && (await backend.tokenize(this.#request(), signal)).tokens.length > room) {
      if (!this.#conversation.dropOldest()) break;
      dropped++;
    }
    if (dropped === 0) return;
    const turns = dropped === 1 ? 'the oldest turn was' : `the ${dropped} oldest turns were`;
    stderr.write(`[the context of ${contextLength} tokens is full: ${turns} dropped]\n`);
  }

  #request() {
    const { model, parameters } = this.#options;
    return { model, input: { kind: 'messages', messages: this.#conversation.messages }, parameters } as const;
  }
}

/** A model may write escape sequences; on a terminal they would do what they say. */
function printable(text: string, output: Output): string {
  if (!output.isTTY) return text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd');
}
