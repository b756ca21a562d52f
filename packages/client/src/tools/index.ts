export { AnswerError, type UnparsedReason } from '../answer-error.ts';
export { InvalidValueError, type ToJsonSchema } from '../schema/schema.ts';
export { SchemaError } from '../schema/strict.ts';
export {
  type RunToolsParams,
  runTools,
  type ToolEvent,
  ToolLoopError,
  type ToolResult,
} from './run-tools.ts';
export { type RunnableTool, type ToolContext, type ToolDefinition, tool } from './tool.ts';
