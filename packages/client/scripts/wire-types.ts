// Declares the types of the wire for the client, from the schemas of @parley/protocol: the published package needs no
// other, and editors show what each field means, its range and its default.
//
//     node --conditions=source packages/client/scripts/wire-types.ts
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as protocol from '@parley/protocol';
import { CallParameters } from '../../protocol/src/call.ts';
import { LengthParameters, SamplingParameters } from '../../protocol/src/sampling.ts';
import { declare, type Schema } from './declare.ts';

/** Groups of parameters that requests share. */
const GROUPS = { CallParameters, SamplingParameters, LengthParameters } as const;

/** What stands in which file of `src/wire`. */
export const FILES: Readonly<Record<string, readonly string[]>> = {
  parameters: ['CallParameters', 'SamplingParameters', 'LengthParameters'],
  format: [
    'JsonSchemaFormat',
    'StructuralTagFormat',
    'LegacyStructuralTagFormat',
    'ResponseFormat',
    'StructuredOutputs',
  ],
  tools: [
    'FunctionDefinition',
    'FunctionTool',
    'CustomToolFormat',
    'CustomTool',
    'Tool',
    'NamedFunctionChoice',
    'NamedCustomChoice',
    'AllowedToolsChoice',
    'ToolChoice',
    'LegacyFunctionChoice',
    'FunctionCall',
    'FunctionToolCall',
    'CustomToolCall',
    'ToolCall',
  ],
  content: [
    'TextPart',
    'ImageUrlPart',
    'ImagePart',
    'InputAudioPart',
    'FilePart',
    'RefusalPart',
    'AudioUrlPart',
    'VideoUrlPart',
    'ImageEmbedsPart',
    'AudioEmbedsPart',
    'ThinkingPart',
    'SimpleImagePart',
    'SimpleAudioPart',
    'SimpleVideoPart',
    'ContentPart',
    'Content',
  ],
  message: [
    'DeveloperMessage',
    'SystemMessage',
    'UserMessage',
    'AssistantMessage',
    'ToolMessage',
    'FunctionMessage',
    'CustomMessage',
    'HarmonyMessage',
    'Message',
  ],
  'chat-request': ['ChatCompletionRequest', 'Metadata'],
  'completion-request': ['Prompt', 'CompletionRequest'],
  'answer-fields': [
    'FinishReason',
    'TopLogprob',
    'TokenLogprob',
    'Logprobs',
    'Usage',
    'TimeInfo',
    'PromptLogprobs',
    'ReportEntry',
  ],
  'chat-answer': [
    'ResponseToolCall',
    'ToolCallDelta',
    'ResponseMessage',
    'ChatCompletion',
    'Delta',
    'ChatCompletionChunk',
  ],
  'completion-answer': ['CompletionLogprobs', 'Completion', 'CompletionChunk'],
  stored: [
    'StoredChatCompletion',
    'StoredChatCompletionList',
    'StoredMessage',
    'StoredMessageList',
    'StoredUpdateRequest',
    'StoredDeletion',
  ],
  models: [
    'ModelCapabilities',
    'ModelParameter',
    'ModelObject',
    'ModelList',
    'OpenRouterModel',
    'OpenRouterModelList',
    'HuggingFaceModel',
    'HuggingFaceModelList',
  ],
};

function format(source: string, name: string): string {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  const biome = fileURLToPath(new URL('../../../node_modules/.bin/biome', import.meta.url));
  const args = ['format', `--stdin-file-path=packages/client/src/wire/${name}`];
  return execFileSync(biome, args, { cwd: root, input: source, encoding: 'utf8' });
}

/** Text of each file, by name. */
export function wireTypes(): Map<string, string> {
  const schemas = new Map<string, Schema>(Object.entries(protocol as unknown as Record<string, Schema>));
  for (const [name, properties] of Object.entries(GROUPS)) {
    schemas.set(name, { type: 'object', properties, required: [] } as unknown as Schema);
  }
  const sources = new Map<string, string>();
  for (const file of Object.keys(FILES)) {
    sources.set(`${file}.ts`, format(declare(file, FILES, schemas, Object.keys(GROUPS)), `${file}.ts`));
  }
  return sources;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, source] of wireTypes()) {
    writeFileSync(new URL(`../src/wire/${name}`, import.meta.url), source);
  }
}
