/**
 * The C structs of the pinned libllama, field by field in declaration order (`include/llama.h`).
 * They change between releases without notice, so their size and default values are checked before use.
 */
export const PINNED_VERSION = '0.5.0-dev';

/** Fields in C order: koffi's name of the type, and the value that the default-parameters function gives. */
export type StructLayout = Readonly<
  Record<string, readonly [type: string, initial: number | boolean | null | undefined]>
>;

const POINTER = 'void *';

export const MODEL_PARAMS_SIZE = 80;
export const MODEL_PARAMS: StructLayout = {
  devices: [POINTER, null],
  tensor_buft_overrides: [POINTER, null],
  // Differs between builds with and without a GPU backend.
  n_gpu_layers: ['int32_t', undefined],
  split_mode: ['int32_t', 1],
  load_mode: ['int32_t', -1],
  lazy_mode: ['int32_t', 1],
  main_gpu: ['int32_t', 0],
  tensor_split: [POINTER, null],
  progress_callback: [POINTER, null],
  progress_callback_user_data: [POINTER, null],
  kv_overrides: [POINTER, null],
  vocab_only: ['bool', false],
  check_tensors: ['bool', false],
  use_extra_bufts: ['bool', true],
  no_host: ['bool', false],
  no_alloc: ['bool', false],
  load_mtp: ['bool', false],
};

export const CONTEXT_PARAMS_SIZE = 160;
export const CONTEXT_PARAMS: StructLayout = {
  n_ctx: ['uint32_t', 512],
  n_batch: ['uint32_t', 2048],
  n_ubatch: ['uint32_t', 512],
  n_seq_max: ['uint32_t', 1],
  n_rs_seq: ['uint32_t', 0],
  n_outputs_max: ['uint32_t', 0],
  n_outputs_max_per_seq: ['uint32_t', 1],
  n_threads: ['int32_t', 4],
  n_threads_batch: ['int32_t', 4],
  ctx_type: ['int32_t', 0],
  rope_scaling_type: ['int32_t', -1],
  pooling_type: ['int32_t', -1],
  attention_type: ['int32_t', -1],
  flash_attn_type: ['int32_t', -1],
  rope_freq_base: ['float', 0],
  rope_freq_scale: ['float', 0],
  yarn_ext_factor: ['float', -1],
  yarn_attn_factor: ['float', -1],
  yarn_beta_fast: ['float', -1],
  yarn_beta_slow: ['float', -1],
  yarn_orig_ctx: ['uint32_t', 0],
  defrag_thold: ['float', -1],
  cb_eval: [POINTER, null],
  cb_eval_user_data: [POINTER, null],
  type_k: ['int32_t', 1],
  type_v: ['int32_t', 1],
  abort_callback: [POINTER, null],
  abort_callback_data: [POINTER, null],
  embeddings: ['bool', false],
  offload_kqv: ['bool', true],
  no_perf: ['bool', true],
  op_offload: ['bool', true],
  swa_full: ['bool', true],
  kv_unified: ['bool', false],
  samplers: [POINTER, null],
  n_samplers: ['size_t', 0],
  ctx_other: [POINTER, null],
};

export const BATCH_SIZE = 56;
export const BATCH: StructLayout = {
  n_tokens: ['int32_t', undefined],
  token: [POINTER, undefined],
  embd: [POINTER, undefined],
  pos: [POINTER, undefined],
  n_seq_id: [POINTER, undefined],
  seq_id: [POINTER, undefined],
  logits: [POINTER, undefined],
};

/** Bits of `llama_token_attr`. */
export const TOKEN_ATTRIBUTE = {
  unknown: 1,
  unused: 2,
  normal: 4,
  control: 8,
  userDefined: 16,
  byte: 32,
} as const;

/** Rejects default parameters that differ from the layout: the fields have moved. */
export function checkDefaults(what: string, layout: StructLayout, actual: Record<string, unknown>): void {
  const wrong: string[] = [];
  for (const [field, [, expected]] of Object.entries(layout)) {
    if (expected !== undefined && actual[field] !== expected) {
      wrong.push(`${field} is ${String(actual[field])} instead of ${String(expected)}`);
    }
  }
  if (wrong.length > 0) {
    throw new Error(
      `The llama.cpp library's default ${what} parameters are not those of ${PINNED_VERSION}: ${wrong.slice(0, 5).join(', ')}.`,
    );
  }
}
