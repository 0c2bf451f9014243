export { aCandle, aCandleEvent, aJournalEvent, anExitSignal, aSignal } from './builders.ts';
export { startTestNats, type TestNats } from './test-nats.ts';
