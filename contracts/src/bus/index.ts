export { askTradeLog } from './ask-trade-log.ts';
export { mostAppended } from './bus.ts';
export type {
  Appended,
  Bucket,
  BucketEntry,
  Bus,
  CopyOptions,
  Delivery,
  FencedLog,
  Outgoing,
  Published,
  QueueOptions,
  ReadFrom,
  ReadOptions,
  Request,
  StoredMessage,
} from './bus.ts';
export { handleEach, type HandleEachOptions } from './handle-each.ts';
export {
  connectJetStreamBus,
  type JetStreamBusOptions,
  type JetStreamCredentials,
} from './jetstream-bus.ts';
export { createMemoryBus, createMemoryServer, type MemoryServer } from './memory-server.ts';
export type { MemoryServerOptions } from './memory-store.ts';
export { findNatsServer, type NatsBinary } from './nats-binary.ts';
export { startNatsServer, type NatsServer, type NatsServerOptions } from './nats-server.ts';
export { streams, type StreamDeclaration, type StreamName } from './streams.ts';
