import type koffi from 'koffi';

/** A native address. */
export type Pointer = bigint;

/** A C struct by value, by field name. */
export type Struct = Record<string, unknown>;

/** The functions of libllama and ggml that are used, with C's argument order. */
export interface LlamaLibrary {
  readonly version: string;
  readonly folder: string;
  modelDefaultParams(): Struct;
  contextDefaultParams(): Struct;
  loadModel(path: string, params: Struct): Pointer | null;
  freeModel(model: Pointer): void;
  modelVocabulary(model: Pointer): Pointer;
  modelTrainedContext(model: Pointer): number;
  modelIsRecurrent(model: Pointer): boolean;
  modelIsHybrid(model: Pointer): boolean;
  modelHasDecoder(model: Pointer): boolean;
  modelHasEncoder(model: Pointer): boolean;
  createContext(model: Pointer, params: Struct): Pointer | null;
  freeContext(context: Pointer): void;
  contextPerSequence(context: Pointer): number;
  memory(context: Pointer): Pointer | null;
  decode(context: Pointer, batch: Struct): number;
  logits(context: Pointer): Pointer | null;
  sequenceRemove(memory: Pointer, sequence: number, from: number, to: number): boolean;
  sequenceCopy(memory: Pointer, from: number, to: number, start: number, end: number): void;
  /** Bytes of the cells that a sequence has in use. */
  stateSize(context: Pointer, sequence: number): number;
  stateRead(context: Pointer, out: Uint8Array, size: number, sequence: number): number;
  stateWrite(context: Pointer, state: Uint8Array, size: number, sequence: number): number;
  vocabularySize(vocabulary: Pointer): number;
  vocabularyAttributes(vocabulary: Pointer, token: number): number;
  vocabularyEndsGeneration(vocabulary: Pointer, token: number): boolean;
  vocabularyBos(vocabulary: Pointer): number;
  vocabularyEos(vocabulary: Pointer): number;
  vocabularyAddsBos(vocabulary: Pointer): boolean;
  tokenToPiece(
    vocabulary: Pointer,
    token: number,
    out: Uint8Array,
    length: number,
    strip: number,
    special: boolean,
  ): number;
  tokenize(
    vocabulary: Pointer,
    text: Uint8Array,
    length: number,
    out: Int32Array,
    capacity: number,
    addSpecial: boolean,
    parseSpecial: boolean,
  ): number;
  maxSequences(): number;
  /** Registers the compute backends (CPU variants, GPU) found beside the libraries; once is enough for a process. */
  loadBackends(): void;
  /** Gives freed memory back to the system where the C library would keep it (glibc keeps hundreds of mebibytes). */
  trimHeap(): void;
  attachThreadpool(context: Pointer, pool: Pointer): void;
  detachThreadpool(context: Pointer): void;
  /** Address of a function of the CPU backend, which is loaded at run time and therefore not linked. */
  cpuFunction(name: string): Pointer | null;
  threadpoolParamsInit(params: Uint8Array, threads: number): void;
}

export type LibraryHandle = ReturnType<typeof koffi.load>;
export type StructType = ReturnType<typeof koffi.struct>;
export interface Handles {
  readonly base: LibraryHandle;
  readonly ggml: LibraryHandle;
  readonly llama: LibraryHandle;
}
export interface Structs {
  readonly modelParams: StructType;
  readonly contextParams: StructType;
  readonly batch: StructType;
}

const P = 'void *';
const I = 'int32_t';

/** What comes straight from the libraries' symbol tables. */
export type Declared = Omit<LlamaLibrary, 'version' | 'folder' | 'loadBackends' | 'trimHeap'>;

export function declare({ base, ggml, llama }: Handles, types: Structs): Declared {
  const registry = base.func('ggml_backend_dev_backend_reg', P, [P]);
  const procAddress = base.func('ggml_backend_reg_get_proc_address', P, [P, 'str']);
  const deviceByType = ggml.func('ggml_backend_dev_by_type', P, ['int']);
  const cpuDevice = 0;
  return {
    modelDefaultParams: llama.func('llama_model_default_params', types.modelParams, []),
    contextDefaultParams: llama.func('llama_context_default_params', types.contextParams, []),
    loadModel: llama.func('llama_model_load_from_file', P, ['str', types.modelParams]),
    freeModel: llama.func('llama_model_free', 'void', [P]),
    modelVocabulary: llama.func('llama_model_get_vocab', P, [P]),
    modelTrainedContext: llama.func('llama_model_n_ctx_train', I, [P]),
    modelIsRecurrent: llama.func('llama_model_is_recurrent', 'bool', [P]),
    modelIsHybrid: llama.func('llama_model_is_hybrid', 'bool', [P]),
    modelHasDecoder: llama.func('llama_model_has_decoder', 'bool', [P]),
    modelHasEncoder: llama.func('llama_model_has_encoder', 'bool', [P]),
    createContext: llama.func('llama_init_from_model', P, [P, types.contextParams]),
    freeContext: llama.func('llama_free', 'void', [P]),
    contextPerSequence: llama.func('llama_n_ctx_seq', 'uint32_t', [P]),
    memory: llama.func('llama_get_memory', P, [P]),
    decode: llama.func('llama_decode', I, [P, types.batch]),
    logits: llama.func('llama_get_logits', P, [P]),
    sequenceRemove: llama.func('llama_memory_seq_rm', 'bool', [P, I, I, I]),
    sequenceCopy: llama.func('llama_memory_seq_cp', 'void', [P, I, I, I, I]),
    stateSize: llama.func('llama_state_seq_get_size', 'size_t', [P, I]),
    stateRead: llama.func('llama_state_seq_get_data', 'size_t', [P, P, 'size_t', I]),
    stateWrite: llama.func('llama_state_seq_set_data', 'size_t', [P, P, 'size_t', I]),
    vocabularySize: llama.func('llama_vocab_n_tokens', I, [P]),
    vocabularyAttributes: llama.func('llama_vocab_get_attr', I, [P, I]),
    vocabularyEndsGeneration: llama.func('llama_vocab_is_eog', 'bool', [P, I]),
    vocabularyBos: llama.func('llama_vocab_bos', I, [P]),
    vocabularyEos: llama.func('llama_vocab_eos', I, [P]),
    vocabularyAddsBos: llama.func('llama_vocab_get_add_bos', 'bool', [P]),
    tokenToPiece: llama.func('llama_token_to_piece', I, [P, I, P, I, I, 'bool']),
    tokenize: llama.func('llama_tokenize', I, [P, P, I, P, I, 'bool', 'bool']),
    maxSequences: llama.func('llama_max_parallel_sequences', 'size_t', []),
    attachThreadpool: attach(llama),
    detachThreadpool: llama.func('llama_detach_threadpool', 'void', [P]),
    cpuFunction: (name) => procAddress(registry(deviceByType(cpuDevice)), name),
    threadpoolParamsInit: base.func('ggml_threadpool_params_init', 'void', [P, 'int']),
  };
}

function attach(llama: LibraryHandle): (context: Pointer, pool: Pointer) => void {
  const attachBoth = llama.func('llama_attach_threadpool', 'void', [P, P, P]);
  return (context, pool) => attachBoth(context, pool, null);
}
