import Type from 'typebox';
import { type Command, defineCommand } from './command/command.ts';
import { CHAT_FLAGS, CONFIG_FLAG, SERVE_FLAGS } from './settings/flags.ts';

// What a command does is loaded when it runs: help needs neither the engine nor the server.

const serve = defineCommand({
  name: 'serve',
  summary: 'Serve models over HTTP',
  description:
    'Answers chat completions at /v1/chat/completions. SIGTERM and Ctrl-C let running answers finish; ' +
    'a second one ends at once.',
  flags: SERVE_FLAGS,
  examples: [
    { line: 'parley serve', meaning: 'The model that comes with parley' },
    {
      line: 'parley serve --model ./qwen3-0.6b-q4_0.gguf --context 8192 --parallel 8',
      meaning: 'A file of yours',
    },
    {
      line: 'parley serve --model chat=hf:Qwen/Qwen2.5-0.5B-Instruct-GGUF:Q4_K_M --model parley-tiny',
      meaning: 'Two models, one from the hub under the name chat',
    },
    { line: 'PARLEY_API_KEY=secret parley serve --host 0.0.0.0', meaning: 'For others, who need the key' },
  ],
  async execute(invocation, world) {
    const { runServe } = await import('./serve/serve.ts');
    return await runServe(invocation.values, world);
  },
});

const chat = defineCommand({
  name: 'chat',
  summary: 'Talk to a model in the terminal',
  description:
    'Runs the model in this process; no server is needed. Ctrl-C stops an answer, Ctrl-D or /exit leaves. ' +
    'When stdin is no terminal, each line is a message and the answers go to stdout.',
  flags: CHAT_FLAGS,
  examples: [
    { line: 'parley chat', meaning: 'With the model that comes with parley' },
    {
      line: 'parley chat --model ./qwen3-0.6b-q4_0.gguf --system "Answer in one sentence."',
      meaning: 'With a file of yours',
    },
    { line: 'echo "Hello!" | parley chat --temperature 0', meaning: 'One question, the likeliest answer' },
  ],
  async execute(invocation, world) {
    const { runChat } = await import('./chat/chat.ts');
    return await runChat(invocation.values, world);
  },
});

const list = defineCommand({
  name: 'models list',
  summary: 'Show the models that are here',
  flags: {
    ...CONFIG_FLAG,
    json: { schema: Type.Boolean({ default: false, description: 'Print JSON instead of a table' }) },
  },
  examples: [
    { line: 'parley models list', meaning: 'Name, size, quantization, context and file' },
    { line: 'parley models list --json', meaning: 'The same for programs' },
  ],
  async execute({ values }, world) {
    const { runList } = await import('./models/run.ts');
    return await runList(values, world);
  },
});

const pull = defineCommand({
  name: 'models pull',
  summary: 'Download a model from the Hugging Face hub',
  description:
    'Goes on where an earlier download was cut, and checks the SHA-256 that the hub publishes. HF_TOKEN gives access ' +
    'to gated models, HF_ENDPOINT names another hub, PARLEY_CACHE another folder.',
  flags: {},
  positionals: [{ name: 'model', description: 'hf:owner/repo, with :file or :quantization', required: true }],
  examples: [
    {
      line: 'parley models pull hf:Qwen/Qwen2.5-0.5B-Instruct-GGUF:Q4_K_M',
      meaning: 'One quantization of a model',
    },
    {
      line: 'parley models pull hf:Qwen/Qwen2.5-0.5B-Instruct-GGUF',
      meaning: 'Q4_K_M, or else Q4_0, Q8_0 or F16',
    },
  ],
  async execute({ positionals }, world) {
    const { runPull } = await import('./models/run.ts');
    return await runPull(positionals[0] ?? '', world);
  },
});

const remove = defineCommand({
  name: 'models remove',
  summary: 'Remove a downloaded model',
  flags: {
    yes: { schema: Type.Boolean({ default: false, description: 'Remove without a question' }), short: 'y' },
  },
  positionals: [{ name: 'model', description: 'hf:owner/repo, with :file or :quantization', required: true }],
  examples: [
    {
      line: 'parley models remove hf:Qwen/Qwen2.5-0.5B-Instruct-GGUF:Q4_K_M',
      meaning: 'One quantization, after a question',
    },
    {
      line: 'parley models remove --yes hf:Qwen/Qwen2.5-0.5B-Instruct-GGUF',
      meaning: 'All of a repository, without one',
    },
  ],
  async execute({ values, positionals }, world) {
    const { runRemove } = await import('./models/run.ts');
    return await runRemove(positionals[0] ?? '', values.yes ?? false, world);
  },
});

const configSchema = defineCommand({
  name: 'config schema',
  summary: 'Print the JSON Schema of parley.yaml',
  flags: {},
  examples: [
    { line: 'parley config schema > parley.schema.json', meaning: 'For the completion of an editor' },
  ],
  async execute(_, world) {
    const { CONFIG_SCHEMA } = await import('./settings/schema.ts');
    const schema = { $schema: 'https://json-schema.org/draft/2020-12/schema', ...CONFIG_SCHEMA };
    world.stdout.write(`${JSON.stringify(schema, null, 2)}\n`);
    return 0;
  },
});

const configCheck = defineCommand({
  name: 'config check',
  summary: 'Check a configuration file',
  flags: CONFIG_FLAG,
  examples: [{ line: 'parley config check --config parley.yaml', meaning: 'Every fault with its line' }],
  async execute({ values }, world) {
    const { runConfigCheck } = await import('./settings/check.ts');
    return await runConfigCheck(values.config, world);
  },
});

/** Every command: the help, the suggestions and the parser read this one table. */
export const COMMANDS: readonly Command[] = [serve, chat, list, pull, remove, configSchema, configCheck];
