export { startNotifier, type Notifier, type NotifierOptions } from './notifier.ts';
export type { RetryDelays } from './outbox.ts';
export type { Message, Severity } from './messages/message.ts';
export type { SendOutcome, Sink } from './sinks/sink.ts';
export type { RateLimit } from './sinks/rate-limit.ts';
export { createTelegramSink, type TelegramSinkOptions } from './sinks/telegram-sink.ts';
export { createTerminalSink } from './sinks/terminal-sink.ts';
