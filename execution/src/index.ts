export type { Broker } from './brokers/broker.ts';
export { openCcxtBroker, type CcxtBrokerOptions } from './brokers/ccxt/open-ccxt-broker.ts';
export { draftOf, recorded, type Draft } from './decision/state/draft.ts';
export { decisionsVersion } from './decision/version.ts';
export { isTooLittle } from './decision/venue/too-little.ts';
export { personsChoice } from './decision/venue/persons-choice.ts';
export type { Order } from './decision/state/order.ts';
export { currencyOf, type Portfolio } from './decision/state/portfolio.ts';
export { systemClock, type Clock } from './clock.ts';
export { candleOfPrint } from './paper/slice.ts';
export { createDecisionsHash } from './decisions-hash.ts';
export { createSimulation, type Simulation } from './simulation.ts';
export { startExecution, type ExecutionOptions } from './worker/execution.ts';
export {
  listPortfolios,
  createPortfolioReader,
  readPortfolio,
  type ListedPortfolio,
} from './worker/read-portfolio.ts';
export { isTrippedBy } from './decision/breakers.ts';
export { firstDifference, type FieldDifference } from './verify/difference.ts';
export type { Facts } from './verify/derive.ts';
export { createPriceHistory, type TapePrice } from './verify/price-history.ts';
export {
  verifyJournal,
  type Difference,
  type JournalEntry,
  type JournalVerdict,
} from './verify/verify-journal.ts';
