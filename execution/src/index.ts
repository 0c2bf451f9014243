export type { Broker } from './brokers/broker.ts';
export { openCcxtBroker, type CcxtBrokerOptions } from './brokers/ccxt/open-ccxt-broker.ts';
export { draftOf, recorded, type Draft } from './decision/draft.ts';
export type { Order } from './decision/order.ts';
export type { Portfolio } from './decision/portfolio.ts';
export { createDecisionsHash } from './decisions-hash.ts';
export { createSimulation, type Simulation } from './simulation.ts';
export { startExecution, type ExecutionOptions } from './worker/execution.ts';
export { listPortfolios, readPortfolio, type ListedPortfolio } from './worker/read-portfolio.ts';
