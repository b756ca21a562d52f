/** What an engine's thread or process runs. */
import type { Runtime } from '../runtime.ts';
import { ToyPrompts } from '../toy/prompts.ts';
import { ToyRuntime } from '../toy/runtime.ts';
import type { HostConfig } from './config.ts';
import { loadProcessors } from './load-processors.ts';
import { openServerPort, type ServerPort } from './port.ts';
import type { Prompts } from './prompts.ts';
import { EngineService } from './serve.ts';

async function openModel({
  model,
  slots,
  batchLimit,
  templates,
  nativeLog,
}: HostConfig): Promise<[Runtime, Prompts]> {
  if (model.kind === 'toy') {
    const { contextLength, crashOnToken } = model;
    const runtime = new ToyRuntime({
      contextLength,
      batchLimit,
      sequenceLimit: slots,
      onDecode: ({ tokens, length }) => {
        if (crashOnToken !== undefined && tokens.subarray(0, length).includes(crashOnToken)) process.abort();
      },
    });
    return [runtime, new ToyPrompts()];
  }
  // Only here, so that the toy needs no native code.
  const { LlamaRuntime } = await import('../llama/runtime.ts');
  const { PromptThread } = await import('../prompt/prompt-thread.ts');
  const { SplitPrompts } = await import('./split-prompts.ts');
  const { path, contextLength, threads, gpuLayers, flashAttention } = model;
  const runtime = await LlamaRuntime.load({
    modelPath: path,
    contextLength,
    sequences: slots,
    batchLimit,
    gpuLayers,
    flashAttention,
    log: nativeLog ? 'stderr' : 'none',
    ...(threads !== undefined && { threads }),
  });
  // The server's end bounds the calls; a second bound here would refuse what that one let in.
  const options = { modelPath: path, contextLength, inFlightLimit: Infinity, ...templates };
  return [runtime, new SplitPrompts(() => new PromptThread(options))];
}

async function main(port: ServerPort): Promise<void> {
  try {
    const processors = await loadProcessors(port.config.logitsProcessors ?? []);
    const [runtime, prompts] = await openModel(port.config);
    await new EngineService({ port, runtime, prompts, processors, now: () => performance.now() }).run();
  } catch (error) {
    port.post({ type: 'fatal', message: error instanceof Error ? error.message : String(error) });
    process.exitCode = 1;
  }
  port.close();
}

await main(await openServerPort());
