import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ApiError } from '@parley/protocol/errors';
import { parseTemplate } from './template.ts';
import {
  ENDLESS,
  LIST_DOUBLER,
  LIST_EATER,
  MANY_STEPS,
  NESTED_LOOPS,
  RECURSIVE,
  TEXT_DOUBLER,
} from './templates.test.fixture.ts';

const NOW = new Date(2026, 10, 5, 15, 4, 9);
const LIMITS = { timeoutMilliseconds: 1000 };

function render(source: string, variables: Record<string, unknown> = {}): string {
  return parseTemplate(source, 'chat_template').render(variables, NOW, LIMITS);
}

function refused(code: string, message: RegExp, param = 'chat_template'): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof ApiError, String(error));
    assert.deepEqual([error.status, error.code, error.param], [400, code, param]);
    assert.match(error.message, message);
    return true;
  };
}

test('gives templates the functions of the field', () => {
  assert.equal(render('{% for i in range(1, 7, 2) %}{{ i }},{% endfor %}'), '1,3,5,');
  assert.equal(render('{% for i in range(3) %}{{ i }}{% endfor %}'), '012');
  assert.equal(
    render("{{ strftime_now('%d %B %Y %H:%M:%S %j %p %-d 100%%') }}"),
    '05 November 2026 15:04:09 309 PM 5 100%',
  );
  assert.equal(
    render('{{ x | tojson }}{{ none is none }}{{ True }}', { x: { a: [1, 'é'] } }),
    '{"a": [1, "é"]}truetrue',
  );
});

test('does not share state between renderings', () => {
  const template = parseTemplate('{% set ns = namespace(n=0) %}{% set ns.n = ns.n + 1 %}{{ ns.n }}', 'p');
  assert.equal(template.render({}, NOW, LIMITS), '1');
  assert.equal(template.render({}, NOW, LIMITS), '1');
});

describe('a bad template ends in a 400', () => {
  const cases: [string, string, string, RegExp][] = [
    ['does not parse', '{% for %}', 'template_error', /cannot be parsed/],
    ['fails', '{{ none + 1 }}', 'template_error', /failed/],
    ['counts too far', ENDLESS, 'template_error', /range\(\) of 1000000000/],
    ['recurses', RECURSIVE, 'template_error', /failed/],
    ['eats memory with lists', LIST_EATER, 'template_error', /lists are too long/],
    ['doubles lists', LIST_DOUBLER, 'template_error', /lists are too long/],
    ['doubles text', TEXT_DOUBLER, 'template_error', /text is too long|string length/],
  ];
  for (const [name, source, code, message] of cases) {
    test(name, () => assert.throws(() => render(source), refused(code, message)));
  }

  test('loops', () => {
    assert.throws(() => render(NESTED_LOOPS), refused('template_timeout', /within 1000 ms/));
  });

  test('uses too many steps', () => {
    const limits = { timeoutMilliseconds: 60_000, meter: { steps: 10_000, entries: 1e9, characters: 1e9 } };
    assert.throws(
      () => parseTemplate(MANY_STEPS, 'chat_template').render({}, NOW, limits),
      refused('template_error', /too many steps/),
    );
  });

  test('raises', () => {
    assert.throws(
      () => render("{{ raise_exception('no system role') }}"),
      refused('template_error', /refuses the conversation: no system role/, 'messages'),
    );
  });
});
