import { COMMANDS } from './commands.ts';
import { dispatch } from './dispatch.ts';
import { lastWords, systemErrorCode } from './failure.ts';
import { processWorld } from './world.ts';

// A rejection that nobody handles arrives here too. The last line says why the process ended.
process.on('uncaughtException', (error) => {
  process.stderr.write(`${lastWords('parley: fatal', error)}\n`);
  process.exit(1);
});

// `parley ... | head` closes our output early: that is no failure.
process.stdout.on('error', (error) => {
  if (systemErrorCode(error) === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await dispatch(COMMANDS, process.argv.slice(2), processWorld());
