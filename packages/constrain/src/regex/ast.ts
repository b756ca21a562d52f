import type { CharSet } from './charset.ts';

/** What an ECMA-262 pattern says, before anchors and look-around are resolved. */
export type Ast =
  | { t: 'set'; set: CharSet }
  | { t: 'cat'; items: Ast[] }
  | { t: 'alt'; items: Ast[] }
  | { t: 'rep'; body: Ast; min: number; max: number }
  | { t: 'begin' }
  | { t: 'end' }
  | { t: 'look'; ahead: boolean; negate: boolean; body: Ast }
  | { t: 'boundary'; negate: boolean };

/** Without anchors, look-around and word boundaries: a language that does not depend on its surroundings. */
export function isPure(ast: Ast): boolean {
  switch (ast.t) {
    case 'set':
      return true;
    case 'cat':
    case 'alt':
      return ast.items.every(isPure);
    case 'rep':
      return isPure(ast.body);
    default:
      return false;
  }
}

export function canBeEmpty(ast: Ast): boolean {
  switch (ast.t) {
    case 'set':
      return false;
    case 'cat':
      return ast.items.every(canBeEmpty);
    case 'alt':
      return ast.items.some(canBeEmpty);
    case 'rep':
      return ast.min === 0 || canBeEmpty(ast.body);
    default:
      return true;
  }
}

export function isZeroWidth(ast: Ast): boolean {
  switch (ast.t) {
    case 'set':
      return false;
    case 'cat':
    case 'alt':
      return ast.items.every(isZeroWidth);
    case 'rep':
      return ast.max === 0 || isZeroWidth(ast.body);
    default:
      return true;
  }
}
