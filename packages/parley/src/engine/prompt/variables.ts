import { invalidRequest } from '@parley/protocol/errors';
import { templateTools } from '../answer/template-tools.ts';
import { thinkingVariables } from '../answer/thinking.ts';
import { checkNesting } from './leaves.ts';
import type { TemplateMessage } from './messages.ts';
import type { PromptParameters } from './request.ts';
import { TEMPLATE_GLOBALS } from './template.ts';

/** The texts of a vocabulary's special tokens, as templates write them. */
export interface SpecialTexts {
  readonly bos: string;
  readonly eos: string;
  readonly pad: string;
}

const OWN = [
  'messages',
  'tools',
  'documents',
  'add_generation_prompt',
  'continue_final_message',
  'bos_token',
  'eos_token',
  'pad_token',
  'unk_token',
  'chat_template',
  'tokenize',
];
const RESERVED: ReadonlySet<string> = new Set([...OWN, ...TEMPLATE_GLOBALS]);

/** What of a request a template sees beside its messages. Texts of the caller only. */
export interface CallerVariables {
  readonly messages: readonly TemplateMessage[];
  readonly tools: unknown;
  readonly documents: unknown;
  readonly kwargs: Readonly<Record<string, unknown>>;
}

export function callerVariables(
  messages: TemplateMessage[],
  parameters: PromptParameters,
  source: string,
): CallerVariables {
  const kwargs = { ...(parameters.chat_template_kwargs ?? {}) };
  for (const name of Object.keys(kwargs)) {
    if (!RESERVED.has(name)) continue;
    const param = `chat_template_kwargs.${name}`;
    throw invalidRequest(param, `${param} cannot be set: the name belongs to the template's own variables.`);
  }
  for (const [name, value] of Object.entries(thinkingVariables(parameters, source))) kwargs[name] ??= value;
  const variables = {
    messages,
    tools: templateTools(parameters),
    documents: parameters.documents ?? null,
    kwargs,
  };
  checkNesting(messages, 'messages');
  checkNesting(variables.tools, 'tools');
  checkNesting(variables.documents, 'documents');
  checkNesting(kwargs, 'chat_template_kwargs');
  return variables;
}

export function templateVariables(
  caller: CallerVariables,
  special: SpecialTexts,
  generation: { readonly addGenerationPrompt: boolean; readonly continueFinalMessage: boolean },
): Record<string, unknown> {
  return {
    ...caller.kwargs,
    messages: caller.messages,
    tools: caller.tools,
    documents: caller.documents,
    add_generation_prompt: generation.addGenerationPrompt,
    continue_final_message: generation.continueFinalMessage,
    bos_token: special.bos,
    eos_token: special.eos,
    pad_token: special.pad,
  };
}
