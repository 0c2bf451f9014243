/** Told apart by people who do not see red and green as others do: light and dark differ as well. */
export const colours = {
  up: '#26a69a',
  down: '#b23b3b',
  bought: '#1565c0',
  sold: '#ef6c00',
  text: '#37474f',
  faint: '#90a4ae',
  grid: '#eceff1',
} as const;

export const fontFamily = 'DejaVu Sans';

/** Large enough to be read on a phone. */
const fontSize = 20;

export const axis = {
  axisLabel: { fontSize, fontFamily, color: colours.text, hideOverlap: true },
  axisLine: { lineStyle: { color: colours.faint } },
  splitLine: { show: true, lineStyle: { color: colours.grid } },
};

export function frame(text: string, subtext: string) {
  return {
    animation: false,
    backgroundColor: '#ffffff',
    title: {
      text,
      subtext,
      left: 24,
      top: 12,
      textStyle: { fontSize: 30, fontFamily, color: colours.text },
      subtextStyle: { fontSize, fontFamily, color: colours.faint },
    },
    grid: { left: 48, right: 120, top: 110, bottom: 56 },
  };
}
