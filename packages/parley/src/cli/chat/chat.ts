import { randomUUID } from 'node:crypto';
import type { Parameters } from '../../core/complete.ts';
import type { FlagValues } from '../command/flags.ts';
import { openBackend } from '../engine.ts';
import { createLogger } from '../log/logger.ts';
import { pullContext } from '../models/context.ts';
import { locateModel } from '../models/locate.ts';
import { EMBEDDED_MODEL } from '../models/source.ts';
import type { CHAT_FLAGS } from '../settings/flags.ts';
import { readConfig } from '../settings/read-config.ts';
import { engineSettings, resolveModel } from '../settings/resolve-model.ts';
import { interruptible } from '../signals.ts';
import type { World } from '../world.ts';
import { Session } from './session.ts';
import { talkOnPipe, talkOnTerminal } from './terminal.ts';

/** `parley chat`: the model runs here, without a server. */
export async function runChat(flags: FlagValues<typeof CHAT_FLAGS>, world: World): Promise<number> {
  const file = await readConfig(flags.config, world);
  const wanted = flags.model ?? file.config.models?.[0] ?? EMBEDDED_MODEL;
  const model = resolveModel(wanted, { ...engineSettings(flags), parallel: 1 }, file, world.workingDirectory);
  const terminal = world.stdin.isTTY === true && world.stdout.isTTY === true;
  return await interruptible(world, async (signal) => {
    const path = await locateModel(model.source, pullContext(world), signal);
    const log = createLogger(world.stderr, 'warn', world.environment);
    const backend = await openBackend({
      models: [{ ...model, path }],
      // One person, one model: what would end a thread ends the talk anyhow.
      isolation: 'thread',
      queue: undefined,
      allowRequestTemplates: false,
      version: world.version,
      log,
    });
    try {
      const [served] = backend.models();
      if (!served) throw new Error('the engine has no model');
      const session = new Session({
        backend,
        model: served.id,
        contextLength: served.contextLength,
        parameters: samplingParameters(flags),
        system: flags.system,
        stdout: world.stdout,
        stderr: world.stderr,
        newId: () => `chatcmpl-${randomUUID()}`,
      });
      if (!terminal) return await talkOnPipe(world, session, signal);
      world.stdout.write(`${served.id}, ${served.contextLength} tokens of context. /help explains.\n`);
      return await talkOnTerminal(world, session);
    } finally {
      await backend.close();
    }
  });
}

/** Only what was asked for: the engine's defaults are its own. */
function samplingParameters({ temperature, maxTokens, seed }: FlagValues<typeof CHAT_FLAGS>): Parameters {
  return {
    ...(temperature !== undefined && { temperature }),
    ...(maxTokens !== undefined && { max_tokens: maxTokens }),
    ...(seed !== undefined && { seed }),
  };
}
