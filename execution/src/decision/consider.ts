import { decimalOf, liveTape, toMs, type Big, type TradeSignal } from '@heliograph/contracts';
import { instrumentKey } from '../instrument-key.ts';
import type { Considered, DecisionContext } from './considered.ts';
import type { Order } from './state/order.ts';
import type { EntryPlan } from './entries/entry-plan.ts';
import { leavingQuantity } from './exits/leaving-quantity.ts';
import type { Missing } from './venue/missing.ts';
import { personsChoice } from './venue/persons-choice.ts';
import { planEntry } from './entries/plan.ts';
import { equityOf, rulesOf, settingsOf, type Portfolio } from './state/portfolio.ts';
import type { Refusal } from './refusal.ts';
import { manualStrategy } from './settle.ts';

const kinds = {
  enter: 'entry',
  increase: 'entry',
  reverse: 'entry',
  exit: 'exit',
  reduce: 'exit',
  cancel: 'cancel',
} as const;

const neverAsked: Missing = { unclear: 'the venue was not asked' };

/** All that the checks look at; what takes some reckoning is reckoned once, and only when it is asked for. */
export function consider(
  portfolio: Portfolio,
  signal: TradeSignal,
  {
    nowMs,
    mode,
    prices,
    isStateReadable = true,
    clockOffsetMs = 0,
    missing = neverAsked,
  }: DecisionContext,
): Considered {
  const { data } = signal;
  const key = instrumentKey(data);
  const kind = data.writeOff ? 'write-off' : kinds[data.intent];
  const isManual = data.strategy === manualStrategy;
  const orders = ordersOf(portfolio, key);
  let equity: Big | undefined;
  let plan: EntryPlan | Refusal | undefined;
  let leaving: Big | undefined;
  const considered: Considered = {
    portfolio,
    signal,
    nowMs,
    mode,
    prices,
    isStateReadable,
    clockOffsetMs,
    missing,
    kind,
    signalMs: toMs(signal.time),
    expiryMs: toMs(signal.expirytime),
    tape: data.tape?.id ?? liveTape,
    key,
    settings: settingsOf(portfolio),
    rules: rulesOf(portfolio, data),
    position: portfolio.positions.get(key),
    last: prices.get(key),
    referencePrice: decimalOf(data.referencePrice.price),
    isManual,
    orders,
    takenBack:
      kind === 'entry' || kind === 'write-off'
        ? none
        : takenBack(orders, { portfolio, signal, isManual }),
    equity: () => (equity ??= equityOf(portfolio, prices)),
    plan: () => (plan ??= planEntry(considered)),
    leaving: () => (leaving ??= leavingQuantity(considered)),
  };
  return considered;
}

const none: readonly Order[] = [];

function ordersOf({ orders }: Portfolio, key: string): readonly Order[] {
  if (orders.size === 0) return none;
  return [...orders.values()].filter((order) => instrumentKey(order) === key);
}

/** The version of the rules since which a person may take back what a venue does not list. */
const peopleChooseSince = 7;

/** A strategy takes its own entries back, a person everybody's, and what else he may. Who only makes a position smaller takes none. */
function takenBack(
  orders: readonly Order[],
  { portfolio, signal: { data }, isManual }: Pick<Considered, 'portfolio' | 'signal' | 'isManual'>,
): readonly Order[] {
  const { intent, strategy } = data;
  if (intent === 'reduce' || orders.length === 0) return none;
  if (isManual && intent === 'cancel' && portfolio.decisionsVersion >= peopleChooseSince) {
    const isChosen = personsChoice(portfolio);
    return orders.filter((order) => !order.cancellation && isChosen(order));
  }
  return orders.filter(
    (order) =>
      order.role === 'entry' && !order.cancellation && (isManual || order.strategy === strategy),
  );
}
