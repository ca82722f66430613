// sluice audit: what past usage says. docs/audit.md describes the data.

/** @param {any} d */
function auditSentence(d) {
  const { saving_usd_per_month: saving, saving_percent: part } = d.saving ?? {};
  const much = isNumber(saving) && saving > 0 && `${money(saving)} a\u00a0month${isNumber(part) ? ` (${percent(part)})` : ''}`;
  const would = `routing routine work to a local model would save ${much}`;
  if (!isNumber(d.output_token_percent) && !isNumber(saving) && auditShare(d, 'routine_percent').value === UNKNOWN && d.verdict === 'weak')
    return 'These logs cannot tell whether routing would pay.';
  switch (d.verdict) {
    case 'strong-candidate': return much ? `A strong candidate: ${would}.` : `A strong candidate for a local model${isNumber(saving) ? ', but the volume does not pay yet' : ''}.`;
    case 'candidate': return much ? `A candidate: ${would}.` : 'A candidate for routing to a local model, but not for the money.';
    case 'weak': return much ? `A weak case: ${would}.` : 'A weak case for routing to a local model.';
    case 'stay-in-the-cloud': return 'Don\u2019t: stay with the cloud API. Routing to a local model would not pay.';
    default: return 'What the logs say';
  }
}

/**
 * A share of the requests with its range; "74% – 82%" where only that is known; from 0 to 100% is not known.
 * @param {any} d @param {string} key
 */
function auditShare(d, key) {
  const [value, low, high] = [d[key], d[`${key}_low`], d[`${key}_high`]];
  const range = isNumber(low) && isNumber(high) && low < high && (low > 0 || high < 100);
  if (isNumber(value)) return { value: percent(value), range: range && `${percent(low)} to ${percent(high)}` };
  return { value: range ? between(low, high, percent) : value === null && UNKNOWN, range: null };
}

/** @param {any} d @returns {BigNumber[]} */
function auditNumbers(d) {
  const routine = auditShare(d, 'routine_percent');
  const rule = d.rule ?? {};
  const speaks = (/** @type {any} */ above) => isNumber(above) && `above ${percent(above)} speaks for routing`;
  return [
    { label: 'of all tokens are output', value: isNumber(d.output_token_percent) && percent(d.output_token_percent), note: speaks(rule.output_above_percent) },
    { label: 'latency, p95', value: isNumber(d.latency_p95_ms) && milliseconds(d.latency_p95_ms), note: isNumber(d.ttft_p95_ms) && `first token, p95: ${milliseconds(d.ttft_p95_ms)}` },
    { label: routine.value === UNKNOWN ? 'share of routine requests' : `of the requests ${isNumber(d.routine_percent) ? 'are' : 'may be'} routine`, value: routine.value,
      note: [routine.range, speaks(rule.routine_above_percent)].filter(Boolean).join('; ') },
  ];
}

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
  const rows = dated(d.by_day, 'day');
  const spent = rows.some((row) => isNumber(row.spend_usd));
  return chart({
    title: spent ? 'Spend by day' : 'Requests by day',
    x: { label: 'day', values: rows.map((row) => row.at), format: dayShort, time: true },
    y: spent ? { label: 'USD', format: money, axis: moneyShort, zero: true } : { label: 'requests', format: count, axis: short, zero: true },
    series: [{ label: spent ? 'spend' : 'requests', values: column(rows, spent ? 'spend_usd' : 'requests'), kind: 'bars' }],
  });
}

/** @param {any} d */
function auditByModel(d) {
  const rows = rowsOf(d.by_model).filter((row) => isNumber(row.spend_usd)).sort((a, b) => b.spend_usd - a.spend_usd);
  const total = rows.reduce((sum, row) => sum + row.spend_usd, 0);
  return bars({
    title: 'Spend by model',
    heads: ['model', 'requests', 'spend', 'of all'],
    rows: rows.slice(0, 12).map((row) => ({
      label: row.model,
      from: 0,
      to: row.spend_usd,
      texts: [count(row.requests), money(row.spend_usd), share(total > 0 ? row.spend_usd / total : null)],
    })),
  });
}

/** A small chart by week. @param {string} title @param {any} list @param {Format} format @param {[string, string][]} keys with labels */
function weekly(title, list, format, keys) {
  const rows = dated(list, 'week');
  return rows.length > 1 && chart({
    title,
    x: { label: 'week of', values: rows.map((row) => row.at), format: dayShort, time: true, ticks: rows.length < 7 ? rows.map((row) => row.at) : undefined },
    y: { label: '', format, zero: true },
    series: keys.map(([key, label]) => ({ label, values: column(rows, key) })),
    height: 200,
  });
}

const LEAK_FORMATS = /** @type {Record<string, Format>} */ ({ percent, bytes });

/** @param {any} unit @returns {Format} */
const leakFormat = (unit) => LEAK_FORMATS[unit] ?? ((value) => count(Math.round(value)));

/** @param {any} leak */
function leakValue({ value, unit, estimated }) {
  if (!isNumber(value)) return 'not in the logs';
  return `${leakFormat(unit)(value)}${unit === 'tokens' ? ' tokens' : ''}${estimated ? ', estimated' : ''}`;
}

/** @param {any} trend */
function leakTrend(trend) {
  if (!trend || !isNumber(trend.per_week_percent)) return null;
  if (trend.clear === false) return 'no clear trend';
  return `${trend.per_week_percent > 0 ? 'grows' : 'falls'} by ${percent(Math.abs(trend.per_week_percent))} a week (95%: ${percent(trend.low_percent)} to ${percent(trend.high_percent)})`;
}

/** @param {any} leak */
const auditLeak = (leak) => h('div', {},
  h('h3', {}, leak.title ?? sentence(words(leak.leak))),
  h('p.note', {}, `${sentence(leak.measure)}: `, h('b', {}, leakValue(leak)),
    [leakTrend(leak.trend), isNumber(leak.usd_per_month) && `${money(leak.usd_per_month)} a month`].filter(Boolean).map((text) => `; ${text}`), '.'),
  leak.remedy && h('p.note', {}, `To mend it: ${stopped(leak.remedy)}`),
  weekly('By week', leak.weeks, leakFormat(leak.unit), [['value', leak.measure]]));

// ---------------------------------------------------------------- tables

/** Cents are written as text in the data, so that none is lost. @param {any} text */
const cents = (text) => (text === null || text === undefined ? null : money(Number(text)));

/** @param {any} d */
const auditUsage = (d) => facts('Usage', [
  ['From', d.from && day(d.from)],
  ['To', d.until && day(d.until)],
  ['Requests', known(d.requests, count)],
  ['Input tokens', known(d.input_tokens, count)],
  ['of which read from a cache', isNumber(d.input_tokens) && known(d.cached_tokens, count)],
  ['Output tokens', known(d.output_tokens, count)],
  ['of which reasoning', d.reasoning_tokens > 0 && count(d.reasoning_tokens)],
  ['Spend by the log', cents(d.spend?.logged_usd)],
  ['Spend by the price book', cents(d.spend?.book_usd)],
  ['Bills, not added to the rest', cents(d.spend?.billed_usd)],
  ['Requests that are sensitive', auditShare(d, 'sensitive_percent').value],
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
    { label: 'if you have', value: (row) => row.situation },
    { label: 'do this', value: (row) => row.answer },
    { label: 'because', value: (row) => row.why },
    { label: 'here', value: (row) => (row.applies === true ? 'yes' : row.applies === false ? 'no' : 'not known') },
    { label: 'measured by', value: (row) => row.measured_by },
  ],
  rows: rowsOf(d.decision),
  mark: (row) => row.applies === true,
});

/** @param {any} d */
function auditReasons({ judged }) {
  const reasons = Object.entries(judged?.reasons ?? {}).sort((a, b) => b[1] - a[1]);
  return bars({
    title: 'Where requests would have gone, and why',
    note: isNumber(judged?.local_percent) ? `${percent(judged.local_percent)} of the ${count(judged.requests)} requests that were judged would have stayed local.` : undefined,
    heads: ['reason', 'requests'],
    rows: reasons.map(([reason, n]) => ({ label: sentence(words(reason)), from: 0, to: n, texts: [count(n)] })),
  });
}

const PRECISION = /** @type {Record<string, string>} */ ({
  totals: 'The logs hold totals only: neither sizes of single requests nor prompts. What is routine cannot be measured; ranges are given.',
  sizes: 'The logs hold the sizes of single requests, but no prompts. What is routine cannot be measured; ranges are given.',
  prompts: 'What is routine and what is sensitive was judged as the gateway would have judged it.',
});

/** @param {any} d */
const auditTrust = (d) => [
  PRECISION[d.precision],
  d.judged?.one_in > 1 && ` Of the prompts one in ${count(d.judged.one_in)} was judged.`,
  d.routine_source === 'claimed' && ' What is routine was claimed, not measured.',
  d.saving?.local_share_source === 'assumed' && ` The saving assumes that ${share(d.saving.local_share)} of the cost can stay local.`,
];

// ---------------------------------------------------------------- the page

/** @param {Told} report @returns {Page} */
function auditPage({ data: d }) {
  const overShare = auditOverShare(d);
  const perDay = auditByDay(d);
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
      section('Where it leaks', 'Four places where cost grows unseen.', rowsOf(d.leaks).length > 0 && h('div.several', {}, rowsOf(d.leaks).map(auditLeak))),
      section('How long people wait', null, auditLatency(d),
        weekly('Latency by week, p95', d.by_week, milliseconds, [['latency_p95_ms', 'whole answer'], ['ttft_p95_ms', 'first token']])),
      section('What routing would save', d.saving?.basis === 'logged' && 'By the cost in the log: the price book knows none of the models.', auditSaving(d), auditReasons(d)),
      section('Who should do what', null, auditDecision(d)),
      section('How far to trust this', auditTrust(d),
        low && high && low !== high && callout(`Within the range of what is not known the verdict goes from \u201c${words(low)}\u201d to \u201c${words(high)}\u201d.`),
        readFiles(d), badRows(d)),
    ],
  };
}
