import { z } from 'zod';

const Person = z.looseObject({ id: z.int(), username: z.string().optional() });
const Chat = z.looseObject({ id: z.int() });

/** Of what Telegram tells, what matters here: somebody has written, or pressed a button. */
export const Update = z.looseObject({
  update_id: z.int(),
  message: z
    .looseObject({
      message_id: z.int(),
      message_thread_id: z.int().optional(),
      chat: Chat,
      from: Person.optional(),
      text: z.string().optional(),
    })
    .optional(),
  callback_query: z
    .looseObject({
      id: z.string(),
      from: Person,
      data: z.string().optional(),
      message: z.looseObject({ message_id: z.int(), chat: Chat }).optional(),
    })
    .optional(),
});
export type Update = z.infer<typeof Update>;

/** Whatever they are: each has a number. */
export const Updates = z.array(z.looseObject({ update_id: z.int() }));

/** The kinds of updates that are asked for. */
export const allowedUpdates = ['message', 'callback_query'] as const;
