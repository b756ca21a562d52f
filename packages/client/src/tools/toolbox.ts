import { parseJson } from '../errors.ts';
import { InvalidValueError } from '../schema/schema.ts';
import type { ResponseToolCall } from '../wire/chat-answer.ts';
import type { ToolMessage } from '../wire/message.ts';
import type { Tool } from '../wire/tools.ts';
import type { RunnableTool } from './tool.ts';

/** A call and what the model is told of it. */
export interface CallResult {
  readonly call: ResponseToolCall;
  readonly message: ToolMessage;
  /** Why there is no result. */
  readonly error?: unknown;
}

/** The tools of a run, some of which can be called. */
export class Toolbox {
  readonly definitions: Tool[] = [];
  readonly #runnable = new Map<string, RunnableTool>();
  readonly #foreign = new Set<string>();
  readonly #onError: 'throw' | 'tell';

  constructor(tools: readonly (RunnableTool | Tool)[], onError: 'throw' | 'tell') {
    this.#onError = onError;
    for (const tool of tools) {
      const definition = 'run' in tool ? tool.definition : tool;
      const { name } = 'function' in definition ? definition.function : definition.custom;
      this.definitions.push(definition);
      if ('run' in tool) this.#runnable.set(name, tool);
      else this.#foreign.add(name);
    }
  }

  /** Whether there are calls, and none of a tool that only the caller can run. */
  canAnswer(calls: readonly ResponseToolCall[]): boolean {
    return (
      calls.length > 0 &&
      calls.every((call) => call.type === 'function' && !this.#foreign.has(call.function.name))
    );
  }

  async answer(call: ResponseToolCall, signal: AbortSignal): Promise<CallResult> {
    const told = (content: string): ToolMessage => ({ role: 'tool', tool_call_id: call.id, content });
    try {
      const result = await this.#run(call, signal);
      return { call, message: told(typeof result === 'string' ? result : JSON.stringify(result ?? null)) };
    } catch (error) {
      // What is wrong with a call only the model can put right.
      if (this.#onError === 'throw' && !(error instanceof InvalidValueError)) throw error;
      return { call, message: told(`Error: ${error instanceof Error ? error.message : error}`), error };
    }
  }

  #run(call: ResponseToolCall, signal: AbortSignal): Promise<unknown> {
    const { name, arguments: text } = call.type === 'function' ? call.function : { name: '', arguments: '' };
    const tool = this.#runnable.get(name);
    if (!tool) throw new InvalidValueError([{ message: `there is no tool "${name}"` }]);
    // Some models write nothing at all where there are no arguments.
    const input = parseJson(text || '{}');
    if (input === undefined) throw new InvalidValueError([{ message: 'the arguments are no JSON' }]);
    return tool.run(input, { call, signal });
  }
}
