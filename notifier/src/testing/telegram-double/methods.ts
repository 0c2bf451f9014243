import { z } from 'zod';

// What each method takes, as the Bot API documents it; a field that is not known here is refused.

const ChatId = z.union([z.int(), z.string().min(1)]);
const Button = z.strictObject({
  text: z.string().min(1),
  callback_data: z
    .string()
    .refine((data) => data !== '' && Buffer.byteLength(data) <= 64, 'BUTTON_DATA_INVALID'),
});
const Keyboard = z.strictObject({ inline_keyboard: z.array(z.array(Button)) });
const LinkPreview = z.strictObject({ is_disabled: z.boolean() });
const Scope = z.strictObject({ type: z.enum(['default', 'chat']), chat_id: ChatId.optional() });

const sending = {
  chat_id: ChatId,
  parse_mode: z.literal('HTML').optional(),
  message_thread_id: z.int().optional(),
  disable_notification: z.boolean().optional(),
  reply_parameters: z
    .strictObject({ message_id: z.int(), allow_sending_without_reply: z.boolean().optional() })
    .optional(),
  reply_markup: Keyboard.optional(),
};
const editing = { chat_id: ChatId, message_id: z.int(), reply_markup: Keyboard.optional() };

const methods = {
  getMe: z.strictObject({}),
  getUpdates: z.strictObject({
    offset: z.int().optional(),
    limit: z.int().min(1).max(100).optional(),
    timeout: z.int().min(0).max(50).optional(),
    allowed_updates: z.array(z.string()).optional(),
  }),
  sendMessage: z.strictObject({
    ...sending,
    text: z.string(),
    link_preview_options: LinkPreview.optional(),
  }),
  editMessageText: z.strictObject({
    ...editing,
    text: z.string(),
    parse_mode: z.literal('HTML').optional(),
    link_preview_options: LinkPreview.optional(),
  }),
  editMessageReplyMarkup: z.strictObject(editing),
  /** Multipart: the picture is a file. */
  sendPhoto: z.strictObject({
    ...sending,
    photo: z.instanceof(Blob),
    caption: z.string().optional(),
  }),
  answerCallbackQuery: z.strictObject({
    callback_query_id: z.string().min(1),
    text: z.string().max(200).optional(),
    show_alert: z.boolean().optional(),
  }),
  setMyCommands: z.strictObject({
    commands: z
      .array(
        z.strictObject({
          command: z.string().regex(/^[a-z0-9_]{1,32}$/, 'BOT_COMMAND_INVALID'),
          description: z.string().min(1).max(256),
        }),
      )
      .max(100),
    scope: Scope.optional(),
  }),
  deleteWebhook: z.strictObject({ drop_pending_updates: z.boolean().optional() }),
  setWebhook: z.strictObject({
    url: z.url(),
    secret_token: z
      .string()
      .regex(/^[\w-]{1,256}$/)
      .optional(),
    allowed_updates: z.array(z.string()).optional(),
  }),
} as const;

export type Method = keyof typeof methods;
export type Parameters<M extends Method> = z.infer<(typeof methods)[M]>;

export function isMethod(name: string): name is Method {
  return Object.hasOwn(methods, name);
}

// By themselves, so that the type of the one named by a variable is known.
export const schemas: { readonly [M in Method]: z.ZodType<Parameters<M>> } = methods;
