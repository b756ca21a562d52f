/** Test support: conversations rendered with a template and nothing around it. */
import { ToyTokenizer } from '../toy/vocabulary.ts';
import { ControlNames } from './control-names.ts';
import { type RenderedConversation, renderConversation } from './conversation.ts';
import type { PromptParameters } from './request.ts';
import { type ChatTemplate, parseTemplate } from './template.ts';

export interface CountedConversation extends RenderedConversation {
  /** How often the template was run. */
  readonly renderings: number;
}

export interface ConversationSetting {
  readonly parameters?: PromptParameters;
  /** Milliseconds that each look at the clock takes. */
  readonly tick?: number;
  /** Told of every run of the template. */
  readonly onRender?: () => void;
}

export function converse(
  source: string,
  messages: readonly Record<string, unknown>[],
  { parameters = {}, tick = 0, onRender }: ConversationSetting = {},
): CountedConversation {
  let renderings = 0;
  let clock = 0;
  const template = parseTemplate(source, 'messages');
  const counted: ChatTemplate = {
    source,
    render: (...args) => {
      renderings++;
      onRender?.();
      return template.render(...args);
    },
  };
  const rendered = renderConversation(messages, parameters, {
    template: counted,
    names: new ControlNames(new ToyTokenizer().vocabulary),
    special: { bos: '', eos: '', pad: '' },
    limits: { timeoutMilliseconds: 1000 },
    now: new Date(2026, 0, 2),
    clock: () => {
      clock += tick;
      return clock;
    },
  });
  return { ...rendered, renderings };
}
