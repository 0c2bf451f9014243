import type { Bus } from '@heliograph/contracts/bus';
import { createSilentLogger, type Service } from '@heliograph/contracts/service';
import { someSettings } from '@heliograph/contracts/testing';
import { startExecution } from '@heliograph/execution';

/** A worker for the portfolio `paper` that pays no fees and logs nothing, changed as told. */
export function startPaperWorker(
  bus: Bus,
  change: Partial<Parameters<typeof startExecution>[0]> = {},
): Service {
  return startExecution({
    bus,
    portfolio: 'paper',
    mode: 'paper',
    settings: someSettings({ feeBps: '0' }),
    worker: 'one',
    log: createSilentLogger(),
    ...change,
  });
}
