import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus } from '@heliograph/contracts/bus';
import type { ListedPortfolio } from '@heliograph/execution';
import { isClosed, isPending } from './close-outcome.ts';
import { closePositions, closingsOf, type Closed } from './close-positions.ts';
import { entriesOf, type OpenEntry } from './open-entries.ts';
import { createViewsReader, instrumentOf, type Unread } from './portfolio-view.ts';

interface StillHeld {
  readonly portfolio: string;
  readonly venue: string;
  readonly symbol: string;
  readonly side: string;
  readonly quantity: string;
}

/** What became of all positions, and what there is besides at the end. */
export interface Everything {
  readonly closed: readonly Closed[];
  /** Entries that nobody has taken back yet: what they bring is not closed. */
  readonly entries: readonly OpenEntry[];
  /** Positions that came too late to be closed. */
  readonly held: readonly StillHeld[];
  /** Portfolios of which nobody here knows what they hold: nothing of them is closed. */
  readonly unread: readonly Unread[];
}

const lookAgainMs = 300;

/**
 * Leaves every position of portfolios that are halted, those too that entries bring while they are taken back: it goes
 * on until no entry is open any more, or the time is over.
 */
export async function closeEverything(
  bus: Bus,
  portfolios: readonly ListedPortfolio[],
  {
    reason,
    waitMs,
    command,
  }: {
    readonly reason: string;
    readonly waitMs: number;
    /** As for `closePositions`. */
    readonly command?: string;
  },
): Promise<Everything> {
  const untilMs = performance.now() + waitMs;
  const closed: Closed[] = [];
  const look = createViewsReader(bus, portfolios);
  for (let round = 0; ; round++) {
    const isFirst = round === 0;
    const { views, unread } = await look();
    const closings = closingsOf(views).filter(
      ({ held, position }) => !isGivenUp(closed, { portfolio: held.name, ...position }),
    );
    const entries = entriesOf(views);
    const isOver = !isFirst && performance.now() >= untilMs;
    if (isOver || (closings.length === 0 && (entries.length === 0 || performance.now() >= untilMs)))
      return { closed, entries, held: closings.map(stillHeld), unread };
    if (closings.length === 0) await sleep(Math.min(lookAgainMs, untilMs - performance.now()));
    else {
      const leftMs = isFirst ? waitMs : untilMs - performance.now();
      closed.push(
        ...(await closePositions(bus, closings, {
          reason,
          waitMs: leftMs,
          command: command && `${command}-${round}`,
        })),
      );
    }
  }
}

/** Whether all is closed, and nothing more can come. */
export function isAllClosed({ closed, entries, held, unread }: Everything): boolean {
  const last = new Map(closed.map((one) => [keyOf(one), one]));
  return [...last.values()].every(isClosed) && entries.length + held.length + unread.length === 0;
}

/**
 * One that was closed and is there again, of which a part was sold, or for which another order was in the way, is closed again;
 * another one is not.
 */
function isGivenUp(closed: readonly Closed[], one: Parameters<typeof keyOf>[0]): boolean {
  const last = closed.findLast((each) => keyOf(each) === keyOf(one));
  return last !== undefined && !isClosed(last) && last.status !== 'filled' && !isPending(last);
}

function stillHeld({ held, position }: ReturnType<typeof closingsOf>[number]): StillHeld {
  const { venue, symbol, side, quantity } = position;
  return { portfolio: held.name, venue, symbol, side, quantity };
}

function keyOf(one: { portfolio: string; venue: string; symbol: string }): string {
  return `${one.portfolio} ${instrumentOf(one)}`;
}
