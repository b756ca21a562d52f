import type { Command, Example } from './command.ts';
import { type Flag, flagName } from './flags.ts';

/** What `parley --help` prints. */
export function rootHelp(commands: readonly Command[], version: string): string {
  return [
    `parley ${version}: chat completions, from a model file to an HTTP API`,
    '',
    'Usage: parley <command> [flags]',
    '',
    'Commands:',
    ...rows(commands.map(({ name, summary }) => [name, summary])),
    '',
    'Flags:',
    ...rows([
      ['-h, --help', 'Explain a command'],
      ['-v, --version', 'Print the version'],
    ]),
    ...exampleLines([
      { line: 'parley serve', meaning: 'Serve the model that comes with parley on http://127.0.0.1:4141/v1' },
      { line: 'parley chat', meaning: 'Talk to it right here' },
      { line: 'parley serve --help', meaning: 'All flags of one command' },
    ]),
  ].join('\n');
}

/** What `parley <group> --help` prints, for commands of two words. */
export function groupHelp(group: string, commands: readonly Command[]): string {
  return [
    `Usage: parley ${group} <command> [flags]`,
    '',
    'Commands:',
    ...rows(commands.map(({ name, summary }) => [name, summary])),
    ...exampleLines(commands.flatMap(({ examples }) => examples.slice(0, 1))),
  ].join('\n');
}

/** What `parley <command> --help` prints. */
export function commandHelp(command: Command): string {
  const positionals = command.positionals ?? [];
  const usage = positionals.map(({ name, required }) => (required ? ` <${name}>` : ` [${name}]`)).join('');
  return [
    command.summary,
    '',
    `Usage: parley ${command.name}${usage} [flags]`,
    ...(command.description ? ['', ...wrap(command.description, 100)] : []),
    ...(positionals.length > 0 ? ['', 'Arguments:'] : []),
    ...rows(positionals.map(({ name, description }) => [`<${name}>`, description])),
    '',
    'Flags:',
    ...rows([
      ...Object.entries(command.flags).map(([key, flag]) => flagRow(key, flag)),
      ['-h, --help', 'Explain this command'],
    ]),
    ...exampleLines(command.examples),
  ].join('\n');
}

function flagRow(key: string, flag: Flag): [string, string] {
  const { schema, short, placeholder, environment } = flag;
  const choices = schema.items?.enum ?? schema.enum;
  const value = schema.type === 'boolean' ? '' : ` <${placeholder ?? choices?.join('|') ?? 'text'}>`;
  const repeat = schema.type === 'array' ? '...' : '';
  const notes = [
    schema.default !== undefined && schema.default !== false ? `default ${schema.default}` : undefined,
    environment ? `or ${environment}` : undefined,
  ].filter((note) => note !== undefined);
  const description = `${schema.description ?? ''}${notes.length > 0 ? ` (${notes.join('; ')})` : ''}`;
  return [`${short ? `-${short}, ` : ''}${flagName(key, flag)}${value}${repeat}`, description];
}

const LABEL_WIDTH = 34;
const TEXT_WIDTH = 70;

function rows(entries: readonly (readonly [string, string])[]): string[] {
  return entries.flatMap(([label, text]) => {
    const lines = wrap(text, TEXT_WIDTH);
    const gap = ' '.repeat(LABEL_WIDTH + 4);
    const head = `  ${label.padEnd(LABEL_WIDTH)}  `;
    if (label.length > LABEL_WIDTH) return [`  ${label}`, ...lines.map((line) => gap + line)];
    return [head + (lines[0] ?? ''), ...lines.slice(1).map((line) => gap + line)];
  });
}

function exampleLines(examples: readonly Example[]): string[] {
  if (examples.length === 0) return [];
  return ['', 'Examples:', ...examples.flatMap(({ line, meaning }) => [`  # ${meaning}`, `  ${line}`])];
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line.length > 0 && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line.length === 0 ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
