import { z } from 'zod';
import { SpanText } from './setting-texts.ts';

/** A time such as `2026-11-23T20:00:00Z`, or a date, in epoch ms. */
export const MomentText = z
  .string()
  .transform((text) => Date.parse(text))
  .refine(Number.isFinite, 'expected a time such as 2026-11-23T20:00:00Z, or a date');

/** A time, or how long ago: `90d`. */
export function pastMomentText(nowMs: () => number) {
  const expected = 'expected a time such as 2026-11-23T20:00:00Z, a date, or how long ago as 90d';
  return z.string().transform((text, context): number => {
    const span = SpanText.safeParse(text);
    const moment = span.success ? nowMs() - span.data : Date.parse(text);
    if (Number.isFinite(moment) && moment <= nowMs()) return moment;
    context.addIssue({
      code: 'custom',
      message: Number.isFinite(moment) ? 'expected a time that has been' : expected,
    });
    return z.NEVER;
  });
}
