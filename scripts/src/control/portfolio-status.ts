import { Big, toMs } from '@heliograph/contracts';
import { type HeldPosition, type ReadView } from './portfolio-view.ts';
import { isMeant } from './select-portfolios.ts';
import { keptState, type KeptState, type TradingStates } from './trading-state.ts';

const recentMs = 86_400_000;

/** Everything about a portfolio that `status` tells, as `--json` prints it. */
export interface PortfolioStatus {
  readonly portfolio: string;
  readonly mode: string | null;
  readonly tape: string;
  readonly status: 'open' | 'marked';
  readonly currency: string | null;
  readonly tradingState: {
    readonly state: string;
    readonly reason: string | null;
    readonly author: string | null;
    readonly since: string | null;
    /** What is kept for the workers, where they have not followed it. */
    readonly wanted: KeptState | null;
    /** Whether what is kept makes no sense: workers enter nothing until somebody says anew what is wanted. */
    readonly unreadable: boolean;
  };
  readonly cash: string;
  readonly equity: string;
  /** Where the equity is from: cash alone, the positions at their last valuation, or at what they cost. */
  readonly equityFrom: 'cash' | 'valued' | 'cost';
  readonly equityTime: string | null;
  readonly positions: readonly HeldPosition[];
  readonly orders: readonly OpenOrder[];
  readonly incidents: readonly {
    readonly time: string;
    readonly kind: string;
    readonly severity: string;
    readonly detail: string;
  }[];
  readonly reconciliation: {
    readonly time: string;
    readonly checked: number;
    readonly differences: readonly string[];
  } | null;
  /** Who wrote the last event of the journal. */
  readonly lastEvent: { readonly time: string; readonly source: string } | null;
}

interface OpenOrder {
  readonly orderId: string;
  readonly venue: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  /** Whether it enters, leaves or protects. */
  readonly role: string;
  readonly type: string;
  /** The limit, or else the stop. */
  readonly price: string | null;
  readonly status: string;
  /** Since it was written down, ms. */
  readonly ageMs: number | null;
}

export function portfolioStatus(
  { name, tape, status, portfolio, view }: ReadView,
  {
    kept,
    unreadable = [],
    nowMs,
  }: { kept: TradingStates; unreadable?: readonly string[]; nowMs: number },
): PortfolioStatus {
  const { tradingState, reconciled, last } = view;
  const { cash } = portfolio;
  const positions = [...view.positions.values()];
  return {
    portfolio: name,
    mode: view.opened?.mode ?? null,
    tape,
    status,
    currency: view.opened?.currency ?? null,
    tradingState: {
      state: tradingState?.to ?? 'ACTIVE',
      reason: tradingState?.reason ?? null,
      author: tradingState?.author ?? null,
      since: tradingState?.time ?? null,
      wanted: wantedState({ name, tape, status }, tradingState?.to ?? 'ACTIVE', kept),
      unreadable: unreadable.some((key) => isMeant({ name, tape }, key)),
    },
    cash: cash.toFixed(),
    ...equityOf(cash, positions, view.valued),
    positions,
    orders: [...portfolio.orders.values()].map((order) => {
      const { id, venue, symbol, side, role, type, status } = order;
      const price = order.limitPrice ?? order.stopPrice ?? null;
      const sinceMs = view.intendedMs.get(id);
      const ageMs = sinceMs === undefined ? null : Math.max(0, nowMs - sinceMs);
      return { orderId: id, venue, symbol, side, role, type, price, status, ageMs };
    }),
    incidents: view.incidents
      .filter(({ time }) => nowMs - toMs(time) < recentMs)
      .map(({ time, kind, severity, detail }) => ({ time, kind, severity, detail })),
    reconciliation: reconciled
      ? {
          time: reconciled.time,
          checked: reconciled.checked + (reconciled.positionsChecked ?? 0),
          differences: reconciled.differences.map(({ found }) => found),
        }
      : null,
    lastEvent: last ? { time: last.recordedtime, source: last.source } : null,
  };
}

function wantedState(
  listed: Pick<ReadView, 'name' | 'tape' | 'status'>,
  state: string,
  kept: TradingStates,
): KeptState | null {
  if (listed.status === 'marked') return null;
  const latest = keptState(kept, listed);
  return latest && latest.state !== state ? latest : null;
}

function equityOf(
  cash: Big,
  positions: readonly HeldPosition[],
  valued: { readonly time: string; readonly equity: string } | undefined,
): Pick<PortfolioStatus, 'equity' | 'equityFrom' | 'equityTime'> {
  if (positions.length === 0)
    return { equity: cash.toFixed(), equityFrom: 'cash', equityTime: null };
  if (valued) return { equity: valued.equity, equityFrom: 'valued', equityTime: valued.time };
  const atCost = positions.reduce((sum, { side, quantity, averageEntryPrice }) => {
    const cost = new Big(quantity).times(averageEntryPrice);
    return side === 'long' ? sum.plus(cost) : sum.minus(cost);
  }, cash);
  return { equity: atCost.toFixed(), equityFrom: 'cost', equityTime: null };
}
