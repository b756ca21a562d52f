import type { Algebra } from './algebra.ts';
import { canonicalText, constantsTerm, constantTerm } from './constant.ts';
import type { Term } from './term.ts';

/** Which of a shape's excluded values, by index, the text so far may still become. */
export type Rivals = readonly number[];

/** Values of the next part that satisfy the term leave these rivals; `text`: the only such value, where there are any. */
export type Split = { term: Term; rivals: Rivals; text: string | null };

/**
 * Tells the values of a part apart by the rivals that they leave: first all those that leave none, then each of the
 * rivals' own values.
 */
export function splitByRivals(
  algebra: Algebra,
  parts: readonly { rival: number; value: unknown }[],
): Split[] {
  const { terms } = algebra;
  if (parts.length === 0) return [{ term: terms.true, rivals: [], text: null }];
  const byText = new Map<string, { value: unknown; rivals: number[] }>();
  for (const { rival, value } of parts) {
    const text = canonicalText(value);
    const known = byText.get(text);
    if (known) known.rivals.push(rival);
    else byText.set(text, { value, rivals: [rival] });
  }
  const groups = [...byText].map(([text, group]) => ({ text, ...group }));
  const all = constantsTerm(
    algebra,
    groups.map((g) => g.value),
  );
  const own = groups.map(({ text, value, rivals }) => ({ term: constantTerm(algebra, value), rivals, text }));
  return [{ term: terms.not(all), rivals: [], text: null }, ...own];
}
