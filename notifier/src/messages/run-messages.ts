import { toTime, type Mode, type PortfolioSettings } from '@heliograph/contracts';
import { compose } from './compose.ts';
import type { Message } from './message.ts';
import { label } from './portfolio.ts';
import { settingsLines } from './settings.ts';
import { bold, line } from './text.ts';

/** What a process has begun to do. */
export interface StartedRun {
  readonly version: string;
  readonly mode: Mode;
  /** What there is to say beside the settings: `Strategy: sma-cross`. */
  readonly facts: readonly (readonly [name: string, text: string])[];
  readonly portfolios: readonly {
    readonly name: string;
    readonly settings: PortfolioSettings;
    readonly currency: string;
  }[];
}

/** Trading begins, by these settings. `nowMs` is the wall clock. */
export function startedMessage(
  { version, mode, facts, portfolios }: StartedRun,
  nowMs: number,
): Message {
  const id = `started ${nowMs}`;
  return compose(
    {
      severity: 'info',
      emoji: '▶️',
      title: `${label({ name: mode, mode })} Heliograph ${version} has started`,
      lines: [
        ...facts.map(([name, text]) => line`${name}: ${text}`),
        ...portfolios.flatMap(({ name, settings, currency }) => [
          line`${bold(name)}`,
          ...settingsLines(settings, currency),
        ]),
      ],
    },
    { id, time: toTime(nowMs), correlationid: id },
  );
}

/** Nothing is traded any more until the next start. */
export function stoppedMessage(
  { mode, reason }: { readonly mode: Mode; readonly reason: string },
  nowMs: number,
): Message {
  const id = `stopped ${nowMs}`;
  return compose(
    {
      severity: 'warning',
      emoji: '⏹',
      title: `${label({ name: mode, mode })} Heliograph has stopped`,
      lines: [line`${reason}`, line`The next start goes on from here`],
    },
    { id, time: toTime(nowMs), correlationid: id },
  );
}
