import { toTime, type TradingState } from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import { listPortfolios } from '@heliograph/execution';
import type { Control } from '@heliograph/notifier';
import { closeEverything } from './close-everything.ts';
import { cancelEntries } from './cancel-entries.ts';
import { closePositions, closingsOf, type Closed } from './close-positions.ts';
import { readView } from './portfolio-view.ts';
import { selectPortfolios, type Selection } from './select-portfolios.ts';
import { changeTradingState } from './trading-state.ts';

const stateWithinMs = 5_000;
const closedWithinMs = 30_000;

/** What the commands of the terminal do, for whoever gives them elsewhere. */
export function controlOf({
  bus,
  heartbeats,
  logs,
  version,
}: { readonly bus: Bus } & Pick<Control, 'heartbeats' | 'logs' | 'version'>): Control {
  const select = async (portfolio: string): Promise<Selection> =>
    selectPortfolios(await listPortfolios(bus), portfolio);
  const change = async (
    state: TradingState,
    { portfolio, reason, author }: { portfolio: string; reason: string; author: string },
  ) =>
    changeTradingState(bus, await select(portfolio), {
      state,
      reason,
      author,
      waitMs: stateWithinMs,
    });

  return {
    heartbeats,
    logs,
    version,
    change,
    async close({ portfolio, author, key }, symbols) {
      const { open } = await select(portfolio);
      const views = await Promise.all(open.map((listed) => readView(bus, listed)));
      const closings = closingsOf(views).filter(
        ({ position }) => symbols === 'all' || symbols.includes(position.symbol),
      );
      const closed = await closePositions(bus, closings, {
        reason: `closed by ${author} at ${toTime(Date.now())}`,
        waitMs: closedWithinMs,
        command: key,
      });
      return closed.map(told);
    },
    async panic({ portfolio, author, key }) {
      await change('HALTED', { portfolio, author, reason: 'panic' });
      const { open } = await select(portfolio);
      const { closed, entries, held, unread } = await closeEverything(bus, open, {
        reason: `panic by ${author}`,
        waitMs: closedWithinMs,
        command: key,
      });
      return {
        closed: closed.map(told),
        left: [
          ...unread.map(({ why }) => `nothing is closed of ${why}`),
          ...entries.map(
            ({ portfolio: name, symbol, side, orderId }) =>
              `${name}: ${orderId}, which enters ${symbol} (${side}), is not taken back yet`,
          ),
          ...held.map(
            ({ portfolio: name, symbol, side, quantity }) =>
              `${name}: ${side} ${quantity} ${symbol} came late: close it again`,
          ),
        ],
      };
    },
    async cancel({ portfolio, author, key }, symbol) {
      const { open } = await select(portfolio);
      const views = await Promise.all(open.map((listed) => readView(bus, listed)));
      return cancelEntries(bus, views, { symbol, author, command: key });
    },
  };
}

function told({ portfolio, symbol, side, quantity, status, left, price, reason, detail }: Closed) {
  return {
    portfolio,
    symbol,
    side,
    quantity,
    status,
    left,
    ...(price !== undefined && { price }),
    ...(reason !== undefined && { reason }),
    ...(detail !== undefined && { detail }),
  };
}
