import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineCommand } from './command/command.ts';
import { type Flag, flagName } from './command/flags.ts';
import { COMMANDS } from './commands.ts';
import { dispatch } from './dispatch.ts';
import { fakeWorld } from './fake-world.test.support.ts';

async function run(...argv: string[]) {
  const world = fakeWorld();
  const code = await dispatch(COMMANDS, argv, world);
  return { code, stdout: world.stdout.text, stderr: world.stderr.text };
}

test('the version', async () => {
  assert.deepEqual(await run('--version'), { code: 0, stdout: '1.2.3\n', stderr: '' });
  assert.deepEqual(await run('-v'), { code: 0, stdout: '1.2.3\n', stderr: '' });
});

test('help without a command names every command', async () => {
  for (const argv of [[], ['--help'], ['-h'], ['help']]) {
    const { code, stdout, stderr } = await run(...argv);
    assert.equal(code, 0);
    assert.equal(stderr, '');
    for (const { name, summary } of COMMANDS)
      assert.ok(stdout.includes(name) && stdout.includes(summary), name);
  }
});

for (const command of COMMANDS) {
  const words = command.name.split(' ');
  test(`help of ${command.name} shows every flag and an example`, async () => {
    const asked = await run(...words, '--help');
    assert.equal(asked.code, 0);
    assert.match(asked.stdout, new RegExp(`Usage: parley ${command.name}`));
    for (const [key, flag] of Object.entries(command.flags) as [string, Flag][]) {
      assert.ok(asked.stdout.includes(flagName(key, flag)), `${key} is missing`);
      assert.ok((flag.schema.description ?? '').length > 10, `${key} has no description`);
    }
    assert.ok(command.examples.length > 0);
    for (const { line } of command.examples) assert.ok(asked.stdout.includes(line), line);
    for (const line of asked.stdout.split('\n')) assert.ok(line.length <= 120, `too long: ${line}`);
    assert.deepEqual(await run('help', ...words), asked);
    assert.deepEqual(await run(...words, '-h'), asked);
  });
}

test('help of a group lists its commands', async () => {
  const { code, stdout } = await run('models', '--help');
  assert.equal(code, 0);
  for (const name of ['models list', 'models pull', 'models remove']) assert.ok(stdout.includes(name));
});

test('what is unknown ends with status 2 and a suggestion', async () => {
  const cases: [string[], RegExp][] = [
    [['sevre'], /Unknown command 'sevre'\. Did you mean serve\?/],
    [['model', 'list'], /Unknown command 'model'\. Did you mean models\?/],
    [['models', 'lst'], /Unknown command 'parley models lst'.* Did you mean list\?/],
    [['models'], /'parley models' needs one of: list, pull, remove/],
    [['serve', '--prot', '1'], /Unknown flag --prot\. Did you mean --port\?[\s\S]*parley serve --help/],
    [['--verson'], /Unknown flag --verson\. Did you mean --version\?/],
    [['serve', 'extra'], /Unexpected argument 'extra'/],
    [['models', 'pull'], /The argument <model> is missing/],
    [['models', 'pull', '../x'], /cannot be pulled/],
    [['models', 'pull', 'hf:../x'], /is no model of the hub/],
    [['models', 'remove', '../x'], /is no model of the hub/],
    [['models', 'remove', '/etc/passwd'], /is no model of the hub/],
    [['chat', '--temperature', '3'], /--temperature must be a number from 0 to 2, not '3'/],
    [['serve', '--log-level', 'loud'], /--log-level must be one of fatal, error/],
    [['help', 'sevre'], /Did you mean serve/],
  ];
  for (const [argv, message] of cases) {
    const { code, stdout, stderr } = await run(...argv);
    assert.equal(code, 2, argv.join(' '));
    assert.equal(stdout, '');
    assert.match(stderr, message);
  }
});

test('any other failure ends with status 1 and one line', async () => {
  const world = fakeWorld();
  const failing = defineCommand({
    name: 'fail',
    summary: 'Fails',
    flags: {},
    examples: [],
    execute: () =>
      Promise.reject(Object.assign(new Error('the disk is full'), { syscall: 'write', code: 'ENOSPC' })),
  });
  assert.equal(await dispatch([failing], ['fail'], world), 1);
  assert.equal(world.stderr.text, 'parley: the disk is full\n');
});

test('a fault of ours is told with its stack, and a last line', async () => {
  const world = fakeWorld();
  const broken = defineCommand({
    name: 'fail',
    summary: 'Fails',
    flags: {},
    examples: [],
    execute: () => Promise.reject(new TypeError('x is not a function')),
  });
  assert.equal(await dispatch([broken], ['fail'], world), 1);
  assert.match(world.stderr.text, /\n {4}at .*dispatch\.test\.ts[\s\S]*\nparley: x is not a function\n$/);
});

test('the schema of the configuration is printed as JSON', async () => {
  const { code, stdout } = await run('config', 'schema');
  assert.equal(code, 0);
  const schema = JSON.parse(stdout);
  assert.equal(schema.additionalProperties, false);
  assert.equal(schema.properties.port.default, 4141);
  assert.equal(schema.properties.models.items.properties.hf.type, 'string');
});
