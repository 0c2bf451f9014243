export { startDiscordDouble, startWebhookDouble } from './post-double.ts';
export type { ReceivedMessage } from './telegram-double/chats.ts';
export { startTelegramDouble, type TelegramDouble } from './telegram-double/telegram-double.ts';
