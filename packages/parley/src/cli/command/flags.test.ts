import assert from 'node:assert/strict';
import { test } from 'node:test';
import Type from 'typebox';
import { fromEnvironment, parseArguments } from './flags.ts';

const FLAGS = {
  port: { schema: Type.Integer({ minimum: 0, maximum: 65_535 }), short: 'p' },
  gpuLayers: { schema: Type.Integer({ minimum: 0 }) },
  temperature: { schema: Type.Number({ minimum: -2, maximum: 2 }) },
  level: { schema: Type.Enum(['info', 'debug']) },
  json: { schema: Type.Boolean() },
  keys: { schema: Type.Array(Type.String({ minLength: 1 })), name: 'key', environment: 'THE_KEY' },
};

test('all ways to write a flag', () => {
  const { values, positionals } = parseArguments(FLAGS, [
    'a',
    '-p',
    '80',
    '--gpu-layers=3',
    '--temperature',
    '-1.5',
    '--json',
    '--key',
    'x',
    '--key=y=z',
    '--',
    '--json',
  ]);
  assert.deepEqual(values, { port: 80, gpuLayers: 3, temperature: -1.5, json: true, keys: ['x', 'y=z'] });
  assert.deepEqual(positionals, ['a', '--json']);
});

test('what is wrong is told with the flag and what is allowed', () => {
  const cases: [string[], RegExp][] = [
    [['--prot', '1'], /Unknown flag --prot\. Did you mean --port\?/],
    [['-x'], /Unknown flag -x/],
    [['--port'], /--port needs a value: a whole number from 0 to 65535/],
    [['--port', '--json'], /--port needs a value/],
    [['--port', '80.5'], /--port must be a whole number from 0 to 65535, not '80\.5'/],
    [['--port', '65536'], /--port must be a whole number from 0 to 65535, not '65536'/],
    [['--port', '0x50'], /--port must be/],
    [['--port', '1', '-p', '2'], /-p was given twice/],
    [['--temperature', 'NaN'], /--temperature must be a number from -2 to 2/],
    [['--temperature', '1e999'], /--temperature must be/],
    [['--level', 'loud'], /--level must be one of info, debug, not 'loud'/],
    [['--json=maybe'], /--json must be true or false/],
    [['--key', ''], /--key must be text that is not empty/],
  ];
  for (const [argv, message] of cases) {
    assert.throws(() => parseArguments(FLAGS, argv), { code: 'usage', message }, argv.join(' '));
  }
});

test('the environment is read for the flags that name a variable', () => {
  assert.deepEqual(fromEnvironment(FLAGS, { THE_KEY: 'k', PORT: '1' }), { keys: ['k'] });
  assert.deepEqual(fromEnvironment(FLAGS, { THE_KEY: '' }), {});
});
