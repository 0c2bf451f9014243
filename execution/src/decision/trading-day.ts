const dayMs = 86_400_000;
const minuteMs = 60_000;

/** When the trading day began that the time belongs to; epoch ms. Days begin at `start`, a time of day in UTC. */
export function dayStartOf(timeMs: number, start = '00:00'): number {
  const offsetMs = (Number(start.slice(0, 2)) * 60 + Number(start.slice(3))) * minuteMs;
  return Math.floor((timeMs - offsetMs) / dayMs) * dayMs + offsetMs;
}
