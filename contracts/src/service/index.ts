export { createLogger, createSilentLogger, standardError, type Logger } from './logger.ts';
export type { Service } from './service.ts';
export { heartbeatBucket, startHeartbeat } from './heartbeat.ts';
