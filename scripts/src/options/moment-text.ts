import { z } from 'zod';
import { SpanText } from './setting-texts.ts';

const expectedMoment = 'expected a time such as 2026-11-23T20:00:00Z, or a date';

/**
 * A time such as `2026-11-23T20:00:00Z` or `2026-11-23 20:00`, as times are shown, or a date, in epoch ms. What does not
 * say another offset is UTC, wherever the machine is.
 */
export const MomentText = z
  .string()
  .transform(momentOf)
  .refine((moment) => moment !== undefined, expectedMoment);

/** A time, or how long ago: `90d`. */
export function pastMomentText(nowMs: () => number) {
  return z.string().transform((text, context): number => {
    const span = SpanText.safeParse(text);
    const moment = span.success ? nowMs() - span.data : momentOf(text);
    if (moment !== undefined && moment <= nowMs()) return moment;
    context.addIssue({
      code: 'custom',
      message:
        moment === undefined
          ? 'expected a time such as 2026-11-23T20:00:00Z, a date, or how long ago as 90d'
          : 'expected a time that has been',
    });
    return z.NEVER;
  });
}

const Day = z.iso.date();
const DayAndTime = z.iso.datetime({ offset: true });

/** Undefined for what is no time, and for a day that no month has: `Date.parse` would take the one after. */
function momentOf(text: string): number | undefined {
  if (Day.safeParse(text).success) return Date.parse(text);
  const time = text.replace(' ', 'T').replace(/T\d\d:\d\d(?=$|[Z+-])/, '$&:00');
  const said = [time, `${time}Z`].find((each) => DayAndTime.safeParse(each).success);
  return said === undefined ? undefined : Date.parse(said);
}
