// sluice roi: what routing saves, when it pays back, and what that hangs on. docs/roi.md describes the data.

/** @param {any} d */
function roiVerdict(d) {
  const model = d.frontier ? `${d.frontier}` : 'the frontier API';
  const to = isNumber(d.local_share) ? `${share(d.local_share)} of the requests` : 'routine requests';
  if (!isNumber(d.saving_usd_per_month)) return `What routing ${to} to a local model would save is not known.`;
  const part = isNumber(d.saving_percent) ? `, ${percent(Math.abs(d.saving_percent))} of what ${model} costs today` : '';
  if (d.saving_usd_per_month > 0) return `Routing ${to} to a local model saves ${money(d.saving_usd_per_month)} a month${part}.`;
  return `Not for the money: routing ${to} to a local model would cost ${money(-d.saving_usd_per_month)} a month more${part}.`;
}

/** @param {any} d @param {string} key @param {Format} format */
function roiInterval(d, key, format) {
  const range = d.intervals?.[key];
  return range && isNumber(range.p5) && isNumber(range.p95) && `5 to 95%: ${format(range.p5)} to ${format(range.p95)}`;
}

/** @param {any} d */
const roiBreakEven = (d) => (isNumber(d.break_even_months) ? (d.break_even_months === 0 ? 'at once' : months(d.break_even_months)) : d.break_even_months === null && 'never');

/** @param {any} d */
function roiCash(d) {
  const rows = sortedBy(d.cash_months, 'month');
  const at = d.break_even_months;
  return chart({
    title: rows.length > 0 ? `Cash over ${rows[rows.length - 1].month} months` : '',
    note: 'What has been saved up to the end of each month, less what was paid at the start.',
    x: { label: 'month', values: rows.map((row) => row.month), format: count, steps: [1, 3, 6, 12, 24] },
    y: { label: 'USD, cumulative', format: money, axis: moneyShort, zero: true },
    series: [{ label: 'saved so far', values: column(rows, 'cumulative_usd'), area: true }],
    marks: [isNumber(at) && at > 0 && { x: at, label: `break-even: ${months(at)}` }],
  });
}

/** @param {any} d */
function roiOverShare(d) {
  const rows = sortedBy(d.saving_over_share, 'local_share');
  const at = d.break_even_local_share;
  return chart({
    title: 'Saving over the local share',
    note: 'What is saved a month when more or fewer of the requests are answered locally, all else as given.',
    x: { label: 'local share', values: rows.map((row) => row.local_share), format: share, steps: [.05, .1, .2, .25, .5] },
    y: { label: 'USD a month', format: money, axis: moneyShort, zero: true },
    series: [{ label: 'saved a month', ...withBand(rows, 'saving_usd_per_month') }],
    marks: [
      isNumber(d.local_share) && isNumber(d.saving_usd_per_month) && { x: d.local_share, y: d.saving_usd_per_month, label: `here: ${money(d.saving_usd_per_month)}` },
      isNumber(at) && at > 0 && at < 1 && { x: at, label: `pays from ${share(at)} on` },
    ],
  });
}

const ROI_COSTS = [
  ['Frontier API', 'baseline_api_usd_per_month', 'api_usd_per_month'],
  ['Egress', 'baseline_egress_usd_per_month', 'egress_usd_per_month'],
  ['Operations', null, 'ops_usd_per_month'],
  ['Hardware and setup, amortised', null, 'hardware_usd_per_month'],
  ['Electricity', null, 'electricity_usd_per_month'],
  ['Total', 'baseline_usd_per_month', 'routed_usd_per_month'],
];

/** @param {any} d */
function roiCosts(d) {
  const rows = ROI_COSTS.map(([label, before, after]) => ({ label, before: before && d[before], after: after && d[after] }))
    .filter((row) => isNumber(row.before) || isNumber(row.after));
  return table({
    label: 'Cost a month, before and after',
    columns: [
      { label: 'USD a month', value: (row) => row.label },
      { label: 'before', value: (row) => row.before, format: money },
      { label: 'after', value: (row) => row.after, format: money },
    ],
    rows,
    mark: (row) => row.label === 'Total',
  });
}

/** @param {any} d */
function roiSensitivity(d) {
  const rows = rowsOf(d.sensitivity).filter((row) => isNumber(row.saving_low) && isNumber(row.saving_high));
  return bars({
    title: 'What the saving hangs on',
    note: 'The saving a month when one input changes and the others stay. Orange: less is saved than now; blue: more.',
    heads: ['input', 'at its low', 'at its high'],
    base: d.saving_usd_per_month,
    rows: rows.map((row) => ({
      label: sentence(words(row.input)),
      from: Math.min(row.saving_low, row.saving_high),
      to: Math.max(row.saving_low, row.saving_high),
      texts: [money(row.saving_low), money(row.saving_high)],
    })),
  });
}

/** @param {Told} report */
function roiPage({ data: d }) {
  const cash = roiCash(d);
  const overShare = roiOverShare(d);
  const saves = d.saving_usd_per_month > 0;
  return {
    title: 'Savings and break-even',
    tone: /** @type {'good' | 'bad'} */ (saves ? 'good' : 'bad'),
    label: saves ? 'It pays' : 'It does not pay',
    verdict: roiVerdict(d),
    numbers: [
      { label: 'saved a month', value: isNumber(d.saving_usd_per_month) && money(d.saving_usd_per_month), note: roiInterval(d, 'saving_usd_per_month', money) },
      { label: 'break-even', value: roiBreakEven(d), note: roiInterval(d, 'break_even_months', months) },
      { label: 'a month after routing', value: isNumber(d.routed_usd_per_month) && money(d.routed_usd_per_month), note: isNumber(d.baseline_usd_per_month) && `before: ${money(d.baseline_usd_per_month)}` },
    ],
    chart: cash ?? overShare,
    evidence: [
      section('Where the money goes', null, roiCosts(d)),
      section('How much should be local', null, cash && overShare),
      section('How sure this is', null, roiSensitivity(d)),
    ],
  };
}
