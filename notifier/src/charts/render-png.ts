import { createRequire } from 'node:module';
import type { EChartsCoreOption } from 'echarts/core';
import { fontFamily } from './theme.ts';

const width = 1_200;
const height = 900;

/** Draws a chart. What it takes is loaded when the first one is wanted: most notifiers never draw any. */
export async function renderPng(option: EChartsCoreOption): Promise<Buffer> {
  const [echarts, charts, components, renderers, { Resvg }] = await Promise.all([
    import('echarts/core'),
    import('echarts/charts'),
    import('echarts/components'),
    import('echarts/renderers'),
    import('@resvg/resvg-js'),
  ]);
  echarts.use([
    charts.CandlestickChart,
    charts.LineChart,
    charts.ScatterChart,
    components.GridComponent,
    components.TitleComponent,
    renderers.SVGRenderer,
  ]);
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption(option);
    const svg = chart.renderToSVGString();
    // A bare machine has no fonts of its own.
    const font = createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf');
    const resvg = new Resvg(svg, {
      font: { fontFiles: [font], loadSystemFonts: false, defaultFontFamily: fontFamily },
    });
    return resvg.render().asPng();
  } finally {
    chart.dispose();
  }
}
