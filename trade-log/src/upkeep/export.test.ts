import { anExitSignal, aCandleEvent, aSignal } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { exportText } from './export-format.ts';
import {
  exportKinds,
  exportRows,
  type Export,
  type ExportFilter,
  type ExportKind,
} from './export-log.ts';
import { createJournal, startMs } from '../testing/history.ts';
import { openLogWith } from '../testing/log-with.ts';

const entry = aSignal();
const exit = anExitSignal({ time: '2026-01-05T00:05:00.000Z' });
const eth = aSignal({ data: { symbol: 'ETH/USDT' } });

function openFilled() {
  const [paper, other] = [createJournal('paper'), createJournal('other')];
  return openLogWith({
    candles: [
      ...[0, 1, 2].map((at) => aCandleEvent({ at })),
      aCandleEvent({ at: 1 }, { tape: 'tape-1' }),
    ],
    signals: [entry, exit, eth],
    journal: [
      paper.opened(),
      other.opened('tape-1'),
      paper.intended(entry),
      paper.filled(entry),
      paper.positionChanged(entry, '1', '900'),
      paper.skipped(eth),
      paper.closed(entry, exit, '-1.5'),
      paper.valued(7, '1000'),
      other.skipped(entry),
    ],
  });
}

function jsonRows(kind: ExportKind, filter?: ExportFilter): Record<string, unknown>[] {
  using memory = openFilled();
  const text = [...exportText(exportRows(memory.database, kind, filter), 'jsonl')].join('');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

test.each(exportKinds)('%s come as rows with the same columns in both formats', (kind) => {
  using memory = openFilled();
  const csv = [...exportText(exportRows(memory.database, kind), 'csv')].join('').split('\n');
  const rows = jsonRows(kind);
  expect(rows.length).toBeGreaterThan(0);
  expect(csv).toHaveLength(rows.length + 2);
  expect(csv[0]?.split(',')).toEqual(Object.keys(rows[0] ?? {}));
});

test('events keep their bytes', () => {
  using memory = openFilled();
  const bodies = memory.database.prepare('SELECT body FROM events ORDER BY stream_id, sequence');
  expect(jsonRows('events').map(({ body }) => body)).toEqual(bodies.pluck().all());
});

test('what is JSON is JSON in JSON', () => {
  expect(jsonRows('orders')[0]).toMatchObject({
    size: { kind: 'base', quantity: '1' },
    protection: null,
  });
});

test.each<[ExportKind, ExportFilter, number]>([
  ['events', { portfolio: 'other' }, 2],
  ['events', { symbol: 'ETH/USDT' }, 2],
  ['skips', {}, 2],
  ['skips', { portfolio: 'paper' }, 1],
  ['signals', { portfolio: 'paper' }, 3],
  ['signals', { portfolio: 'other' }, 0],
  ['signals', { symbol: 'ETH/USDT' }, 1],
  ['candles', { portfolio: 'paper' }, 3],
  ['candles', { portfolio: 'other' }, 1],
  ['candles', { from: startMs + 120_000, to: startMs + 180_000 }, 2],
  ['trades', { from: startMs + 999_000_000 }, 0],
  ['orders', { portfolio: 'nobody' }, 0],
])('%s filtered by %j are %d', (kind, filter, count) => {
  expect(jsonRows(kind, filter)).toHaveLength(count);
});

function textOf(values: readonly (string | number | null)[]): string {
  const columns = values.map((_, at) => `c${at}`);
  const rows: Export = { columns, json: new Set(), rows: [values][Symbol.iterator]() };
  return [...exportText(rows, 'csv')].join('').split('\n').slice(1).join('\n');
}

test('CSV quotes what has to be quoted', () => {
  expect(textOf(['a,b', 'say "hi"', 'two\nlines', null, 1.5, 'plain'])).toBe(
    '"a,b","say ""hi""","two\nlines",,1.5,plain\n',
  );
});

test('CSV computes nothing in a spreadsheet', () => {
  expect(textOf(['=1+1', '+x', '@cmd', '-2+3', '\tx'])).toBe("'=1+1,'+x,'@cmd,'-2+3,'\tx\n");
  expect(textOf(['-1.5', '+3', '-0.00000001', -7]), 'numbers are left').toBe(
    '-1.5,+3,-0.00000001,-7\n',
  );
});

test('a big export comes in small pieces, and tells how far it is', () => {
  const rows = Array.from({ length: 50_000 }, (_, at) => [String(at), 'x'.repeat(20)]);
  const heard: number[] = [];
  const source: Export = { columns: ['a', 'b'], json: new Set(), rows: rows[Symbol.iterator]() };
  const pieces = [...exportText(source, 'jsonl', (count) => heard.push(count))];
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(70_000);
  expect(pieces.join('').split('\n')).toHaveLength(50_001);
  expect(heard.at(-1)).toBe(50_000);
});
