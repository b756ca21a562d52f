import type { Command } from './command/command.ts';
import { commandHelp, groupHelp, rootHelp } from './command/help.ts';
import { didYouMean } from './command/suggest.ts';
import { exitCodeOf, lastWords, usageError } from './failure.ts';
import type { World } from './world.ts';

/** Finds the command that is meant and runs it; resolves to the exit status. Never throws. */
export async function dispatch(
  commands: readonly Command[],
  argv: readonly string[],
  world: World,
): Promise<number> {
  let context = 'parley';
  try {
    const help = helpFor(commands, argv, world.version);
    if (help !== undefined) {
      world.stdout.write(`${help}\n`);
      return 0;
    }
    const command = find(commands, argv);
    context = `parley ${command.name}`;
    return await command.run(argv.slice(command.name.split(' ').length), world);
  } catch (error) {
    const code = exitCodeOf(error);
    const hint = code === 2 ? `\nRun '${context} --help' for what is allowed.` : '';
    world.stderr.write(`${lastWords('parley', error)}${hint}\n`);
    return code;
  }
}

function helpFor(commands: readonly Command[], argv: readonly string[], version: string): string | undefined {
  const [first] = argv;
  if (first === '--version' || first === '-v') return version;
  const flags = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  const asked = first === 'help' || flags.includes('--help') || flags.includes('-h');
  if (argv.length > 0 && !asked) return undefined;
  const words = (first === 'help' ? argv.slice(1) : argv).filter((word) => !word.startsWith('-'));
  if (words.length === 0) return rootHelp(commands, version);
  const group = commands.filter(({ name }) => name.startsWith(`${words[0]} `));
  if (group.length > 0 && words.length === 1) return groupHelp(words[0]!, group);
  return commandHelp(find(commands, words));
}

function find(commands: readonly Command[], argv: readonly string[]): Command {
  const [first = '', second] = argv;
  const found = commands.find(({ name }) => name === first || name === `${first} ${second}`);
  if (found) return found;
  const group = commands
    .filter(({ name }) => name.startsWith(`${first} `))
    .map(({ name }) => name.slice(first.length + 1));
  if (group.length > 0) {
    const allowed = `'parley ${first}' needs one of: ${group.join(', ')}.`;
    if (second === undefined || second.startsWith('-')) throw usageError(first, allowed);
    throw usageError(
      second,
      `Unknown command 'parley ${first} ${second}'; ${allowed}${didYouMean(second, group)}`,
    );
  }
  if (first.startsWith('-'))
    throw usageError(first, `Unknown flag ${first}.${didYouMean(first, ['--help', '--version'])}`);
  const names = new Set(commands.map(({ name }) => name.split(' ')[0]!));
  throw usageError(first, `Unknown command '${first}'.${didYouMean(first, names)}`);
}
