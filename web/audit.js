// sluice audit: what past usage says. docs/audit.md describes the data.

const PRECISION = /** @type {Record<string, string>} */ ({
  totals: 'The logs hold totals only: sizes of single requests and their texts are not known.',
  sizes: 'The logs hold the size of every request, but not its text: what is routine is judged from sizes.',
  prompts: 'The logs hold the prompts: what is routine and what is sensitive was judged by the same score and gate that route live requests.',
});

/** @param {any} d */
function auditSentence(d) {
  const saving = d.saving?.saving_usd_per_month;
  const part = d.saving?.saving_percent;
  const much = isNumber(saving) && saving > 0 && `${money(saving)} a month${isNumber(part) ? ` (${percent(part)})` : ''}`;
  switch (d.verdict) {
    case 'strong-candidate': return `A strong candidate${much ? `: routing routine work to a local model would save ${much}` : ' for routing routine work to a local model'}.`;
    case 'candidate': return much ? `A candidate: routing routine work to a local model would save ${much}.` : 'A candidate for routing routine work to a local model, but not for the money.';
    case 'weak': return much ? `A weak case: routing would save ${much}, but little of the work is made for it.` : 'A weak case for routing: little of the work is made for it.';
    case 'stay-in-the-cloud': return 'Don\u2019t: stay with the cloud API. Routing to a local model would not pay.';
    default: return 'What the logs say';
  }
}

/** @param {any} d */
function auditRoutine(d) {
  if (isNumber(d.routine_percent)) return percent(d.routine_percent);
  return isNumber(d.routine_percent_low) && isNumber(d.routine_percent_high) && `${percent(d.routine_percent_low)} \u2013 ${percent(d.routine_percent_high)}`;
}

/** @param {any} d @returns {BigNumber[]} */
function auditNumbers(d) {
  const range = isNumber(d.routine_percent) && isNumber(d.routine_percent_low) && isNumber(d.routine_percent_high)
    && `${percent(d.routine_percent_low)} to ${percent(d.routine_percent_high)}; `;
  return [
    { label: 'of all tokens are output', value: isNumber(d.output_token_percent) && percent(d.output_token_percent), note: 'above 60% speaks for routing' },
    { label: 'p95 latency', value: isNumber(d.latency_p95_ms) && milliseconds(d.latency_p95_ms), note: isNumber(d.ttft_p95_ms) && `first token: ${milliseconds(d.ttft_p95_ms)}` },
    { label: 'of the requests are routine', value: auditRoutine(d), note: `${range || ''}above 70% speaks for routing` },
  ];
}

// ---------------------------------------------------------------- charts

/** @param {any} d */
function auditByDay(d) {
  const rows = rowsOf(d.by_day).map((row) => ({ ...row, at: seconds(row.day) })).filter((row) => isNumber(row.at)).sort((a, b) => a.at - b.at);
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

/** @param {any} leak */
function auditLeak(leak) {
  const weeks = rowsOf(leak.weeks).map((row) => ({ at: seconds(row.week), value: row.value })).filter((row) => isNumber(row.at));
  const format = leakFormat(leak.unit);
  const trend = leak.trend_percent_per_week;
  return h('div', {},
    h('h3', {}, sentence(words(leak.leak))),
    h('p.note', {}, `${sentence(leak.measure)}: `, h('b', {}, format(leak.value)),
      isNumber(trend) && `, ${trend >= 0 ? '+' : ''}${percent(trend)} a week`, '. ', leak.remedy && stopped(sentence(leak.remedy))),
    weeks.length > 2 && chart({
      title: 'By week',
      x: { label: 'week of', values: weeks.map((row) => row.at), format: dayShort, time: true, ticks: weeks.length < 7 ? weeks.map((row) => row.at) : undefined },
      y: { label: leak.unit ?? '', format, axis: leak.unit === 'USD' ? moneyShort : format, zero: true },
      series: [{ label: leak.measure, values: column(weeks, 'value'), area: true }],
      height: 200,
    }));
}

/** @param {any} unit @returns {Format} */
const leakFormat = (unit) => (unit === 'percent' ? percent : unit === 'USD' ? money : unit === 'bytes' ? bytes : count);

// ---------------------------------------------------------------- tables

/** @param {any} d */
const auditUsage = (d) => table({
  label: 'Usage',
  columns: [{ label: 'usage', value: (row) => row[0] }, { label: '', value: (row) => row[1], format: String }],
  rows: [
    ['From', d.from && day(d.from)],
    ['Until', d.until && day(d.until)],
    ['Days', isNumber(d.days) && count(d.days)],
    ['Requests', isNumber(d.requests) && count(d.requests)],
    ['Input tokens', isNumber(d.input_tokens) && count(d.input_tokens)],
    ['of which cached', isNumber(d.cached_tokens) && count(d.cached_tokens)],
    ['Output tokens', isNumber(d.output_tokens) && count(d.output_tokens)],
    ['Spend', isNumber(d.spend_usd) && money(d.spend_usd)],
    ['Requests that are sensitive', isNumber(d.sensitive_percent) && percent(d.sensitive_percent)],
    ['Latency, median', isNumber(d.latency_p50_ms) && milliseconds(d.latency_p50_ms)],
    ['Latency, p95', isNumber(d.latency_p95_ms) && milliseconds(d.latency_p95_ms)],
    ['Latency, p99', isNumber(d.latency_p99_ms) && milliseconds(d.latency_p99_ms)],
    ['First token, p95', isNumber(d.ttft_p95_ms) && milliseconds(d.ttft_p95_ms)],
  ].filter((row) => row[1]),
});

/** @param {any} d */
const auditSaving = (d) => d.saving && table({
  label: 'What routing would save',
  columns: [{ label: 'USD a month', value: (row) => row[0] }, { label: '', value: (row) => row[1], format: String }],
  rows: [
    ['Cost now', isNumber(d.saving.baseline_usd_per_month) && money(d.saving.baseline_usd_per_month)],
    ['API after routing', isNumber(d.saving.api_usd_per_month) && money(d.saving.api_usd_per_month)],
    ['Operations', isNumber(d.saving.ops_usd_per_month) && money(d.saving.ops_usd_per_month)],
    ['Cost after routing', isNumber(d.saving.routed_usd_per_month) && money(d.saving.routed_usd_per_month)],
    ['Saved', isNumber(d.saving.saving_usd_per_month) && money(d.saving.saving_usd_per_month)],
  ].filter((row) => row[1]),
  mark: (row) => row[0] === 'Saved',
});

/** @param {any} d */
const auditDecision = (d) => table({
  label: 'Who should do what',
  columns: [
    { label: 'if you are', value: (row) => row.situation },
    { label: 'do this', value: (row) => row.answer },
    { label: 'why', value: (row) => row.why, wide: true },
    { label: 'here', value: (row) => (row.applies === true ? 'yes' : row.applies === false ? 'no' : 'not known') },
  ],
  rows: d.decision,
  mark: (row) => row.applies === true,
});

/** @param {any} d */
const auditFiles = (d) => table({
  label: 'Files',
  columns: [
    { label: 'file', value: (row) => row.file },
    { label: 'read as', value: (row) => row.format },
    { label: 'rows', value: (row) => row.rows, format: count },
    { label: 'bad rows', value: (row) => row.bad_rows, format: count },
  ],
  rows: rowsOf(d.files),
});

/** @param {any} d */
const auditBad = (d) => table({
  label: 'Bad rows',
  columns: [
    { label: 'file', value: (row) => row.file },
    { label: 'line', value: (row) => row.line, format: String },
    { label: 'what is wrong', value: (row) => row.why, wide: true },
  ],
  rows: rowsOf(d.bad),
});

// ---------------------------------------------------------------- the page

/** @param {Told} report @returns {Page} */
function auditPage({ data: d }) {
  return {
    title: 'Audit of past usage',
    ...(VERDICTS[d.verdict] ?? {}),
    verdict: auditSentence(d),
    lead: verdictLead(d),
    numbers: auditNumbers(d),
    chart: auditByDay(d),
    evidence: [
      section('Where the money goes', null, auditByModel(d), auditUsage(d)),
      section('Where it leaks', 'Four places where cost grows unseen, each with its measure and what to do.', rowsOf(d.leaks).length > 0 && h('div.several', {}, rowsOf(d.leaks).map(auditLeak))),
      section('What routing would save', null, auditSaving(d)),
      section('Who should do what', null, auditDecision(d)),
      section('How far to trust this', PRECISION[d.precision],
        isNumber(d.bad_rows) && d.bad_rows > 0 && callout(`${count(d.bad_rows)} rows could not be read. They are in none of the figures.`, true),
        auditFiles(d), auditBad(d)),
    ],
  };
}
