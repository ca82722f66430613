// sluice audit: what past usage says. docs/audit.md describes the data.

/** @param {any} d */
function auditSentence(d) {
  const { saving_usd_per_month: saving, saving_percent: part } = d.saving ?? {};
  const much = isNumber(saving) && saving > 0 && `${money(saving)} a\u00a0month${isNumber(part) ? ` (${percent(part)})` : ''}`;
  const would = `routing routine work to a local model would save ${much}`;
  switch (d.verdict) {
    case 'strong-candidate': return much ? `A strong candidate: ${would}.` : 'A strong candidate for routing routine work to a local model.';
    case 'candidate': return much ? `A candidate: ${would}.` : 'A candidate for routing to a local model, but not for the money.';
    case 'weak': return much ? `A weak case: ${would}.` : 'A weak case for routing to a local model.';
    case 'stay-in-the-cloud': return 'Don\u2019t: stay with the cloud API. Routing to a local model would not pay.';
    default: return 'What the logs say';
  }
}

/** "74% – 82%" where there is no point, or the point with its range as a note. @param {any} part of the requests: {percent, low, high} */
function auditShare(part) {
  const range = part && isNumber(part.low) && isNumber(part.high) && part.low < part.high && `${percent(part.low)} to ${percent(part.high)}`;
  return part && isNumber(part.percent) ? { value: percent(part.percent), range } : { value: range && range.replace(' to ', ' \u2013 '), range: null };
}

/** @param {any} d @returns {BigNumber[]} */
function auditNumbers(d) {
  const routine = auditShare(d.routine ?? { percent: d.routine_percent });
  const rule = d.rule ?? {};
  const speaks = (/** @type {any} */ above) => isNumber(above) && `above ${percent(above)} speaks for routing`;
  return [
    { label: 'of all tokens are output', value: isNumber(d.output_token_percent) && percent(d.output_token_percent), note: speaks(rule.output_above_percent) },
    { label: 'latency, p95', value: isNumber(d.latency_p95_ms) && milliseconds(d.latency_p95_ms), note: isNumber(d.ttft_p95_ms) && `first token, p95: ${milliseconds(d.ttft_p95_ms)}` },
    { label: isNumber(d.routine_percent) ? 'of the requests are routine' : 'of the requests may be routine', value: routine.value,
      note: [routine.range, speaks(rule.routine_above_percent)].filter(Boolean).join('; ') },
  ];
}

// Money is what the price book says; where it knows no model, what the log says.
/** @param {any[]} rows */
const spentKey = (rows) => (rows.some((row) => isNumber(row.book_usd)) ? 'book_usd' : 'logged_usd');

// ---------------------------------------------------------------- charts

/** @param {any} d */
function auditOverShare(d) {
  const rows = sortedBy(d.saving?.curve, 'local_share');
  const { local_share: local, saving_usd_per_month: saving, break_even_local_share: at, low, high } = d.saving ?? {};
  const range = isNumber(low?.saving_usd_per_month) && isNumber(high?.saving_usd_per_month) && low.saving_usd_per_month !== high.saving_usd_per_month;
  return chart({
    title: 'What routing would save',
    note: `A month, when more or fewer of the requests go to the local model.${range ? ` Between ${share(low.local_share)} and ${share(high.local_share)} could: ${money(low.saving_usd_per_month)} to ${money(high.saving_usd_per_month)}.` : ''}`,
    x: { label: 'local share', values: rows.map((row) => row.local_share), format: share, steps: [.05, .1, .2, .25, .5] },
    y: { label: 'USD a month', format: money, axis: moneyShort, zero: true },
    series: [{ label: 'saved a month', values: column(rows, 'saving_usd_per_month') }],
    marks: [
      isNumber(at) && at > 0 && at < 1 && { x: at, label: `pays from ${share(at)} on` },
      isNumber(local) && isNumber(saving) && { x: local, y: saving, label: `${share(local)}: ${money(saving)}` },
    ],
  });
}

/** @param {any} d */
function auditByDay(d) {
  const rows = dated(d.daily, 'day');
  const key = spentKey(rows);
  const spent = rows.some((row) => isNumber(row[key]));
  return chart({
    title: spent ? 'Spend by day' : 'Requests by day',
    x: { label: 'day', values: rows.map((row) => row.at), format: dayShort, time: true },
    y: spent ? { label: 'USD', format: money, axis: moneyShort, zero: true } : { label: 'requests', format: count, axis: short, zero: true },
    series: [{ label: spent ? 'spend' : 'requests', values: column(rows, spent ? key : 'requests'), kind: 'bars' }],
  });
}

/** @param {any} d */
function auditByModel(d) {
  const key = spentKey(rowsOf(d.models));
  const rows = rowsOf(d.models).filter((row) => isNumber(row[key])).sort((a, b) => b[key] - a[key]);
  const total = rows.reduce((sum, row) => sum + row[key], 0);
  return bars({
    title: 'Spend by model',
    heads: ['model', 'requests', 'spend', 'of all'],
    rows: rows.slice(0, 12).map((row) => ({
      label: row.model,
      from: 0,
      to: row[key],
      texts: [count(row.requests), money(row[key]), share(total > 0 ? row[key] / total : null)],
    })),
  });
}

/** @param {string} title @param {any} d @param {Format} format @param {Series[]} series */
function weekly(title, d, format, series) {
  const rows = dated(d.weekly, 'week');
  return rows.length > 1 && chart({
    title,
    x: { label: 'week of', values: rows.map((row) => row.at), format: dayShort, time: true, ticks: rows.length < 7 ? rows.map((row) => row.at) : undefined },
    y: { label: '', format, zero: true },
    series,
    height: 200,
  });
}

/** @param {any} d @param {string} key @param {string} label */
const byWeek = (d, key, label) => ({ label, values: column(dated(d.weekly, 'week'), key) });

// The measures that a week has, by the name of the leak.
const LEAK_WEEKS = /** @type {Record<string, [string, Format]>} */ ({
  'output-bloat': ['output_per_request', count],
  'context-bloat': ['input_per_request', count],
  'ops-tax': ['failed_percent', percent],
});

/** @param {any} leak */
function leakValue({ value, unit, estimated }) {
  if (!isNumber(value)) return 'not in the logs';
  const text = unit === 'GB' ? bytes(value * 1e9) : /^%/.test(unit) ? percent(value) : `${count(Math.round(value))} ${unit ?? ''}`;
  return estimated ? `${text}, estimated` : text;
}

/** @param {any} trend */
function leakTrend(trend) {
  if (!trend || !isNumber(trend.per_week_percent)) return null;
  if (trend.clear === false) return 'no clear trend';
  return `${trend.per_week_percent > 0 ? 'grows' : 'falls'} by ${percent(Math.abs(trend.per_week_percent))} a week (95%: ${percent(trend.low_percent)} to ${percent(trend.high_percent)})`;
}

/** @param {any} d */
const auditLeaks = (d) => rowsOf(d.leaks).map((leak) => {
  const [key, format] = LEAK_WEEKS[leak.name] ?? [];
  return h('div', {},
    h('h3', {}, leak.title ?? sentence(words(leak.name))),
    h('p.note', {}, `${sentence(leak.measure)}: `, h('b', {}, leakValue(leak)),
      [leakTrend(leak.trend), isNumber(leak.usd_per_month) && `${money(leak.usd_per_month)} a month`].filter(Boolean).map((text) => `; ${text}`), '.'),
    leak.remedy && h('p.note', {}, `To mend it: ${stopped(leak.remedy)}`),
    key && format && weekly('By week', d, format, [byWeek(d, key, leak.measure)]));
});

// ---------------------------------------------------------------- tables

/** Cents are written as text in the data, so that none is lost. @param {any} text */
const cents = (text) => (text === null || text === undefined ? null : money(Number(text)));

/** @param {any} d */
const auditUsage = (d) => facts('Usage', [
  ['From', d.first_day && day(d.first_day)],
  ['To', d.last_day && day(d.last_day)],
  ['Requests', known(d.requests, count)],
  ['Input tokens', known(d.input_tokens, count)],
  ['of which read from a cache', known(d.cached_tokens, count)],
  ['Output tokens', known(d.output_tokens, count)],
  ['of which reasoning', d.reasoning_tokens > 0 && count(d.reasoning_tokens)],
  ['Spend by the log', cents(d.spend?.logged_usd)],
  ['Spend by the price book', cents(d.spend?.book_usd)],
  ['Requests that are sensitive', auditShare(d.sensitive).value],
  ['Models without a known price', rowsNames(d.spend?.unknown_models)],
]);

/** @param {any} names */
const rowsNames = (names) => Array.isArray(names) && names.length > 0 && names.slice(0, 8).join(', ') + (names.length > 8 ? `, and ${names.length - 8} more` : '');

/** @param {any} d */
const auditLatency = (d) => table({
  label: 'Latency',
  columns: [
    { label: '', value: (row) => row.label },
    ...['p50', 'p95', 'p99', 'mean'].map((key) => ({ label: key, value: (/** @type {any} */ row) => row[key], format: milliseconds })),
    { label: 'requests', value: (row) => row.requests, format: count },
  ],
  rows: [{ label: 'whole answer', ...d.latency_ms }, { label: 'first token', ...d.ttft_ms }].filter((row) => isNumber(row.p95)),
});

/** @param {any} d */
const auditSaving = ({ saving: s }) => s && facts('USD a month', [
  ['API now', known(s.baseline_usd_per_month, money)],
  ['API after routing', known(s.api_usd_per_month, money)],
  ['Egress after routing', s.egress_usd_per_month > 0 && money(s.egress_usd_per_month)],
  ['Operations', known(s.ops_usd_per_month, money)],
  ['Hardware, amortised', s.hardware_usd_per_month > 0 && money(s.hardware_usd_per_month)],
  ['Electricity', s.electricity_usd_per_month > 0 && money(s.electricity_usd_per_month)],
  ['Saved', known(s.saving_usd_per_month, money)],
  ['Break-even', orNever(s.break_even_months, payback)],
  ['Requests a month at which it pays', orNever(s.break_even_requests_per_month, count)],
], 'Saved');

/** @param {any} d */
const auditDecision = (d) => table({
  label: 'Who should do what',
  columns: [
    { label: 'if you have', value: (row) => row.if },
    { label: 'do this', value: (row) => row.do },
    { label: 'because', value: (row) => row.why },
    { label: 'here', value: (row) => (row.applies === true ? 'yes' : row.applies === false ? 'no' : 'not known') },
    { label: 'measured by', value: (row) => row.measured_by },
  ],
  rows: rowsOf(d.decision_table),
  mark: (row) => row.applies === true,
});

/** @param {any} d */
const auditFiles = (d) => table({
  label: 'Files',
  columns: [
    { label: 'file', value: (row) => row.file },
    { label: 'read as', value: (row) => row.title ?? row.format },
    { label: 'rows', value: (row) => row.rows, format: count },
    { label: 'bad', value: (row) => row.bad, format: count },
    { label: 'left out', value: (row) => row.left_out, format: count },
    { label: 'size', value: (row) => row.bytes, format: bytes },
  ],
  rows: rowsOf(d.files),
});

/** @param {any} d */
const auditBad = (d) => table({
  label: 'Bad rows',
  columns: [
    { label: 'bad row in', value: (row) => row.file },
    { label: 'line', value: (row) => row.line, format: String },
    { label: 'what is wrong', value: (row) => row.why, wide: true },
  ],
  rows: rowsOf(d.bad_rows?.first),
});

/** @param {any} d */
function auditReasons(d) {
  const reasons = Object.entries(d.routes?.reasons ?? {}).sort((a, b) => b[1] - a[1]);
  return bars({
    title: 'Why requests would have gone where',
    note: isNumber(d.routes?.local_percent) ? `${percent(d.routes.local_percent)} of ${count(d.routes.judged)} requests that were judged would have stayed local.` : undefined,
    heads: ['reason', 'requests'],
    rows: reasons.map(([reason, n]) => ({ label: sentence(words(reason)), from: 0, to: n, texts: [count(n)] })),
  });
}

// ---------------------------------------------------------------- the page

/** @param {Told} report @returns {Page} */
function auditPage({ data: d }) {
  const overShare = auditOverShare(d);
  const perDay = auditByDay(d);
  const bad = d.bad_rows?.count;
  const { low, high } = d.verdict_range ?? {};
  return {
    title: 'Audit of past usage',
    ...(VERDICTS[d.verdict] ?? {}),
    verdict: auditSentence(d),
    lead: verdictLead(d),
    numbers: auditNumbers(d),
    chart: overShare ?? perDay,
    evidence: [
      section('Where the money goes', null, overShare && perDay, auditByModel(d), auditUsage(d)),
      section('Where it leaks', 'Four places where cost grows unseen.', rowsOf(d.leaks).length > 0 && h('div.several', {}, auditLeaks(d))),
      section('How long people wait', null, auditLatency(d),
        weekly('Latency by week, p95', d, milliseconds, [byWeek(d, 'latency_p95_ms', 'whole answer'), byWeek(d, 'ttft_p95_ms', 'first token')])),
      section('What routing would save', d.saving?.basis === 'logged' && 'By the cost in the log: the price book knows none of the models.', auditSaving(d), auditReasons(d)),
      section('Who should do what', null, auditDecision(d)),
      section('How far to trust this', d.precision?.text,
        low && high && low !== high && callout(`Within the range of what is not known the verdict goes from \u201c${words(low)}\u201d to \u201c${words(high)}\u201d.`),
        bad > 0 && callout(`${count(bad)} ${bad === 1 ? 'row' : 'rows'} could not be read, and stand in no figure.`, true),
        auditFiles(d), auditBad(d)),
    ],
  };
}
