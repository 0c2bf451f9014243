import {
  earliestMs,
  PermanentError,
  toMs,
  UserError,
  type EventId,
  type JournalEvent,
  type JournalEventOf,
} from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import { createPortfolioReader, type ListedPortfolio, type Portfolio } from '@heliograph/execution';

type DataOf<T extends JournalEvent['type']> = JournalEventOf<T>['data'];

/** A position as the journal tells it. */
export interface HeldPosition extends Omit<
  DataOf<'position_changed'>,
  'side' | 'cash' | 'orderId'
> {
  readonly side: 'long' | 'short';
  readonly correlationId: EventId;
}

/** What a journal says that is of use to whoever looks at a portfolio. */
export interface PortfolioView {
  readonly opened?: DataOf<'portfolio_opened'>;
  readonly tradingState?: DataOf<'trading_state_changed'> & { readonly time: string };
  /** What it was worth when it was last valued or drawn up. */
  readonly valued?: { readonly time: string; readonly equity: string };
  /** The last price that the journal has seen, by instrument. */
  readonly prices: ReadonlyMap<string, string>;
  readonly positions: ReadonlyMap<string, HeldPosition>;
  readonly reconciled?: DataOf<'reconciliation_reported'> & { readonly time: string };
  readonly incidents: readonly (DataOf<'incident_reported'> & { readonly time: string })[];
  /** When each order was written down. */
  readonly intendedMs: ReadonlyMap<string, number>;
  /** The latest event time, epoch ms: as far as is known the time of its tape. */
  readonly timeMs: number;
  /** Who wrote the last event, and when. */
  readonly last?: { readonly source: string; readonly recordedtime: string };
}

export const emptyView: PortfolioView = {
  prices: new Map(),
  positions: new Map(),
  incidents: [],
  intendedMs: new Map(),
  timeMs: earliestMs,
};

/** A journal can tell of many incidents; a person looks at the last. */
const keptIncidents = 100;

export function instrumentOf({ venue, symbol }: { venue: string; symbol: string }): string {
  return `${venue} ${symbol}`;
}

/** The view after one more event. */
export function viewAfter(before: PortfolioView, event: JournalEvent): PortfolioView {
  const { source, recordedtime, time } = event;
  const view = {
    ...before,
    timeMs: Math.max(before.timeMs, toMs(time)),
    last: { source, recordedtime },
  };
  switch (event.type) {
    case 'portfolio_opened':
      return { ...view, opened: event.data };
    case 'trading_state_changed':
      return { ...view, tradingState: { ...event.data, time: recordedtime } };
    case 'portfolio_valued':
    case 'portfolio_marked':
      return {
        ...view,
        valued: { time, equity: event.data.equity },
        prices: changed(
          view.prices,
          event.data.positions.map((position) => [instrumentOf(position), position.price]),
        ),
      };
    case 'order_filled':
      return {
        ...view,
        prices: changed(view.prices, [[instrumentOf(event.data), event.data.price]]),
        ...(event.data.complete && { intendedMs: without(view.intendedMs, event.data.orderId) }),
      };
    case 'position_changed':
      return { ...view, positions: positionsAfter(view.positions, event) };
    case 'order_intended':
      return {
        ...view,
        intendedMs: changed(view.intendedMs, [[event.data.orderId, toMs(recordedtime)]]),
      };
    case 'order_rejected':
    case 'order_cancelled':
      return { ...view, intendedMs: without(view.intendedMs, event.data.orderId) };
    case 'reconciliation_reported':
      return { ...view, reconciled: { ...event.data, time: recordedtime } };
    case 'incident_reported':
      return {
        ...view,
        incidents: [...view.incidents, { ...event.data, time: recordedtime }].slice(-keptIncidents),
      };
    default:
      return view;
  }
}

function positionsAfter(
  positions: PortfolioView['positions'],
  { data, correlationid }: JournalEventOf<'position_changed'>,
): PortfolioView['positions'] {
  const { side, venue, symbol, quantity, averageEntryPrice, realisedPnl } = data;
  const key = instrumentOf(data);
  if (side === 'flat') return without(positions, key);
  const former = positions.get(key);
  // A position that turned about is another one.
  const correlationId = former?.side === side ? former.correlationId : correlationid;
  const held = { venue, symbol, side, quantity, averageEntryPrice, realisedPnl, correlationId };
  return changed(positions, [[key, held]]);
}

function changed<Value>(
  map: ReadonlyMap<string, Value>,
  entries: readonly (readonly [string, Value])[],
): ReadonlyMap<string, Value> {
  return new Map([...map, ...entries]);
}

function without<Value>(map: ReadonlyMap<string, Value>, key: string): ReadonlyMap<string, Value> {
  return new Map([...map].filter(([name]) => name !== key));
}

/** A portfolio with all that its journal says, up to that place in the journal. */
export interface ReadView extends ListedPortfolio {
  readonly portfolio: Portfolio;
  readonly view: PortfolioView;
  readonly sequence: number;
}

/** Reads a portfolio's journal once, for everything that is asked of it. */
export function readView(bus: Bus, listed: ListedPortfolio): Promise<ReadView> {
  return createViewReader(bus, listed)();
}

/**
 * The same for whoever looks again and again: only what is new is read. The portfolio in it goes along with the next look.
 * A look rejects with a UserError where the journal cannot be read.
 */
export function createViewReader(bus: Bus, listed: ListedPortfolio): () => Promise<ReadView> {
  let view = emptyView;
  let sequence = 0;
  const read = createPortfolioReader(bus, listed.name, (event, at) => {
    view = viewAfter(view, event);
    sequence = at;
  });
  return async () => {
    try {
      const portfolio = await read();
      return { ...listed, portfolio, view, sequence };
    } catch (cause) {
      if (!(cause instanceof PermanentError)) throw cause;
      throw new UserError(
        `${listed.name}: its journal cannot be read behind stream sequence ${sequence} (${cause.message}): use the version that wrote it, or put the stream back from a backup`,
        { cause },
      );
    }
  };
}

/** A portfolio whose journal cannot be read here, and why. */
export interface Unread {
  readonly portfolio: string;
  readonly why: string;
}

/** Every portfolio by itself: one that cannot be read keeps nothing from the others. */
export function createViewsReader(
  bus: Bus,
  portfolios: readonly ListedPortfolio[],
): () => Promise<{ readonly views: readonly ReadView[]; readonly unread: readonly Unread[] }> {
  const readers = portfolios.map(({ name, ...rest }) => ({
    name,
    look: createViewReader(bus, { name, ...rest }),
  }));
  return async () => {
    const looks = await Promise.all(
      readers.map(async ({ name, look }) => {
        try {
          return { views: [await look()], unread: [] };
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
          return { views: [], unread: [{ portfolio: name, why: error.message }] };
        }
      }),
    );
    return {
      views: looks.flatMap(({ views }) => views),
      unread: looks.flatMap(({ unread }) => unread),
    };
  };
}
