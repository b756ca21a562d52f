import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Recorder } from '../fake-world.test.support.ts';
import { formatLine } from './format.ts';
import { createLogger } from './logger.ts';

test('without a terminal a line is JSON, without credentials', () => {
  const output = new Recorder();
  const log = createLogger(output, 'info', {});
  log.debug('not shown');
  log.info(
    { headers: { authorization: 'Bearer abc' }, apiKeys: ['abc'], model: 'm' },
    'got Bearer abc and hf_abcdefgh1234',
  );
  const lines = output.text.trimEnd().split('\n');
  assert.equal(lines.length, 1);
  const record = JSON.parse(lines[0]!);
  assert.equal(record.level, 'info');
  assert.equal(record.model, 'm');
  assert.match(record.time, /^\d{4}-\d\d-\d\dT/);
  assert.ok(!output.text.includes('abc'));
});

test('on a terminal a line is for people', () => {
  const output = new Recorder(true);
  createLogger(output, 'debug', { NO_COLOR: '1' }).warn({ model: 'm', text: 'two words' }, 'slow');
  assert.match(output.text, /^\d\d:\d\d:\d\d warn {2}slow model=m text="two words"\n$/);
  const colourful = new Recorder(true);
  createLogger(colourful, 'debug', {}).error(new Error('broken'));
  assert.ok(colourful.text.includes('\u001b[31merror\u001b[0m broken\nError: broken\n    at '));
});

test('lines of others pass unchanged', () => {
  assert.equal(formatLine('plain text\n', true), 'plain text\n');
});
