import { redact } from '@parley/protocol';
import { type Logger, pino } from 'pino';
import type { Config } from '../settings/schema.ts';
import type { Output } from '../world.ts';
import { formatLine } from './format.ts';

export type { Logger };

/** Wherever these stand in what is logged, their values are not written. */
const SECRET_KEYS = ['authorization', 'cookie', 'apiKey', 'apiKeys', 'token', 'password'];
const SECRET_PATHS = SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`, `*.*.*.${key}`]);

/** Lines of JSON, or lines for people on a terminal. What looks like a credential is removed, also in texts. */
export function createLogger(
  output: Output,
  level: NonNullable<Config['logLevel']>,
  environment: Readonly<Record<string, string | undefined>>,
): Logger {
  const colours = !environment.NO_COLOR;
  const write = (line: string): void => {
    const clean = redact(line);
    output.write(output.isTTY ? formatLine(clean, colours) : clean);
  };
  return pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_PATHS, censor: '[redacted]' },
    },
    { write },
  );
}
