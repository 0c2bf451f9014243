export { openCcxtBroker, type CcxtBrokerOptions } from './brokers/ccxt/open-ccxt-broker.ts';
export { draftOf, recorded, type Draft } from './decision/draft.ts';
export { createDecisionsHash } from './decisions-hash.ts';
export { createSimulation, type Simulation } from './simulation.ts';
export { startExecution, type ExecutionOptions } from './worker/execution.ts';
