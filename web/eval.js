// sluice eval: how good the router is. docs/learning.md describes the data.

const EVAL_LINES = /** @type {[string, string][]} */ ([['router', 'this router'], ['length', 'prompt length'], ['random', 'random'], ['oracle', 'oracle']]);

/** @param {any} d @param {string} key @param {Format} format */
const interval95 = (d, key, format) => isNumber(d[`${key}_low`]) && isNumber(d[`${key}_high`]) && `95%: ${format(d[`${key}_low`])} to ${format(d[`${key}_high`])}`;

/** @param {any} d */
function evalSentence(d) {
  if (!isNumber(d.cpt50)) return isNumber(d.apgr) ? `The router recovers ${share(d.apgr)} of what the frontier does better, on average over all shares.` : 'How good the router is';
  const chance = d.lines?.random?.cpt50;
  return `With ${percent(d.cpt50)} of the requests at the frontier the router gets half of what the frontier does better${isNumber(chance) ? `; by chance that takes ${percent(chance)}` : ''}.`;
}

/** @param {any} d */
function evalCurve(d) {
  const rows = sortedBy(d.curve, 'frontier_share');
  return chart({
    title: 'Quality over the frontier share',
    note: 'The higher above random, the better the router tells which requests need the frontier.',
    x: { label: 'requests at the frontier', values: rows.map((row) => row.frontier_share), format: share, steps: [.05, .1, .2, .25, .5] },
    y: { label: 'quality', format: ratio },
    series: EVAL_LINES.map(([key, label], i) => ({ label, ...withBand(rows, key), colour: ['--series-1', '--series-2', '--series-4', '--series-3'][i], dash: [[], [7, 4], [2, 3], [10, 3, 2, 3]][i] })),
  });
}

/** @param {any} d */
function evalPrice(d) {
  const rows = sortedBy(d.curve, 'cost_usd');
  return chart({
    title: 'Quality over the price',
    x: { label: 'USD for 1,000 requests', values: rows.map((row) => row.cost_usd), format: money },
    y: { label: 'quality', format: ratio },
    series: [{ label: 'this router', ...withBand(rows, 'router') }],
  });
}

/**
 * Wilson's 95% interval of a share that was seen in n cases (E. B. Wilson, 1927).
 * @param {any} row of the calibration
 */
function wilson({ observed: p, rows: n }) {
  if (!isNumber(p) || !(n > 0)) return [null, null];
  const z = 1.959964;
  const centre = p + z * z / (2 * n);
  const half = z * Math.sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  return [centre - half, centre + half].map((v) => v / (1 + z * z / n));
}

/** @param {any} d */
function evalCalibration(d) {
  const rows = sortedBy(d.calibration, 'predicted');
  const intervals = rows.map(wilson);
  const aside = isNumber(d.ece) ? ` On average it is ${share(d.ece)} beside it.` : '';
  return chart({
    title: 'Said and seen',
    note: `How often the local model did as well, over how often the score said it would; the band is the 95% interval. On the dashed line what is said comes true.${aside}`,
    x: { label: 'said', values: rows.map((row) => row.predicted), format: share, range: [0, 1], steps: [.1, .2, .25, .5] },
    y: { label: 'seen', format: share, range: [0, 1] },
    series: [
      { label: 'as well as the frontier', dash: [], values: column(rows, 'observed'), band: { low: intervals.map(([low]) => low), high: intervals.map(([, high]) => high) } },
      { label: 'said = seen', values: rows.map((row) => row.predicted), colour: '--series-4', dash: [4, 4] },
    ],
  });
}

/** @param {any} d */
const evalLines = (d) => table({
  label: 'The router beside simple lines',
  columns: [
    { label: '', value: (row) => row.label },
    { label: 'APGR', value: (row) => row.apgr, format: ratio },
    { label: 'from', value: (row) => row.apgr_low, format: ratio },
    { label: 'to', value: (row) => row.apgr_high, format: ratio },
    { label: 'CPT(50)', value: (row) => row.cpt50, format: percent },
    { label: 'CPT(80)', value: (row) => row.cpt80, format: percent },
  ],
  rows: EVAL_LINES.map(([key, label]) => ({ label, ...(key === 'router' ? d : d.lines?.[key]) })).filter((row) => isNumber(row.apgr)),
  mark: (row) => row.label === EVAL_LINES[0][1],
});

/** @param {any} d */
const evalShares = (d) => table({
  label: 'Quality at small frontier shares',
  columns: [
    { label: 'at the frontier', value: (row) => row.frontier_share, format: share },
    { label: 'quality', value: (row) => row.quality, format: ratio },
    { label: 'from', value: (row) => row.quality_low, format: ratio },
    { label: 'to', value: (row) => row.quality_high, format: ratio },
    { label: 'of the gap', value: (row) => row.gap_recovered, format: share },
  ],
  rows: sortedBy(d.quality_at, 'frontier_share'),
});

/** @param {any} d */
const evalTasks = (d) => table({
  label: 'By task',
  columns: [
    { label: 'task', value: (row) => words(row.task) },
    { label: 'outcomes', value: (row) => row.rows, format: count },
    { label: 'local as well', value: (row) => row.weak_wins, format: share },
    { label: 'APGR', value: (row) => row.apgr, format: ratio },
    { label: 'local right', value: (row) => row.local_right, format: count },
    { label: 'local wrong', value: (row) => row.local_wrong, format: count },
    { label: 'sent right', value: (row) => row.frontier_right, format: count },
    { label: 'needless', value: (row) => row.frontier_wrong, format: count },
  ],
  rows: rowsOf(d.tasks),
});

/** @param {any} d */
const evalFacts = (d) => facts('Measured', [
  ['Outcomes', known(d.rows, count)],
  ['Lines that could not be used', d.faulty > 0 && count(d.faulty)],
  ['How', d.method],
  ['Weights', d.weights],
  ['Quality of the local model alone', known(d.weak, ratio)],
  ['Quality of the frontier alone', known(d.strong, ratio)],
  ['Error of its probabilities (Brier)', known(d.brier, ratio)],
  [`APGR, mean of ${rowsOf(d.draws).length} draws`, known(d.apgr_mean, ratio)],
  ['Learning took at most', isNumber(d.cpu_seconds_most) && `${figures(d.cpu_seconds_most, 2)} s of CPU`],
]);

/** @param {Told} report @returns {Page} */
function evalPage({ data: d }) {
  return {
    title: 'How good the router is',
    verdict: evalSentence(d),
    lead: isNumber(d.rows) && `Measured on ${count(d.rows)} outcomes.`,
    numbers: [
      { label: 'APGR (0.5 is chance)', value: isNumber(d.apgr) && ratio(d.apgr), note: interval95(d, 'apgr', ratio) },
      { label: 'at the frontier for half of the gap', value: isNumber(d.cpt50) && percent(d.cpt50), note: interval95(d, 'cpt50', percent) },
      { label: 'at the frontier for 80% of it', value: isNumber(d.cpt80) && percent(d.cpt80), note: interval95(d, 'cpt80', percent) },
    ],
    chart: evalCurve(d),
    evidence: [
      section('Beside simple lines', null, evalLines(d), evalShares(d)),
      section('What quality costs', null, evalPrice(d)),
      section('Whether its probabilities hold', null, evalCalibration(d)),
      section('By task', null, evalTasks(d)),
      section('What it was measured on', null, evalFacts(d)),
    ],
  };
}
