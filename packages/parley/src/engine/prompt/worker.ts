/** The thread in which templates run and texts become tokens; it does one job after the other. See PromptThread. */
import { parentPort, workerData } from 'node:worker_threads';
import { ApiError } from '@parley/protocol/errors';
import { OutputFormChecker } from '../constraint/check.ts';
import { describeModel } from '../llama/gguf/describe.ts';
import { loadTokenizer } from '../llama/tokenizer.ts';
import { PromptRenderer } from './renderer.ts';
import { unpackPrompt } from './request.ts';
import type { PromptAnswer, PromptJob, WorkerSettings } from './wire.ts';

const port = parentPort;
if (port === null) throw new Error('This file runs in a worker thread only.');
// The only sender is PromptThread.
const settings = workerData as WorkerSettings;

const checker = new OutputFormChecker();
const { chatTemplates, padTokenId } = describeModel(settings.modelPath);
const renderer = new PromptRenderer({
  tokenizer: await loadTokenizer(settings.modelPath),
  templates:
    settings.chatTemplate === undefined ? chatTemplates : new Map([['default', settings.chatTemplate]]),
  contextLength: settings.contextLength,
  limits: { timeoutMilliseconds: settings.renderTimeoutMilliseconds },
  allowRequestTemplate: settings.allowRequestTemplate,
  padTokenId,
  formats: settings.formats,
  checkForm: (json) => checker.check(json),
  clock: () => performance.now(),
});

function run(job: PromptJob): PromptAnswer {
  switch (job.kind) {
    case 'prepare':
      return {
        kind: 'prepared',
        prepared: renderer.prepare(unpackPrompt(job.request), new Date(job.nowMilliseconds)),
      };
    case 'tokenize':
      return {
        kind: 'prepared',
        prepared: renderer.tokenize(unpackPrompt(job.request), new Date(job.nowMilliseconds)),
      };
    case 'detokenize':
      return { kind: 'text', text: renderer.detokenize(job.tokens) };
  }
}

function answer(job: PromptJob): PromptAnswer {
  try {
    return run(job);
  } catch (error) {
    if (error instanceof ApiError) return { kind: 'refused', error: error.toOptions() };
    return {
      kind: 'failed',
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

port.on('message', (job: PromptJob) => port.postMessage(answer(job)));
port.postMessage({ kind: 'ready' } satisfies PromptAnswer);
