import type { Failure } from './failure.ts';
import type { SqliteOptions } from './sqlite-database.ts';
import type { Tables } from './tables.ts';

export type ThreadData = SqliteOptions;

export interface Call {
  readonly id: number;
  readonly table: keyof Tables;
  readonly method: string;
  readonly args: readonly unknown[];
}

export type ToThread = Call | 'close';

export type FromThread =
  | { readonly kind: 'open' }
  | { readonly kind: 'not-open'; readonly failure: Failure }
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly failure: Failure };
