export { createLogger, createSilentLogger, standardError, type Logger } from './logger.ts';
export type { Service } from './service.ts';
export { heartbeatBucket, startHeartbeat } from './heartbeat.ts';
export { guardStreams, type StreamClient, type Streams } from './guard-streams.ts';
export { ahead, createPace, paceRequests, type Pace } from './pace-requests.ts';
