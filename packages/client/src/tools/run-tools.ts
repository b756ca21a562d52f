import { assertWhole } from '../answer-error.ts';
import { streamChat } from '../chat-stream.ts';
import type { ParleyCore } from '../core.ts';
import { ParleyError } from '../errors.ts';
import type { StreamEvent } from '../events.ts';
import type { RequestOptions } from '../options.ts';
import type { Answer } from '../resources/create.ts';
import { Run } from '../run.ts';
import type { ChatCompletion, ResponseMessage, ResponseToolCall } from '../wire/chat-answer.ts';
import type { ChatCompletionRequest } from '../wire/chat-request.ts';
import type { AssistantMessage, Message, ToolMessage } from '../wire/message.ts';
import type { Tool } from '../wire/tools.ts';
import type { RunnableTool } from './tool.ts';
import { Toolbox } from './toolbox.ts';

/** Parameters of a chat completion with tools that are called here. */
export interface RunToolsParams extends Omit<ChatCompletionRequest, 'tools' | 'n'> {
  /** Those made by `tool` are called; a call of any other ends the run, and is for the caller. */
  tools: readonly (RunnableTool | Tool)[];
  /** Most completions. Default: 10. */
  maxSteps?: number | undefined;
  /**
   * What happens when a tool throws: `throw` ends the run with that error, `tell` gives its message to the model.
   * Arguments that do not fit are always told. Default: `throw`.
   */
  onToolError?: 'throw' | 'tell' | undefined;
}

/** What happens in a run. With `stream: true` the events of each completion come before it. `step` counts from 1. */
export type ToolEvent =
  | StreamEvent
  | { type: 'completion'; step: number; completion: Answer<ChatCompletion> }
  | { type: 'tool-result'; step: number; call: ResponseToolCall; message: ToolMessage; error?: unknown };

export interface ToolResult {
  /** The last answer. */
  completion: Answer<ChatCompletion>;
  /** All answers, in order. */
  completions: readonly Answer<ChatCompletion>[];
  /** The conversation, with the calls, their results and the last answer. */
  messages: readonly Message[];
  /** Text of the last answer. */
  text: string;
}

/** The model was still calling tools after the last step that it was given. */
export class ToolLoopError extends ParleyError {
  static {
    ToolLoopError.prototype.name = 'ToolLoopError';
  }
  readonly completions: readonly ChatCompletion[];
  readonly messages: readonly Message[];

  constructor(completions: readonly ChatCompletion[], messages: readonly Message[]) {
    super(
      `The model still calls tools after ${completions.length} completions, the most that maxSteps allows.`,
    );
    this.completions = completions;
    this.messages = messages;
  }
}

/**
 * Asks the model and calls the tools that it asks for, until it answers. Calls of one answer run side by side. After the
 * first step `tool_choice` is `auto`, otherwise a forced call would be repeated for ever.
 */
export function runTools(
  client: ParleyCore,
  params: RunToolsParams,
  options?: RequestOptions,
): Run<ToolEvent, ToolResult> {
  return new Run((signal) => steps(client, params, options, signal));
}

/** What `runTools` runs: its events, then its result. */
export async function* steps(
  client: ParleyCore,
  { tools, maxSteps = 10, onToolError, messages: start, ...params }: RunToolsParams,
  given: RequestOptions | undefined,
  signal: AbortSignal,
): AsyncGenerator<ToolEvent, ToolResult> {
  const options = { ...given, signal: [signal, given?.signal].flat() };
  const toolbox = new Toolbox(tools, onToolError ?? 'throw');
  const messages: Message[] = [...start];
  const completions: Answer<ChatCompletion>[] = [];
  for (let step = 1; step <= maxSteps; step++) {
    const request: ChatCompletionRequest = { ...params, tools: toolbox.definitions, messages: [...messages] };
    if (step > 1 && params.tool_choice) request.tool_choice = 'auto';
    const completion = yield* complete(client, request, options);
    completions.push(completion);
    yield { type: 'completion', step, completion };
    const [choice] = completion.choices;
    const message = asMessage(choice?.message);
    messages.push(message);
    const calls = choice?.message.tool_calls ?? [];
    if (!toolbox.canAnswer(calls)) {
      return { completion, completions, messages, text: choice?.message.content ?? '' };
    }
    // Arguments that were cut off could still be JSON.
    if (choice) assertWhole(completion, choice.finish_reason);
    const results = await Promise.all(calls.map((call) => toolbox.answer(call, signal)));
    for (const result of results) {
      messages.push(result.message);
      yield { type: 'tool-result', step, ...result };
    }
  }
  throw new ToolLoopError(completions, messages);
}

async function* complete(
  client: ParleyCore,
  { stream: streamed, ...request }: ChatCompletionRequest,
  options: RequestOptions,
): AsyncGenerator<StreamEvent, Answer<ChatCompletion>> {
  if (!streamed) return client.chat.completions.create(request, options);
  const stream = streamChat(client, request, options);
  yield* stream;
  return stream.final();
}

/** The answer as a message of the next request, without what only answers have. */
function asMessage(message: ResponseMessage | undefined): AssistantMessage {
  const { content = null, refusal, reasoning, reasoning_content, tool_calls } = message ?? {};
  return {
    role: 'assistant',
    content,
    ...(tool_calls && { tool_calls }),
    ...(refusal && { refusal }),
    ...(reasoning ? { reasoning } : reasoning_content && { reasoning_content }),
  };
}
