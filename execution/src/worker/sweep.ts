import { outage } from '../decision/outage.ts';
import { unpriced } from '../decision/unpriced.ts';
import type { PaperBroker } from '../paper/paper-broker.ts';
import type { Dispatcher } from './dispatcher.ts';
import { eachByItself } from './each-by-itself.ts';
import type { ForgottenOrders } from './forgotten-orders.ts';
import type { Journal } from './journal.ts';
import type { PriceBoard } from './price-board.ts';
import type { PriceTurns } from './price-turns.ts';
import type { Reconciler } from './reconciler.ts';
import type { Settler } from './settler.ts';
import type { StateFollower } from './state-follower.ts';
import type { TapePlace } from './tape-place.ts';

/**
 * Everything that may have happened without anybody being told, one after the other; a step that fails stops none of the
 * others. Prices and signals have their turn between the steps.
 */
export async function sweep({
  inTurn,
  isLive,
  journal,
  states,
  priceTurns,
  reconciler,
  forgottenOrders,
  dispatcher,
  settler,
  paper,
  board,
  place,
  listeningMs,
  nowMs,
}: {
  /** Runs a step when nothing else is done to the portfolio, and not at all once it is closed. */
  inTurn: (step: () => Promise<void>) => Promise<void>;
  isLive: boolean;
  journal: Journal;
  states: StateFollower;
  priceTurns: Pick<PriceTurns, 'triggerHeld'>;
  reconciler: Pick<Reconciler, 'compare'>;
  forgottenOrders: ForgottenOrders;
  dispatcher: Pick<Dispatcher, 'findOut'>;
  settler: Pick<Settler, 'settleOrders'>;
  paper: PaperBroker | undefined;
  board: PriceBoard;
  place: TapePlace;
  /** Since when prices are listened for, epoch ms. */
  listeningMs: number;
  /** The wall clock, epoch ms. */
  nowMs: () => number;
}): Promise<void> {
  const steps: readonly (() => Promise<void>)[] = [
    () => states.follow(),
    () => priceTurns.triggerHeld(),
  ];
  const later: readonly (() => Promise<void>)[] = [
    () => forgottenOrders.abandon(),
    () => dispatcher.findOut(place.moment(place.nowMs())),
    () => settler.settleOrders(place.nowMs()),
    () => journal.transact((portfolio) => (isLive ? outage(portfolio, nowMs()) : [])),
    () =>
      journal.transact((portfolio) =>
        isLive ? unpriced(portfolio, board, { nowMs: nowMs(), listeningMs }) : [],
      ),
    () => states.mirror(),
  ];
  const turn = (step: () => Promise<void>) => () => inTurn(step);
  /** Begun in turn, for the state must not change while it is packed; a signal does not wait until it is kept. */
  const begun = (step: () => Promise<void>) => async () => {
    let done: Promise<void> | undefined;
    await inTurn(async () => void (done = step()));
    await done;
  };
  await eachByItself([
    ...steps.map(turn),
    // It tells when the venue does not answer, and much of the rest needs its answers.
    () => reconciler.compare(inTurn),
    ...later.map(turn),
    begun(() => journal.keepSnapshot()),
    begun(async () => paper?.keepSnapshot()),
  ]);
}
