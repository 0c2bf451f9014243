export {
  aCandle,
  aCandleEvent,
  aJournalEvent,
  anExitSignal,
  aSignal,
  someSettings,
} from './builders.ts';
export { startTestNats, type TestNats } from './test-nats.ts';
export { eventually } from './eventually.ts';
export { temporaryFolder } from './temporary-folder.ts';
export { freePort } from './free-port.ts';
