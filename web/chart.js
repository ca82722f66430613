// A chart with a legend that toggles, a read-out for mouse and keyboard, and its figures as a table. On canvas, by uPlot.
//
// It is drawn anew whenever something changes: size, colours, what is shown, paper. That is a millisecond, and there
// is no state to keep in step.

/**
 * One curve. `band` is an interval around it.
 * @typedef {{label: string, values: (number | null)[], colour?: string, dash?: number[], kind?: 'line' | 'bars' | 'points',
 *   area?: boolean, band?: {low: (number | null)[], high: (number | null)[]}, hidden?: boolean}} Series
 *
 * Something to point at: a line at x, or a point where y is given.
 * @typedef {{x: number, y?: number, label: string}} Mark
 *
 * x.values ascend; with x.time they are seconds since 1970. y.label says what is measured, in which unit.
 * @typedef {{title: string, note?: string, height?: number, marks?: (Mark | null | undefined | false)[],
 *   x: {label: string, values: number[], format: Format, time?: boolean, range?: [number, number], steps?: number[], ticks?: number[]},
 *   y: {label: string, format: Format, axis?: Format, zero?: boolean, range?: [number, number]},
 *   series: (Series | null | undefined | false)[]}} ChartSpec
 *
 * How large things are: on paper everything is drawn twice as large and shown at half, so that it is crisp.
 * @typedef {{width: number, height: number, times: number}} Size
 */

const DASHES = [[], [7, 4], [2, 3], [10, 3, 2, 3], [], [5, 5]];
const PAPER_WIDTH = 660; // CSS pixels: A4 and Letter within the margins of print.css
const NARROW = 480;

/** @param {string} hex "#rrggbb" @param {number} part of opacity */
const faded = (hex, part) => hex + Math.round(part * 255).toString(16).padStart(2, '0');

/** @param {Series} series @param {number} index */
const colourOf = (series, index) => series.colour ?? `--series-${(index % 6) + 1}`;
/** @param {Series} series @param {number} index */
const dashOf = (series, index) => series.dash ?? DASHES[(index + Math.floor(index / 6)) % DASHES.length]; // the seventh has the first's colour

/**
 * A piece of the curve, for legend and read-out.
 * @param {Series} series @param {number} index
 */
function swatch(series, index) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 26 12');
  svg.setAttribute('aria-hidden', 'true');
  const shape = document.createElementNS(svg.namespaceURI, series.kind === 'bars' ? 'rect' : series.kind === 'points' ? 'circle' : 'line');
  const colourful = `var(${colourOf(series, index)})`;
  const attributes = /** @type {Record<string, Record<string, any>>} */ ({
    rect: { x: 7, y: 0, width: 12, height: 12, fill: colourful },
    circle: { cx: 13, cy: 6, r: 4.5, fill: colourful },
    line: { x1: 1, y1: 6, x2: 25, y2: 6, stroke: colourful, 'stroke-width': 2.5, 'stroke-dasharray': dashOf(series, index).join(' ') || null },
  })[shape.localName];
  for (const [key, value] of Object.entries(attributes)) if (value !== null) shape.setAttribute(key, value);
  svg.append(shape);
  return svg;
}

// ---------------------------------------------------------------- what uPlot is told

/** @param {Series} series @param {number} index @param {boolean} shown @param {Size} size */
function plotSeries(series, index, shown, { times }) {
  const stroke = colour(colourOf(series, index));
  const bars = series.kind === 'bars';
  return {
    show: shown,
    stroke,
    width: series.kind === 'points' ? 0 : (bars ? 0 : 2.25) * times,
    dash: dashOf(series, index).map((n) => n * times),
    fill: bars ? stroke : series.area ? faded(stroke, .14) : undefined,
    spanGaps: true,
    pxAlign: bars ? 1 : 0, // lines are smoother where they are, bars crisper on whole pixels
    paths: bars ? uPlot.paths.bars?.({ size: [.72, 48 * times] }) : series.kind === 'points' ? () => null : undefined,
    points: { show: series.kind === 'points' || (!bars && !series.dash?.length && few(series)), size: (series.kind === 'points' ? 9 : 6) * times, fill: stroke, stroke },
  };
}

/** So few that each should be seen. @param {Series} series */
const few = (series) => series.values.filter(isNumber).length <= 12;

// The edges of an interval: not drawn themselves, the space between them is.
/** @param {boolean} shown */
const edge = (shown) => ({ show: shown, stroke: 'transparent', width: 0, spanGaps: true, points: { show: false } });

/** @param {ChartSpec} spec @param {Size} size @returns {uPlot.Axis[]} */
function plotAxes(spec, { times, width }) {
  const font = `${12 * times}px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif`;
  const quiet = { stroke: colour('--muted'), font, gap: 6 * times };
  const line = { stroke: colour('--line'), width: times };
  const axis = spec.y.axis ?? spec.y.format;
  return [
    {
      ...quiet,
      label: spec.x.label,
      labelFont: font,
      labelSize: 20 * times,
      size: 30 * times,
      space: (width < NARROW ? 52 : 70) * times,
      incrs: spec.x.steps,
      splits: spec.x.ticks,
      grid: { show: false },
      ticks: { ...line, size: 5 * times },
      border: { show: true, ...line },
      values: (_, splits) => splits.map(spec.x.format),
    },
    {
      ...quiet,
      size: (_, values) => (values ? Math.max(...values.map((v) => v.length)) * 6.8 + 12 : 40) * times,
      space: 44 * times,
      grid: line,
      ticks: { show: false },
      values: (_, splits) => splits.map(axis),
    },
  ];
}

/** @param {ChartSpec} spec @param {Series[]} series @returns {uPlot.Scales} */
function plotScales({ x, y }, series) {
  // bars stand around their x
  const step = Math.min(...x.values.slice(1).map((value, i) => value - x.values[i]));
  const half = series.some((s) => s.kind === 'bars') ? (Number.isFinite(step) ? step : x.time ? 86400 : 1) / 2 : 0;
  return {
    x: { time: x.time ?? false, range: (_, min, max) => x.range ?? [min - half, max === min && !half ? min + 1 : max + half] },
    y: {
      range: (_, min, max) => {
        if (y.range) return y.range;
        if (min === null || max === null) return [0, 1];
        if (min === max && min === 0) return [0, 1];
        const [low, high] = y.zero ? [Math.min(0, min), Math.max(0, max)] : [min, max];
        const room = (high - low || Math.abs(high) || 1) * .08;
        return [low < 0 || !y.zero ? low - room : 0, high > 0 || !y.zero ? high + room : 0];
      },
    },
  };
}

// ---------------------------------------------------------------- marks on the canvas

/**
 * Beside x, on the side that is asked for where there is room.
 * @param {uPlot} plot @param {number} times @param {string} label @param {number} x @param {number} y @param {boolean} toLeft
 */
function writeLabel(plot, times, label, x, y, toLeft) {
  const { ctx, bbox } = plot;
  const unit = uPlot.pxRatio * times;
  ctx.font = `600 ${12 * unit}px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif`;
  ctx.textBaseline = 'middle';
  const gap = 9 * unit;
  const wide = ctx.measureText(label).width;
  const [fitsLeft, fitsRight] = [x - gap - wide >= bbox.left, x + gap + wide <= bbox.left + bbox.width];
  ctx.textAlign = 'left';
  const left = fitsLeft && (toLeft || !fitsRight) ? x - gap - wide : Math.min(x + gap, bbox.left + bbox.width - wide);
  ctx.lineWidth = 4 * unit;
  ctx.lineJoin = 'round';
  ctx.strokeStyle = colour('--paper');
  ctx.strokeText(label, left, y);
  ctx.fillStyle = colour('--ink');
  ctx.fillText(label, left, y);
}

/** Whether the first curve rises around x. @param {ChartSpec} spec @param {number} x */
function rises({ x: { values }, series: [first] }, x) {
  const after = Math.max(1, values.findIndex((value) => value >= x));
  const [from, to] = first ? [first.values[after - 1], first.values[after]] : [null, null];
  return isNumber(from) && isNumber(to) && to > from;
}

/** @param {ChartSpec} spec @param {number} times @returns {(plot: uPlot) => void} */
function markDrawer(spec, times) {
  return (plot) => {
    const { ctx, bbox } = plot;
    const unit = uPlot.pxRatio * times;
    const { min = 0, max = 0 } = plot.scales.y;
    ctx.save();
    if (min < 0 && max > 0) {
      const zero = Math.round(plot.valToPos(0, 'y', true));
      ctx.fillStyle = colour('--muted');
      ctx.fillRect(bbox.left, zero, bbox.width, unit);
    }
    let lines = 0;
    for (const mark of spec.marks ?? []) {
      if (!mark) continue;
      const x = plot.valToPos(mark.x, 'x', true);
      if (!(x >= bbox.left - unit && x <= bbox.left + bbox.width + unit)) continue;
      if (mark.y === undefined) {
        ctx.strokeStyle = colour('--ink');
        ctx.lineWidth = 1.25 * unit;
        ctx.setLineDash([4 * unit, 4 * unit]);
        ctx.beginPath();
        ctx.moveTo(x, bbox.top);
        ctx.lineTo(x, bbox.top + bbox.height);
        ctx.stroke();
        writeLabel(plot, times, mark.label, x, bbox.top + (10 + 17 * lines++) * unit, false);
      } else {
        const y = plot.valToPos(mark.y, 'y', true);
        ctx.setLineDash([]);
        ctx.beginPath();
        ctx.arc(x, y, 5 * unit, 0, 2 * Math.PI);
        ctx.fillStyle = colour('--ink');
        ctx.fill();
        ctx.lineWidth = 2 * unit;
        ctx.strokeStyle = colour('--paper');
        ctx.stroke();
        const above = y - 15 * unit;
        const toLeft = rises(spec, mark.x); // above a curve that rises there is room on the left
        writeLabel(plot, times, mark.label, x, above < bbox.top + 8 * unit ? y + 17 * unit : above, toLeft);
      }
    }
    ctx.restore();
  };
}

// ---------------------------------------------------------------- read-out

/** @param {ChartSpec} spec @param {Series[]} series @param {number} at */
function readings(spec, series, at) {
  return series
    .map((s, i) => ({ s, i, value: s.values[at], low: s.band?.low[at], high: s.band?.high[at] }))
    .filter(({ value }) => isNumber(value))
    .map(({ s, i, value, low, high }) => ({
      s,
      i,
      text: spec.y.format(value) + (isNumber(low) && isNumber(high) ? ` (${spec.y.format(low)} to ${spec.y.format(high)})` : ''),
    }));
}

/**
 * Fills the box and puts it beside the cursor; returns what it says.
 * @param {ChartSpec} spec @param {HTMLElement} box @param {uPlot} plot
 * @param {{s: Series, i: number, text: string}[]} found @param {number} at
 */
function showReadout(spec, box, plot, found, at) {
  const title = `${spec.x.label}: ${spec.x.format(spec.x.values[at])}`;
  box.replaceChildren(h('strong', {}, title), ...found.map(({ s, i, text }) => h('div', {}, swatch(s, i), h('span', {}, s.label), h('b', {}, text))));
  box.hidden = false;
  const x = plot.over.offsetLeft + plot.valToPos(spec.x.values[at], 'x');
  const left = x + 14 + box.offsetWidth <= plot.width ? x + 14 : x - 14 - box.offsetWidth;
  box.style.left = `${Math.max(0, left)}px`;
  return `${title}. ${found.map(({ s, text }) => `${s.label}: ${text}`).join('. ')}`;
}

// ---------------------------------------------------------------- the chart

/** @param {ChartSpec} spec @param {Series[]} series */
function figuresOf(spec, series) {
  const rows = spec.x.values.map((x, i) => ({ x, i }));
  const columns = [
    { label: spec.x.label, value: (/** @type {any} */ row) => row.x, format: spec.x.format },
    ...series.map((s) => ({ label: s.label, value: (/** @type {any} */ row) => s.values[row.i], format: spec.y.format })),
  ];
  return h('details', {}, h('summary', {}, 'Figures as a table'), table({ label: spec.title, columns, rows }));
}

/**
 * null when there is nothing to draw.
 * @param {ChartSpec} spec
 * @returns {HTMLElement | null}
 */
function chart(spec) {
  const series = /** @type {Series[]} */ (spec.series.filter((s) => s && s.values.some(isNumber)));
  if (series.length === 0 || spec.x.values.length === 0) return null;
  const shown = series.map((s) => !s.hidden);
  const box = h('div.readout', { hidden: true });
  const target = h('div.plot', {
    tabindex: 0,
    role: 'slider',
    'aria-label': `${spec.title}. Arrow keys read the values.`,
    'aria-valuemin': 0,
    'aria-valuemax': spec.x.values.length - 1,
    'aria-valuenow': 0,
    'aria-valuetext': 'no value chosen',
  });
  /** @type {uPlot | undefined} */
  let plot;
  let drawn = '';

  const read = () => {
    const at = plot?.cursor.idx;
    const found = isNumber(at) ? readings(spec, series, at).filter(({ i }) => shown[i]) : [];
    box.hidden = found.length === 0 || (plot?.cursor.left ?? -1) < 0;
    if (box.hidden || !plot || !isNumber(at)) return;
    target.setAttribute('aria-valuetext', showReadout(spec, box, plot, found, at));
    target.setAttribute('aria-valuenow', String(at));
  };

  const draw = () => {
    const paper = onPaper();
    const width = Math.floor(paper ? Math.min(target.clientWidth, PAPER_WIDTH) : target.clientWidth);
    if (width <= 0) return;
    const height = spec.height ?? (width < NARROW ? 260 : 320);
    const times = paper ? 2 : 1;
    const size = { width: width * times, height: height * times, times };
    const state = JSON.stringify([size, shown, paper, colour('--paper'), devicePixelRatio]);
    if (state === drawn) return;
    drawn = state;
    plot?.destroy();
    plot = new uPlot(options(spec, series, shown, size, read), dataOf(spec, series), target);
    target.append(box);
    plot.root.style.transform = times === 1 ? '' : `scale(${1 / times})`;
    target.style.height = `${height}px`;
  };

  onArrows(target, () => plot, spec.x.values, () => (box.hidden = true));
  new ResizeObserver(draw).observe(target);
  onAppearance(draw);
  const legend = series.length > 1 && h('ul.legend', { 'aria-label': 'Curves' }, series.map((s, i) => legendEntry(s, i, shown, draw)));
  return h('figure.chart', {},
    h('figcaption', {}, h('strong', {}, spec.title), spec.note && h('span', {}, spec.note)),
    legend, h('div.axis', { 'aria-hidden': 'true' }, spec.y.label), target, figuresOf(spec, series));
}

/** @param {ChartSpec} spec @param {Series[]} series */
const dataOf = (spec, series) => /** @type {uPlot.AlignedData} */ ([spec.x.values, ...series.flatMap((s) => (s.band ? [s.values, s.band.high, s.band.low] : [s.values]))]);

/**
 * @param {ChartSpec} spec @param {Series[]} series @param {boolean[]} shown @param {Size} size @param {() => void} read
 * @returns {uPlot.Options}
 */
function options(spec, series, shown, size, read) {
  /** @type {uPlot.Series[]} */
  const all = [{}];
  /** @type {uPlot.Band[]} */
  const bands = [];
  series.forEach((s, i) => {
    all.push(plotSeries(s, i, shown[i], size));
    if (!s.band) return;
    bands.push({ series: [all.length, all.length + 1], fill: faded(colour(colourOf(s, i)), .16) });
    all.push(edge(shown[i]), edge(shown[i]));
  });
  return {
    width: size.width,
    height: size.height,
    padding: [10 * size.times, 20 * size.times, 0, 0],
    series: all,
    bands,
    scales: plotScales(spec, series),
    axes: plotAxes(spec, size),
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 8 } },
    tzDate: (time) => uPlot.tzDate(new Date(time * 1e3), 'Etc/UTC'),
    hooks: { draw: [markDrawer(spec, size.times)], setCursor: [read] },
  };
}

/** @param {Series} series @param {number} index @param {boolean[]} shown @param {() => void} draw */
function legendEntry(series, index, shown, draw) {
  const button = h('button', { type: 'button', 'aria-pressed': shown[index] }, swatch(series, index), series.label);
  button.addEventListener('click', () => {
    shown[index] = !shown[index];
    if (!shown.includes(true)) shown.fill(true); // an empty chart says nothing
    button.parentElement?.parentElement?.querySelectorAll('button').forEach((other, i) => other.setAttribute('aria-pressed', String(shown[i])));
    draw();
  });
  return h('li', {}, button);
}

/**
 * @param {HTMLElement} target @param {() => uPlot | undefined} plotNow @param {number[]} xs @param {() => void} hide
 */
function onArrows(target, plotNow, xs, hide) {
  const goTo = /** @type {Record<string, (at: number) => number>} */ ({
    ArrowLeft: (at) => at - 1,
    ArrowRight: (at) => at + 1,
    ArrowDown: (at) => at - 1,
    ArrowUp: (at) => at + 1,
    PageUp: (at) => at + 10,
    PageDown: (at) => at - 10,
    Home: () => 0,
    End: () => xs.length - 1,
  });
  target.addEventListener('keydown', (event) => {
    const plot = plotNow();
    if (event.key === 'Escape') hide();
    if (!plot || !goTo[event.key]) return;
    event.preventDefault();
    const at = Math.min(Math.max(goTo[event.key](plot.cursor.idx ?? -1), 0), xs.length - 1);
    plot.setCursor({ left: plot.valToPos(xs[at], 'x'), top: plot.over.clientHeight / 2 });
  });
  target.addEventListener('blur', hide);
}
