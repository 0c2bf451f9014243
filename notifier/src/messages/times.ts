/** A moment for people: `2026-01-05 00:01 UTC`, with seconds if there are any. `time` is RFC 3339 in UTC. */
export function moment(time: string): string {
  const seconds = time.slice(16, 19);
  const shown = seconds === ':00' || !seconds.startsWith(':') ? '' : seconds;
  return `${time.slice(0, 10)} ${time.slice(11, 16)}${shown} UTC`;
}

/** The time of a day, after its date where that is another day than `day`: `12:31`, `01-06 12:31`. */
export function clock(time: string, day: string): string {
  const isSameDay = time.slice(0, 10) === day.slice(0, 10);
  return `${isSameDay ? '' : `${time.slice(5, 10)} `}${time.slice(11, 16)}`;
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** A duration by its two largest units: `2h 14m`, `3d`, `45s`, `250ms`. */
export function duration(ms: number): string {
  const first = units.findIndex(([, size]) => ms >= size);
  if (first === -1) return ms > 0 ? `${ms}ms` : '0s';
  let rest = ms;
  return units
    .slice(first, first + 2)
    .map(([unit, size]) => {
      const count = Math.floor(rest / size);
      rest -= count * size;
      return count === 0 ? '' : `${count}${unit}`;
    })
    .join(' ')
    .trimEnd();
}
