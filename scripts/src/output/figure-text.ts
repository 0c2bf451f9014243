import { figures, type FigureKind, type Metrics } from '@heliograph/trade-log';
import { change, count, money, percent, minute } from './format.ts';

/** What stands where there is not enough data. */
const noFigure = 'not enough data';

/** A figure of `metrics` for people. */
export function figureText(metrics: Metrics, name: keyof Metrics): string {
  const value = metrics[name];
  if (value === null) return noFigure;
  if (typeof value === 'object') return `${count(value.count)} of ${value.perYear} a year`;
  return typeof value === 'string' ? textOf(figures[name].kind, value) : numberOf(name, value);
}

function textOf(kind: FigureKind, value: string): string {
  return kind === 'money' ? money(value) : value.replace('-', ' ');
}

function numberOf(name: keyof Metrics, value: number): string {
  const { kind } = figures[name];
  switch (kind) {
    case 'ratio':
      return percent(value);
    case 'change':
      return change(value);
    case 'count':
      return count(value);
    case 'span':
      return span(value);
    case 'time':
      return minute(value);
    default:
      return value.toFixed(2);
  }
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** A span of time by its two largest units: `12 d 4 h`, `3 h 20 min`, `45 s`. */
export function span(ms: number): string {
  const [days, hours, minutes] = [ms / dayMs, (ms % dayMs) / hourMs, (ms % hourMs) / minuteMs];
  if (days >= 1) return `${count(Math.floor(days))} d ${Math.floor(hours)} h`;
  if (hours >= 1) return `${Math.floor(hours)} h ${Math.floor(minutes)} min`;
  if (minutes >= 1) return `${Math.floor(minutes)} min`;
  return `${Math.floor(ms / 1000)} s`;
}
