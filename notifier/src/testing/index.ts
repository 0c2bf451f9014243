export { startDiscordDouble, startWebhookDouble } from './post-double.ts';
export {
  startTelegramDouble,
  type ReceivedMessage,
  type TelegramDouble,
} from './telegram-double/telegram-double.ts';
