/** A moment as the clocks and calendars of a time zone show it. */
export interface LocalTime {
  /** `2026-01-05` */
  readonly date: string;
  readonly minuteOfDay: number;
}

const dayMs = 86_400_000;

export function localTime(ms: number, zone: string): LocalTime {
  const shown = new Date(ms + offsetMs(ms, zone)).toISOString();
  return {
    date: shown.slice(0, 10),
    minuteOfDay: Number(shown.slice(11, 13)) * 60 + Number(shown.slice(14, 16)),
  };
}

/** When the clocks of that zone show it, epoch ms; a time that they leap over is the one as long after the leap. */
export function instantOf({ date, minuteOfDay }: LocalTime, zone: string): number {
  const shown = Date.parse(date) + minuteOfDay * 60_000;
  const guess = shown - offsetMs(shown, zone);
  return shown - offsetMs(guess, zone);
}

/** The date so many days later, or earlier. */
export function dateAfter(date: string, days: number): string {
  return new Date(Date.parse(date) + days * dayMs).toISOString().slice(0, 10);
}

/** 0 is Monday. */
export function weekdayOf(date: string): number {
  return (new Date(Date.parse(date)).getUTCDay() + 6) % 7;
}

/** How far the zone's clocks are ahead of UTC. */
function offsetMs(ms: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(ms);
  const part = (type: Intl.DateTimeFormatPartTypes): number =>
    Number(parts.find((one) => one.type === type)?.value);
  const shown = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return shown - Math.floor(ms / 1_000) * 1_000;
}
