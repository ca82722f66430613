// sluice roi: what routing saves, when it pays back, and what that hangs on. docs/roi.md describes the data.

/** @param {any} d */
function roiSentence(d) {
  const local = d.inputs?.local_share?.value;
  const to = isNumber(local) ? `${share(local)} of the requests` : 'routine requests';
  const saving = d.saving_usd_per_month;
  if (!isNumber(saving)) return `What routing ${to} to a local model would save is not known.`;
  const of = d.model ? `what ${d.model} costs` : 'what the API costs';
  const part = isNumber(d.saving_percent) ? `, ${percent(Math.abs(d.saving_percent))} of ${of}` : '';
  if (saving > 0) return `Routing ${to} to a local model saves ${money(saving)} a\u00a0month${part}.`;
  const no = d.verdict === 'stay-in-the-cloud' ? 'Don\u2019t' : 'Not for the money';
  return `${no}: routing ${to} to a local model would cost ${money(-saving)} a\u00a0month more${part}.`;
}

/** @param {any} d @param {string} key @param {Format} format */
function roiInterval(d, key, format) {
  const range = d.interval?.[key];
  if (!range || !isNumber(range.p5)) return null;
  return isNumber(range.p95) ? `5 to 95%: ${format(range.p5)} to ${format(range.p95)}` : `5%: ${format(range.p5)}, 95%: never`;
}

/** The answers that are compared, or the one there is. @param {any} d @returns {any[]} */
const roiCases = (d) => (rowsOf(d.compare).length > 1 ? rowsOf(d.compare) : [d]);

// ---------------------------------------------------------------- charts

/** @param {any} d */
function roiCash(d) {
  const cases = roiCases(d);
  const rows = sortedBy(d.cash_months, 'month');
  const at = d.break_even_months;
  return chart({
    title: `Cash over ${Math.max(0, ...rows.map((row) => row.month))} months`,
    note: 'What has been saved up to the end of each month, less what was paid at the start.',
    x: { label: 'month', values: rows.map((row) => row.month), format: count, steps: [1, 3, 6, 12, 24] },
    y: { label: 'USD', format: money, axis: moneyShort, zero: true },
    series: cases.map((c) => ({ label: cases.length > 1 ? c.model : 'saved so far', values: column(sortedBy(c.cash_months, 'month'), 'cumulative_usd'), area: cases.length === 1 })),
    marks: [isNumber(at) && at > 0 && { x: at, label: `break-even: ${months(at)}` }],
  });
}

/** @param {any} d */
function roiOverShare(d) {
  const cases = roiCases(d);
  const rows = sortedBy(d.saving_over_share, 'local_share');
  const local = d.inputs?.local_share?.value;
  const at = d.break_even_local_share;
  return chart({
    title: 'Saving over the local share',
    note: 'What is saved a month when more or fewer of the requests go to the local model, all else as given.',
    x: { label: 'local share', values: rows.map((row) => row.local_share), format: share, steps: [.05, .1, .2, .25, .5] },
    y: { label: 'USD a month', format: money, axis: moneyShort, zero: true },
    series: cases.map((c) => ({ label: cases.length > 1 ? c.model : 'saved a month', values: column(sortedBy(c.saving_over_share, 'local_share'), 'saving_usd_per_month') })),
    marks: [
      isNumber(at) && at > 0 && at < 1 && { x: at, label: `pays from ${share(at)} on` },
      isNumber(local) && isNumber(d.saving_usd_per_month) && { x: local, y: d.saving_usd_per_month, label: `${share(local)}: ${money(d.saving_usd_per_month)}` },
    ],
  });
}

/** @param {any} d */
function roiHistogram(d) {
  const rows = rowsOf(d.interval?.histogram).map((row) => ({ at: (row.from_usd_per_month + row.to_usd_per_month) / 2, part: row.samples / d.interval.samples }));
  if (rows.length < 2 || rows[0].at === rows[1].at) return null;
  return chart({
    title: 'How often which saving comes out',
    note: `${count(d.interval.samples)} cases, drawn evenly from the ranges that were given.`,
    x: { label: 'USD saved a month', values: rows.map((row) => row.at), format: moneyShort },
    y: { label: 'part of the cases', format: share, zero: true },
    series: [{ label: 'cases', values: rows.map((row) => row.part), kind: 'bars' }],
    marks: [rows[0].at < 0 && rows[rows.length - 1].at > 0 && { x: 0, label: 'nothing saved' }],
    height: 220,
  });
}

/** @param {any} d */
function roiSensitivity(d) {
  const [low, high] = ['saving_low_usd_per_month', 'saving_high_usd_per_month'];
  const rows = rowsOf(d.sensitivity).filter((row) => isNumber(row[low]) && isNumber(row[high]));
  return bars({
    title: 'What the saving hangs on most',
    note: 'The saving a month when one input changes and the others stay. The line is the saving as computed.',
    heads: ['input', 'changed to', 'saved a month'],
    base: d.saving_usd_per_month,
    rows: rows.slice(0, 8).map((row) => ({
      label: ROI_INPUTS[row.input]?.label ?? sentence(words(row.input)),
      from: Math.min(row[low], row[high]),
      to: Math.max(row[low], row[high]),
      texts: [between(row.low, row.high, ROI_INPUTS[row.input]?.format ?? count), between(row[low], row[high], moneyShort)],
    })),
  });
}

/** @param {any} low @param {any} high @param {Format} format */
const between = (low, high, format) => `${format(low)} \u2013 ${format(high)}`;

// ---------------------------------------------------------------- tables

const ROI_COSTS = /** @type {[string, string | null, string][]} */ ([
  ['Frontier API', 'baseline_api_usd_per_month', 'api_usd_per_month'],
  ['Egress', 'baseline_egress_usd_per_month', 'egress_usd_per_month'],
  ['Operations', null, 'ops_usd_per_month'],
  ['Hardware and setup, amortised', null, 'hardware_usd_per_month'],
  ['Electricity', null, 'electricity_usd_per_month'],
  ['Total', 'baseline_usd_per_month', 'routed_usd_per_month'],
]);

/** @param {any} d */
const roiCosts = (d) => table({
  label: 'Cost a month, before and after',
  columns: [
    { label: 'USD a month', value: (row) => row.label },
    { label: 'before', value: (row) => row.before, format: money },
    { label: 'after', value: (row) => row.after, format: money },
  ],
  rows: ROI_COSTS.map(([label, before, after]) => ({ label, before: before && d[before], after: d[after] })).filter((row) => row.before || row.after),
  mark: (row) => row.label === 'Total',
});

/** @param {any} d */
const roiFacts = (d) => facts('Break-even', [
  ['Paid back after', orNever(d.break_even_months, payback)],
  ['Local share at which it pays', orNever(d.break_even_local_share, share)],
  ['Requests a month at which it pays, at this local share', orNever(d.break_even_requests, count)],
  ['Cost of a task done well, before', known(d.baseline_usd_per_success, money)],
  ['Cost of a task done well, after', known(d.routed_usd_per_success, money)],
]);

/** @param {any} d */
const roiCompare = (d) => roiCases(d).length > 1 && table({
  label: 'Models side by side',
  columns: [
    { label: 'model', value: (row) => row.model },
    { label: 'before', value: (row) => row.baseline_usd_per_month, format: money },
    { label: 'after', value: (row) => row.routed_usd_per_month, format: money },
    { label: 'saved a month', value: (row) => row.saving_usd_per_month, format: money },
    { label: '', value: (row) => row.saving_percent, format: percent },
    { label: 'break-even', value: (row) => orNever(row.break_even_months, payback), format: String },
    { label: 'verdict', value: (row) => VERDICTS[row.verdict]?.label ?? row.verdict },
    { label: 'do', value: (row) => RECOMMENDATIONS[row.recommendation] ?? row.recommendation },
  ],
  rows: roiCases(d),
  mark: (row) => row.model === d.model,
});

const ROI_INTERVALS = /** @type {[string, string, Format][]} */ ([
  ['Saved a month', 'saving_usd_per_month', money],
  ['Saved, of the cost before', 'saving_percent', percent],
  ['Cost a month before', 'baseline_usd_per_month', money],
  ['Cost a month after', 'routed_usd_per_month', money],
  ['Break-even', 'break_even_months', payback],
  ['Local share at which it pays', 'break_even_local_share', share],
  ['Cost of a task done well, after', 'routed_usd_per_success', money],
]);

/** @param {any} d */
const roiIntervals = (d) => d.interval && table({
  label: 'Nine of ten cases lie between these',
  columns: [
    { label: '', value: (row) => row.label },
    ...['p5', 'p50', 'p95'].map((p) => ({ label: `${p.slice(1)}%`, value: (/** @type {any} */ row) => orNever(row.range[p], row.format), format: String })),
  ],
  rows: ROI_INTERVALS.filter(([, key]) => d.interval[key]).map(([label, key, format]) => ({ label, format, range: d.interval[key] })),
});

/** @param {string} unit @returns {Format} */
const dollarsPer = (unit) => (value) => `${money(value)} ${unit}`;

const ROI_INPUTS = /** @type {Record<string, {label: string, format: Format}>} */ ({
  requests: { label: 'Requests a month', format: count },
  input_tokens: { label: 'Input tokens a request', format: count },
  output_tokens: { label: 'Output tokens a request', format: count },
  local_share: { label: 'Local share', format: share },
  input_price: { label: 'Price of 1M input tokens', format: money },
  output_price: { label: 'Price of 1M output tokens', format: money },
  cached_price: { label: 'Price of 1M cached input tokens', format: money },
  cache_hit_share: { label: 'Input tokens from the cache', format: share },
  retry_rate: { label: 'Billed retries per API request', format: share },
  throttle_rate: { label: 'Throttled answers per API request', format: share },
  egress: { label: 'Egress', format: dollarsPer('per GB') },
  bytes_per_token: { label: 'Bytes sent per input token', format: count },
  ops: { label: 'Operations', format: dollarsPer('a month') },
  hardware: { label: 'Hardware', format: money },
  setup: { label: 'Setup, once', format: money },
  amortise: { label: 'Hardware lasts', format: months },
  watts: { label: 'Power under load', format: (value) => `${count(value)} W` },
  kwh: { label: 'Electricity', format: dollarsPer('per kWh') },
  utilisation: { label: 'Time under load', format: share },
  growth: { label: 'Growth a month', format: share },
  local_success: { label: 'Local answers that are good', format: share },
  frontier_success: { label: 'API answers that are good', format: share },
});

/** @param {any} d */
const roiInputs = (d) => table({
  label: 'What was assumed',
  columns: [
    { label: 'input', value: (row) => ROI_INPUTS[row.key]?.label ?? sentence(words(row.key)) },
    { label: 'value', value: (row) => {
      const format = ROI_INPUTS[row.key]?.format ?? count;
      return row.low < row.high ? between(row.low, row.high, format) : format(row.value);
    }, format: String },
    { label: 'from', value: (row) => (row.given ? 'given' : /_price$/.test(row.key) && d.priced_as ? `price of ${d.priced_as}` : 'preset') },
  ],
  rows: Object.entries(d.inputs ?? {}).map(([key, value]) => ({ key, ...value })),
});

// ---------------------------------------------------------------- the page

/** @param {Told} report @returns {Page} */
function roiPage({ data: d }) {
  const cash = roiCash(d);
  const overShare = roiOverShare(d);
  const saving = d.saving_usd_per_month;
  const chance = d.interval?.probability_of_saving;
  return {
    title: 'Savings and break-even',
    ...(VERDICTS[d.verdict] ?? {}),
    verdict: roiSentence(d),
    lead: verdictLead(d),
    numbers: [
      { label: saving < 0 ? 'lost a month' : 'saved a month', value: isNumber(saving) && money(Math.abs(saving)), note: roiInterval(d, 'saving_usd_per_month', money) },
      { label: 'break-even', value: orNever(d.break_even_months, payback), note: roiInterval(d, 'break_even_months', payback) ?? d.break_even_why },
      { label: 'a month after routing', value: known(d.routed_usd_per_month, money), note: isNumber(d.baseline_usd_per_month) && `${money(d.baseline_usd_per_month)} before` },
    ],
    chart: cash ?? overShare,
    evidence: [
      section('Where the money goes', null, roiCosts(d), roiFacts(d)),
      section('How much should be local', null, cash && overShare),
      section('Other models', null, roiCompare(d)),
      section('What it hangs on', null, roiSensitivity(d)),
      section('How sure it is', isNumber(chance) && `In ${share(chance)} of the cases routing saves money.`, roiIntervals(d), roiHistogram(d)),
      section('What was assumed', 'The answer is as good as these. Measure them first: sluice audit takes most of them from your logs.', roiInputs(d)),
    ],
  };
}
