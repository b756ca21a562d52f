import type { LedgerRow } from '../../core/ledger.ts';
import { big, integer, json, optionalInteger, optionalText, text } from '../sql/column.ts';
import type { SqlRow, SqlValue } from '../sql/sql.ts';
import type { RecordedRow } from './recorded-row.ts';

type Column = readonly [name: string, value: (row: LedgerRow, rowId: string) => SqlValue];

const COLUMNS: readonly Column[] = [
  ['row_id', (_, rowId) => rowId],
  ['id', (row) => row.id],
  ['key_id', (row) => row.keyId],
  ['user_id', (row) => row.userId ?? null],
  ['team_id', (row) => row.teamId ?? null],
  ['started_at', (row) => row.startedAt],
  ['finished_at', (row) => row.finishedAt],
  ['model', (row) => row.model],
  ['target', (row) => row.target ?? null],
  ['prompt_tokens', (row) => row.usage.promptTokens],
  ['cached_tokens', (row) => row.usage.cachedTokens],
  ['completion_tokens', (row) => row.usage.completionTokens],
  ['reasoning_tokens', (row) => row.usage.reasoningTokens],
  ['accepted_prediction_tokens', (row) => row.usage.acceptedPredictionTokens ?? null],
  ['rejected_prediction_tokens', (row) => row.usage.rejectedPredictionTokens ?? null],
  ['estimated', (row) => (row.estimated ? 1 : 0)],
  ['cost', (row) => row.cost],
  ['timing', (row) => (row.timing === undefined ? null : JSON.stringify(row.timing))],
  ['outcome', (row) => row.outcome],
  ['status', (row) => row.status],
  ['error_code', (row) => row.errorCode ?? null],
  ['attempts', (row) => JSON.stringify(row.attempts)],
  ['streamed', (row) => (row.streamed ? 1 : 0)],
];

export const ROW_COLUMNS = COLUMNS.map(([name]) => name).join(', ');

export function toColumns({ row, rowId }: RecordedRow): SqlValue[] {
  return COLUMNS.map(([, value]) => value(row, rowId));
}

/** Only `toColumns` writes these columns. */
export function fromColumns(row: SqlRow): LedgerRow {
  const accepted = optionalInteger(row, 'accepted_prediction_tokens');
  const rejected = optionalInteger(row, 'rejected_prediction_tokens');
  return {
    id: text(row, 'id'),
    keyId: text(row, 'key_id'),
    userId: optionalText(row, 'user_id'),
    teamId: optionalText(row, 'team_id'),
    startedAt: integer(row, 'started_at'),
    finishedAt: integer(row, 'finished_at'),
    model: text(row, 'model'),
    target: optionalText(row, 'target'),
    usage: {
      promptTokens: integer(row, 'prompt_tokens'),
      cachedTokens: integer(row, 'cached_tokens'),
      completionTokens: integer(row, 'completion_tokens'),
      reasoningTokens: integer(row, 'reasoning_tokens'),
      ...(accepted !== undefined && { acceptedPredictionTokens: accepted }),
      ...(rejected !== undefined && { rejectedPredictionTokens: rejected }),
    },
    estimated: integer(row, 'estimated') === 1,
    cost: big(row, 'cost'),
    timing: row.timing === null ? undefined : json<LedgerRow['timing']>(row, 'timing'),
    outcome: text(row, 'outcome') as LedgerRow['outcome'],
    status: integer(row, 'status'),
    errorCode: optionalText(row, 'error_code'),
    attempts: json<LedgerRow['attempts']>(row, 'attempts'),
    streamed: integer(row, 'streamed') === 1,
  };
}
