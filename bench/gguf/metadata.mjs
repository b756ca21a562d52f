import { TYPES } from './tensors.mjs';

export const ALIGNMENT = 32;

/** The template of a file that is given none. */
export const CHATML =
  "{%- for message in messages -%}{{ '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}" +
  "{%- endfor -%}{%- if add_generation_prompt -%}{{ '<|im_start|>assistant\\n' }}{%- endif -%}";

/** The metadata of a file as [key, kind, value], arrays as [key, 'array', kind of the items, items]. */
export function metadata(name, shape, type, vocabulary, template) {
  const id = (token) => vocabulary.ids.get(token);
  const entries = [
    ['general.architecture', 'string', 'llama'],
    ['general.name', 'string', name],
    ['general.alignment', 'u32', ALIGNMENT],
    ['general.file_type', 'u32', TYPES[type].fileType],
    ['llama.vocab_size', 'u32', shape.vocabulary],
    ['llama.context_length', 'u32', shape.context],
    ['llama.embedding_length', 'u32', shape.width],
    ['llama.block_count', 'u32', shape.layers],
    ['llama.feed_forward_length', 'u32', shape.feedForward],
    ['llama.attention.head_count', 'u32', shape.heads],
    ['llama.attention.head_count_kv', 'u32', shape.kvHeads],
    ['llama.attention.key_length', 'u32', shape.headWidth],
    ['llama.attention.value_length', 'u32', shape.headWidth],
    ['llama.rope.dimension_count', 'u32', shape.headWidth],
    ['llama.rope.freq_base', 'f32', 500_000],
    ['llama.attention.layer_norm_rms_epsilon', 'f32', 1e-5],
    ['tokenizer.ggml.model', 'string', 'gpt2'],
    ['tokenizer.ggml.pre', 'string', 'gpt-2'],
    ['tokenizer.ggml.tokens', 'array', 'string', vocabulary.tokens],
    ['tokenizer.ggml.token_type', 'array', 'i32', vocabulary.types],
    ['tokenizer.ggml.merges', 'array', 'string', vocabulary.merges],
    ['tokenizer.ggml.bos_token_id', 'u32', id('<|endoftext|>')],
    ['tokenizer.ggml.eos_token_id', 'u32', id('<|im_end|>')],
    ['tokenizer.ggml.padding_token_id', 'u32', id('<|pad|>')],
    ['tokenizer.ggml.add_bos_token', 'bool', false],
  ];
  if (template !== undefined) entries.push(['tokenizer.chat_template', 'string', template]);
  return entries;
}
