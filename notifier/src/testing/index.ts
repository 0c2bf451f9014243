export {
  startTelegramDouble,
  type ReceivedMessage,
  type TelegramDouble,
} from './telegram-double/telegram-double.ts';
