import { join } from 'node:path';
import { openDatabase, readRecording } from '@heliograph/trade-log';
import { playRecorded } from '../recorded-run.ts';
import { createSimulatedRun } from '../simulate.ts';
import { rowOf, type Measure } from './measure.ts';
import { logHistory } from './play-history.ts';
import { interleave } from './rounds.ts';
import { sampleHistory, type SampleHistory } from './sample-history.ts';
import { benchSettings, simulatedSymbols } from './sample-market.ts';
import { temporaryFolder } from './temporary-folder.ts';

type Database = ReturnType<typeof openDatabase>;

/**
 * The `replay` command's own loop over a logged run in which each candle of 24 symbols makes a signal and each signal an
 * order that fills. The floor reads the same candles and signals out of the database, parses the signals' JSON, and
 * does nothing with them.
 */
export const replay: Measure = {
  name: 'replay',
  async run(context) {
    await using folder = await temporaryFolder();
    const instants = Math.max(20, Math.round(1_000 * context.scale));
    context.terminal.progress('replay: logging a run to replay');
    const history = sampleHistory({ instants, every: 1 });
    const database = openDatabase(join(folder.path, 'log.sqlite'));
    await using stack = new AsyncDisposableStack();
    stack.defer(() => void database.close());
    await logHistory(history, database);
    const { signals } = history;
    const measured = await interleave(context, {
      ours: () => rate(signals, () => playLogged(database, history)),
      floor: () => rate(signals, () => readOnly(database)),
      onRound: (round) => context.terminal.progress(`replay: round ${round}`),
    });
    return [
      rowOf({
        measure: 'replay',
        figure: 'signals replayed',
        unit: '/s',
        ...measured,
        target: { of: 'value', bound: 'at least', limit: 100_000 },
        facts: { signals, candles: instants * simulatedSymbols.length },
      }),
    ];
  },
};

/** @throws Error when not all of them were played */
function rate(signals: number, play: () => number): number {
  const startedMs = performance.now();
  const played = play();
  const elapsedMs = performance.now() - startedMs;
  if (played !== signals) throw new Error(`${played} of ${signals} signals were played`);
  return (signals / elapsedMs) * 1_000;
}

function playLogged(database: Database, { portfolio }: SampleHistory): number {
  const run = createSimulatedRun({
    portfolio,
    tape: 'bench',
    mode: 'backtest',
    settings: benchSettings,
  });
  for (const event of readRecording(database, portfolio)) playRecorded(run, event);
  run.end();
  return run.signals;
}

function readOnly(database: Database): number {
  let read = 0;
  const candles = database.prepare('SELECT * FROM candles ORDER BY close_time, sequence');
  for (const _ of candles.iterate()) read--;
  const signals = database
    .prepare<[], string>("SELECT body FROM events WHERE type = 'trade_signal' ORDER BY sequence")
    .pluck();
  const count = -read;
  for (const body of signals.iterate()) if (JSON.parse(body) !== null) read++;
  return read + count;
}
