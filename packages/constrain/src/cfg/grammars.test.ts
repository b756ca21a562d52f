import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Constraint, compile } from '../compile.ts';
import { ConstraintError } from '../errors.ts';
import { accepts, allowedIds, seeded, walk } from '../testing/texts.ts';
import { smallVocabulary } from '../testing/vocabulary.ts';

type Case = { name: string; constraint: Constraint; takes: string[]; refuses: string[] };

const gbnf = (grammar: string): Constraint => ({ grammar, syntax: 'gbnf' });
const lark = (grammar: string): Constraint => ({ grammar, syntax: 'lark' });

const CASES: Case[] = [
  {
    name: 'regular expression',
    constraint: { regex: 'a{2,1000000}b' },
    takes: ['aab', 'aaaaaab'],
    refuses: ['ab', 'aa', 'xaab'],
  },
  {
    name: 'anchors in a whole match',
    constraint: { regex: '^(?:a|é)+$' },
    takes: ['aéa'],
    refuses: ['', 'b'],
  },
  {
    name: 'choice',
    constraint: { choice: ['yes', 'no', 'yes, but'] },
    takes: ['yes', 'no', 'yes, but'],
    refuses: ['y', 'yes,', 'yesno'],
  },
  {
    name: 'recursion',
    constraint: gbnf('root ::= expr\nexpr ::= term (" + " term)*\nterm ::= [0-9]+ | "(" expr ")"'),
    takes: ['1', '1 + 2', '(1 + (2 + 3))'],
    refuses: ['1 +', '(1', '()'],
  },
  {
    name: 'left recursion',
    constraint: gbnf('root ::= root "a" | "b"\n'),
    takes: ['b', 'baaa'],
    refuses: ['a', '', 'ab'],
  },
  {
    name: 'hidden left recursion',
    constraint: gbnf('root ::= opt root "a" | "b"\nopt ::= "x"?'),
    takes: ['b', 'xba', 'xxbaa'],
    refuses: ['xb', 'a'],
  },
  {
    name: 'right recursion',
    constraint: gbnf('root ::= "a" root | "b" # the end\n'),
    takes: ['b', `${'a'.repeat(300)}b`],
    refuses: ['a', 'ba'],
  },
  {
    name: 'rules that match nothing',
    constraint: gbnf('root ::= x*\nx ::= "(" x* ")"'),
    takes: ['', '()', '(())()'],
    refuses: ['(', ')'],
  },
  {
    name: 'ambiguity',
    constraint: gbnf('root ::= root root | "a"'),
    takes: ['a', 'aaaaaaa'],
    refuses: ['', 'b'],
  },
  {
    name: 'classes and escapes',
    constraint: gbnf('root ::= [^"\\\\\\x00-\\x1F] "\\n" [\\u00e9-ü] [a-c\\]]{2,3} .'),
    takes: ['x\néab]', 'x\nüabc😀'],
    refuses: ['"\néabx', 'x\néa'],
  },
  {
    name: 'not regular',
    constraint: gbnf('root ::= "a" root "b" | ""'),
    takes: ['', 'aabb'],
    refuses: ['aab', 'abb'],
  },
  {
    name: 'Lark with ignored space',
    constraint: lark(
      'start: NAME "=" (NUMBER | list)\nlist: "[" [NUMBER ("," NUMBER)*] "]"\nNAME: /[a-z]+/\n%import common.NUMBER\n%import common.WS\n%ignore WS\n',
    ),
    takes: ['a=1', ' a = [ 1 , 2 ] ', 'ab=[]'],
    refuses: ['=1', 'a=[1,]', 'a b=1'],
  },
  {
    name: 'Lark strings, ranges and counts',
    constraint: lark('start: "if"i cond -> test\n// comment\ncond: "x".."z" ~ 2..3\n    | "("\n'),
    takes: ['ifxy', 'IFxyz', 'if('],
    refuses: ['ifx', 'ifxyza'],
  },
  {
    name: 'Lark with a schema',
    constraint: lark('start: "f(" %json {"type":"integer"} ")"\n'),
    takes: ['f(12)', 'f(-3)'],
    refuses: ['f()', 'f(1.5)'],
  },
  {
    name: 'Lark terminals of terminals',
    constraint: lark('start: DATE\nDATE: Y "-" D\nY: /[0-9]{4}/\nD: "0".."9" ~ 2\n'),
    takes: ['2024-01'],
    refuses: ['2024 -01', '24-01'],
  },
  {
    name: 'any JSON object',
    constraint: { json: true },
    takes: ['{}', '{"a":[1,{"b":null}]}', '{ "a": 1}', '{\n  "a": 1\n}'],
    refuses: ['[]', '{"a"}', '{"a":1,}', '{}x'],
  },
];

describe('grammars', () => {
  for (const { name, constraint, takes, refuses } of CASES) {
    test(name, () => {
      const vocabulary = smallVocabulary();
      const grammar = compile(constraint);
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

  test('masks lead to texts of the grammar, without dead ends', () => {
    const vocabulary = smallVocabulary();
    for (const { name, constraint } of CASES) {
      const grammar = compile(constraint);
      for (let seed = 0; seed < 5; seed++) {
        const { bytes, complete, deadEnd } = walk(grammar.start(vocabulary), vocabulary, seeded(seed), 10);
        assert.ok(!deadEnd, name);
        if (complete) assert.ok(accepts(grammar, vocabulary, new TextDecoder().decode(bytes)), name);
      }
    }
  });

  test('a list of a thousand items does not pile up work', () => {
    const vocabulary = smallVocabulary();
    for (const rule of ['root ::= "a" ("," root)?', 'root ::= (root ",")? "a"', 'root ::= "a" ("," "a")*']) {
      const state = compile(gbnf(rule), { maskFuel: 20_000 }).start(vocabulary);
      for (let i = 0; i < 1000; i++) {
        assert.ok(state.advance('a'.charCodeAt(0)));
        assert.ok(allowedIds(state.mask()).includes(','.charCodeAt(0)));
        assert.ok(state.complete && state.advance(','.charCodeAt(0)));
      }
    }
  });
});

describe('mistakes in grammars', () => {
  const refusal = (constraint: Constraint) => {
    try {
      compile(constraint);
      return null;
    } catch (error) {
      assert.ok(error instanceof ConstraintError);
      return { kind: error.kind, pointer: error.pointer };
    }
  };

  test('are named with line and column', () => {
    assert.deepEqual(refusal(gbnf('root ::= a\nb ::= "x"')), { kind: 'invalid', pointer: '1:10' });
    assert.deepEqual(refusal(gbnf('root ::= "x')), { kind: 'invalid', pointer: '1:12' });
    assert.equal(refusal(gbnf('start ::= "x"'))?.kind, 'invalid');
    assert.equal(refusal(gbnf('root ::= ("x"'))?.kind, 'invalid');
    assert.equal(refusal(lark('start: x'))?.kind, 'invalid');
    assert.equal(refusal(lark('start: a{b}\n'))?.kind, 'unsupported');
    assert.equal(refusal({ regex: '(' })?.kind, 'invalid');
    assert.equal(refusal({ choice: [] })?.kind, 'invalid');
  });

  test('recursion for ever, nesting and size end in an error', () => {
    assert.equal(refusal(gbnf('root ::= root'))?.kind, 'invalid');
    assert.equal(refusal(gbnf('root ::= "a" root'))?.kind, 'invalid');
    assert.equal(refusal(gbnf(`root ::= ${'('.repeat(5000)}"a"${')'.repeat(5000)}`))?.kind, 'invalid');
    assert.equal(refusal(gbnf('root ::= (root2){100000}\nroot2 ::= "(" root2? ")"'))?.kind, 'limit');
  });
});
