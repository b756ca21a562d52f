import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compile } from '../compile.ts';
import { ConstraintError } from '../errors.ts';
import { accepts } from '../testing/texts.ts';
import { smallVocabulary } from '../testing/vocabulary.ts';

type Case = { name: string; tag: unknown; takes: string[]; refuses: string[] };

const format = (value: unknown) => ({ type: 'structural_tag', format: value });
const integer = { type: 'json_schema', json_schema: { type: 'integer' } };
const closed = {
  type: 'object',
  properties: { a: { type: 'integer' } },
  required: ['a'],
  additionalProperties: false,
};
const call = {
  type: 'object',
  properties: { q: { type: 'string', maxLength: 5 }, n: { type: 'integer' } },
  required: ['q'],
};

const CASES: Case[] = [
  {
    name: 'const_string',
    tag: format({ type: 'const_string', value: 'yes' }),
    takes: ['yes'],
    refuses: ['', 'ye', 'yes!'],
  },
  {
    name: 'tag with a schema',
    tag: format({
      type: 'tag',
      begin: '<tool>',
      content: { type: 'json_schema', json_schema: closed },
      end: '</tool>',
    }),
    takes: ['<tool>{"a":1}</tool>'],
    refuses: ['<tool>{}</tool>', '{"a":1}'],
  },
  {
    name: 'tag with several ends',
    tag: format({ type: 'tag', begin: '', content: { type: 'any_text' }, end: ['.', '!'] }),
    takes: ['hm.', '!'],
    refuses: ['hm', 'a.b.'],
  },
  {
    name: 'any_text',
    tag: format({ type: 'any_text', excludes: ['bad'] }),
    takes: ['', 'ba d'],
    refuses: ['a bad one'],
  },
  {
    name: 'sequence and or',
    tag: format({
      type: 'sequence',
      elements: [
        { type: 'const_string', value: 'n=' },
        { type: 'or', elements: [integer, { type: 'regex', pattern: '[a-c]+' }] },
      ],
    }),
    takes: ['n=12', 'n=abc'],
    refuses: ['n=', 'n=1a'],
  },
  {
    name: 'grammar',
    tag: format({
      type: 'sequence',
      elements: [
        { type: 'grammar', grammar: 'root ::= "(" root? ")"' },
        { type: 'grammar', grammar: 'root ::= "x"+' },
      ],
    }),
    takes: ['(())x'],
    refuses: ['((x', '()'],
  },
  {
    name: 'grammars of different syntaxes with the same names',
    tag: format({
      type: 'sequence',
      elements: [
        {
          type: 'grammar',
          syntax: 'lark',
          grammar: 'start: "(" start? ")" | word %json {"type": "integer"}\nword: "n="\n%ignore " "',
        },
        { type: 'grammar', syntax: 'gbnf', grammar: 'root ::= start\nstart ::= "x"+' },
        { type: 'grammar', syntax: 'lark', grammar: 'start: word\nword: "y"' },
      ],
    }),
    takes: ['(())xy', '( n= 12 ) xxy'],
    refuses: ['(()xy', '()x', '()y', '(n=a)xy'],
  },
  {
    name: 'optional, star and plus',
    tag: format({
      type: 'sequence',
      elements: [
        { type: 'optional', content: { type: 'const_string', value: 'a' } },
        { type: 'star', content: integer },
        { type: 'plus', content: { type: 'const_string', value: 'b' } },
      ],
    }),
    takes: ['b', 'abb', '12bb'],
    refuses: ['a', '1'],
  },
  {
    name: 'triggered_tags',
    tag: format({
      type: 'triggered_tags',
      triggers: ['<f='],
      tags: [
        { begin: '<f=a>', content: integer, end: '</f>' },
        { begin: '<f=b>', content: { type: 'any_text' }, end: '</f>' },
      ],
    }),
    takes: ['', 'a < b', 'x<f=a>1</f>y<f=b>z</f>'],
    refuses: ['<f=', '<f=c>', '<f=a>x</f>'],
  },
  {
    name: 'triggered_tags, one at most and at least',
    tag: format({
      type: 'triggered_tags',
      triggers: ['<'],
      tags: [{ begin: '<a>', content: integer, end: '</a>' }],
      at_least_one: true,
      stop_after_first: true,
    }),
    takes: ['<a>1</a>', 'ok <a>1</a>'],
    refuses: ['', '<a>1</a> ', '<a>1</a><a>1</a>'],
  },
  {
    name: 'tags_with_separator',
    tag: format({
      type: 'tags_with_separator',
      separator: '\n',
      tags: [{ begin: 'A', content: { type: 'regex', pattern: '[0-9]+' }, end: 'Z' }],
    }),
    takes: ['', 'A1Z', 'A1Z\nA2Z'],
    refuses: ['A1Z\n', 'AZ', 'A1ZA2Z'],
  },
  {
    name: 'Qwen parameters',
    tag: format({ type: 'qwen_xml_parameter', json_schema: call }),
    takes: ['<parameter=q>a b</parameter><parameter=n>3</parameter>', '<parameter=q>\nx\n</parameter>\n'],
    refuses: [
      '<parameter=n>3</parameter>',
      '<parameter=q>abcdef</parameter>',
      '<parameter=q>a</parameter><parameter=n>x</parameter>',
    ],
  },
  {
    name: 'a bare value',
    tag: format({
      type: 'json_schema',
      json_schema: { type: ['string', 'integer'], minLength: 2, minimum: 3 },
      style: 'bare',
      excludes: ['<'],
    }),
    takes: ['ab', '5', '15', '{"a"', '"a"'],
    refuses: ['a', '2', 'a<b', ''],
  },
  {
    name: 'a bare value that is told from JSON',
    tag: format({
      type: 'json_schema',
      json_schema: { type: ['string', 'integer'], minimum: 3 },
      style: 'bare',
      unlike_json: true,
    }),
    takes: ['ab', '5', '', '5a', 'nullable', ' x', '"a"'],
    refuses: ['2', ' 2 ', '-1.5e3', 'true', ' null\n', '{', ' [x'],
  },
  {
    name: 'thinking before a call',
    tag: format({
      type: 'sequence',
      elements: [
        { type: 'tag', begin: '<think>', content: { type: 'any_text' }, end: '</think>' },
        { type: 'json_schema', json_schema: closed },
      ],
    }),
    takes: ['<think>a < b</think>{"a":1}'],
    refuses: ['<think></think>', '{"a":1}'],
  },
  {
    name: 'ambiguous values with unique items',
    tag: format({
      type: 'or',
      elements: [
        {
          type: 'json_schema',
          json_schema: { type: 'array', items: { type: 'integer' }, uniqueItems: true },
        },
        { type: 'json_schema', json_schema: { type: 'array', items: { type: 'string' } } },
        { type: 'any_text', excludes: ['x', ','] },
      ],
    }),
    takes: ['[1,2]', '["a","a"]', '[1'],
    refuses: ['x', '[1,1]', '[1,2,"a"]'],
  },
  {
    name: 'the older form',
    tag: { structures: [{ begin: '<f=a>', schema: { type: 'integer' }, end: '</f>' }], triggers: ['<f='] },
    takes: ['hi', 'hi <f=a>1</f> x'],
    refuses: ['<f=c>', '<f=a>"x"</f>', '<f=a>1'],
  },
];

describe('structural tags', () => {
  for (const { name, tag, takes, refuses } of CASES) {
    test(name, () => {
      const vocabulary = smallVocabulary();
      const grammar = compile({ structuralTag: tag });
      assert.deepEqual(
        takes.filter((t) => !accepts(grammar, vocabulary, t)),
        [],
      );
      assert.deepEqual(
        refuses.filter((t) => accepts(grammar, vocabulary, t)),
        [],
      );
    });
  }

  test('mistakes are named with their place', () => {
    const pointer = (tag: unknown) => {
      try {
        compile({ structuralTag: tag });
        return null;
      } catch (error) {
        assert.ok(error instanceof ConstraintError);
        return `${error.kind} ${error.pointer}`;
      }
    };
    assert.equal(pointer({}), 'invalid ');
    assert.equal(pointer(format({ type: 'telepathy' })), 'unsupported /format');
    assert.equal(
      pointer(format({ type: 'sequence', elements: [{ type: 'const_string' }] })),
      'invalid /format/elements/0/value',
    );
    assert.equal(
      pointer(
        format({
          type: 'triggered_tags',
          triggers: ['<'],
          tags: [{ begin: '[', content: integer, end: ']' }],
        }),
      ),
      'invalid /format/tags/0/begin',
    );
    assert.equal(pointer(format({ type: 'json_schema', json_schema: { type: 'text' } })), 'invalid ');
    const grammar = { type: 'grammar', syntax: 'peg', grammar: 'x <- y' };
    assert.equal(pointer(format(grammar)), 'invalid /format/syntax');
  });
});
