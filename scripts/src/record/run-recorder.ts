import { Big, type Candle, type PortfolioSettings } from '@heliograph/contracts';
import type { Draft } from '@heliograph/execution';
import { createEquityMeter, type Costs, type EquityHistory } from '@heliograph/trade-log';
import type { Account, Price } from './account.ts';
import { createBuyAndHold } from './buy-and-hold.ts';
import { createExcursionMeter, type Excursion } from './excursions.ts';
import { createFillCosts } from './fill-costs.ts';

/** What a run was like, in a size that grows with its trades and days but not with its candles. */
export interface RunHistory {
  readonly equity: EquityHistory;
  readonly costs: Costs;
  /** Of each closed trade. */
  readonly excursions: readonly Excursion[];
  readonly buyAndHoldRatio: number | null;
}

/** How things stand once everything of an instant has been played. */
export interface Standing {
  /** Epoch ms. */
  readonly timeMs: number;
  /** Quote currency. */
  readonly equity: number;
  /** How far that is below its highest, as a ratio of it. */
  readonly drawdownRatio: number;
  readonly buyAndHoldRatio: number;
}

/** Somebody who draws a run: its candles, and after those of an instant how things stand. */
export interface RunObserver {
  onCandle(candle: Candle): void;
  onStanding(standing: Standing): void;
}

export interface RunRecorder {
  onEvent(event: Draft): void;
  /** Before the account sees the prices of that moment, epoch ms. */
  beforePrice(timeMs: number): void;
  afterPrice(price: Price): void;
  afterCandle(candle: Candle): void;
  /** Before the tape ends: everything has been played. */
  end(): void;
  history(): RunHistory;
}

/** Values the portfolio at each instant of the tape, when its prices and what follows from them are played. */
export function createRunRecorder({
  settings,
  account,
  observer,
}: {
  settings: Pick<PortfolioSettings, 'cash' | 'risk'>;
  account: Account;
  observer?: RunObserver | undefined;
}): RunRecorder {
  const meter = createEquityMeter(new Big(settings.cash), () => account.exactEquity());
  const excursions = createExcursionMeter();
  const costs = createFillCosts();
  const buyAndHold = createBuyAndHold(settings.risk.symbols);
  let instantMs: number | undefined;
  let isSettled = false;

  const endInstant = (): void => {
    if (instantMs === undefined) return;
    const timeMs = instantMs;
    const isHeld = account.positions.size > 0;
    // Only a fill changes what is not held.
    const drawdownRatio =
      isSettled && !isHeld
        ? meter.stay(timeMs)
        : meter.add(timeMs, account.estimatedEquity, isHeld);
    isSettled = !isHeld;
    if (observer)
      observer.onStanding({
        timeMs,
        equity: account.estimatedEquity,
        drawdownRatio,
        buyAndHoldRatio: buyAndHold.ratio ?? 0,
      });
  };

  const afterPrice = (price: Price): void => {
    excursions.onPrice(price, account);
    buyAndHold.onPrice(price);
  };

  return {
    onEvent(event) {
      if (event.type === 'order_filled') isSettled = false;
      excursions.onEvent(event);
      costs.onEvent(event);
    },
    beforePrice(timeMs) {
      if (instantMs !== undefined && timeMs <= instantMs) return;
      endInstant();
      instantMs = timeMs;
    },
    afterPrice,
    afterCandle(candle) {
      afterPrice(candle);
      observer?.onCandle(candle);
    },
    end: endInstant,
    history: () => ({
      equity: meter.history(),
      costs: costs.costs(),
      excursions: excursions.excursions,
      buyAndHoldRatio: buyAndHold.ratio,
    }),
  };
}
