export { createLogger, createSilentLogger, type Logger } from './logger.ts';
export type { Service } from './service.ts';
