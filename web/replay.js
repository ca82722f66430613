// sluice replay: the same requests under another policy. docs/replay.md describes the data.

/** @param {any} d */
function replaySentence(d) {
  const [before, best] = [d.before?.cost_usd, d.cheapest];
  const instead = isNumber(before) ? ` instead of ${money(before)}` : '';
  if (best && isNumber(best.cost_usd) && isNumber(best.local_share)) {
    const kept = isNumber(d.quality_floor) ? ` that keeps ${share(d.quality_floor)} of the quality` : '';
    return `The cheapest setting${kept} answers ${share(best.local_share)} of the requests locally and costs ${money(best.cost_usd)}${instead}.`;
  }
  const after = d.after?.cost_usd;
  if (!isNumber(before) || !isNumber(after)) return 'The same requests under another policy';
  const saved = before - after;
  return `Under this policy the same requests would have cost ${money(after)}${instead}: ${money(Math.abs(saved))} ${saved >= 0 ? 'less' : 'more'}.`;
}

/** @param {any} d @param {string} key @param {Format} format */
const replayBest = ({ cheapest: best }, key, format) => best && isNumber(best[key]) && { x: best.local_share, y: best[key], label: `${share(best.local_share)}: ${format(best[key])}` };

/** @param {any[]} rows */
const replayDial = (rows) => ({ label: 'local share', values: rows.map((row) => row.local_share), format: share, steps: [.05, .1, .2, .25, .5] });

/** @param {any} d */
function replayCost(d) {
  const rows = sortedBy(d.sweep, 'local_share');
  return chart({
    title: 'Cost over the local share',
    note: 'What the frontier would have cost for the same requests, at every setting of the dial.',
    x: replayDial(rows),
    y: { label: 'USD', format: money, axis: moneyShort, zero: true },
    series: [{ label: 'cost', ...withBand(rows, 'cost_usd') }],
    marks: [replayBest(d, 'cost_usd', money)],
  });
}

/** @param {any} d */
function replayQuality(d) {
  const rows = sortedBy(d.sweep, 'local_share').filter((row) => isNumber(row.quality_kept));
  const floor = d.quality_floor;
  return chart({
    title: 'Quality kept over the local share',
    note: `Of the quality with the frontier wherever the policy allows it${isNumber(d.outcomes) ? `, from ${count(d.outcomes)} requests whose outcome is known` : ''}. The band is the 95% interval.`,
    x: replayDial(rows),
    y: { label: 'quality kept', format: share },
    series: [
      { label: 'kept', colour: '--series-5', dash: [], ...withBand(rows, 'quality_kept') },
      isNumber(floor) && { label: 'asked for', colour: '--series-4', dash: [4, 4], values: rows.map(() => floor) },
    ],
    marks: [replayBest(d, 'quality_kept', share)],
  });
}

/** @param {any} e */
const replayEstimate = (e) => (e && isNumber(e.value) ? `${share(e.value)} (${share(e.low)} to ${share(e.high)})` : 'unknown');

/** The same in a cell, with from how many. @param {any} e @param {number} n */
const replayServed = (e, n) => (e && isNumber(e.value) ? `${replayEstimate(e)} of ${count(n)}` : `unknown, ${count(n)}`);

/** @param {any[]} bands */
const replayServedChart = (bands) => chart({
  title: 'Answers that served, over the score',
  note: 'The higher the score, the more a request wants the frontier. The bands are 95% intervals.',
  x: { label: 'score', values: bands.map((b) => (b.score_from + b.score_to) / 2), format: ratio },
  y: { label: 'served', format: share },
  series: [['local model', 'local_served', '--series-1'], ['frontier', 'frontier_served', '--series-2']].map(([label, key, colour]) => ({
    label, colour, ...withBand(bands.map(({ [key]: e }) => ({ v: e?.value ?? null, v_low: e?.low ?? null, v_high: e?.high ?? null })), 'v'),
  })),
});

/** What outcomes of one side tell: how often its answers served, by score. @param {any} d */
function replayOneSided({ one_sided: told, after }) {
  if (!told) return null;
  const bands = rowsOf(told.bands);
  return section('How often answers served', `Known from one side only: ${count(told.local_outcomes)} local answers and ${count(told.frontier_outcomes)} of the frontier have an outcome. They stand for all of their side and band of score; fewer than ${count(told.least_of_a_band)} are unknown.`,
    facts('Under this policy', [
      ['Local answers that served', replayEstimate(after?.local_served)],
      ['Known for this share of them', known(after?.local_served_covers, share)],
      ['Quality lost, against the frontier', replayEstimate(after?.quality_lost)],
    ]),
    bands.length > 1 && replayServedChart(bands),
    table({
      label: 'Answers that served, by score',
      columns: [
        { label: 'score', value: (row) => `${ratio(row.score_from)} \u2013 ${ratio(row.score_to)}` },
        { label: 'requests', value: (row) => row.requests, format: count },
        { label: 'served locally', value: (row) => replayServed(row.local_served, row.local_outcomes) },
        { label: 'served by the frontier', value: (row) => replayServed(row.frontier_served, row.frontier_outcomes) },
        { label: 'lost when local', value: (row) => replayEstimate(row.quality_lost) },
      ],
      rows: bands,
    }));
}

/** @param {string} title @param {string} head @param {any} list @param {string} key */
function replayParts(title, head, list, key) {
  const rows = rowsOf(list).filter((row) => isNumber(row.requests)).sort((a, b) => b.requests - a.requests);
  const total = rows.reduce((sum, row) => sum + row.requests, 0);
  return bars({
    title,
    heads: [head, 'requests', 'of all'],
    rows: rows.map((row) => ({ label: sentence(row.text ?? words(row[key])), from: 0, to: row.requests, texts: [count(row.requests), share(total > 0 ? row.requests / total : null)] })),
  });
}

/** @param {any} d */
const replaySweep = (d) => table({
  label: 'Every setting',
  columns: [
    { label: 'target', value: (row) => row.target_local_share, format: share },
    { label: 'local', value: (row) => row.local_share, format: share },
    { label: 'cost', value: (row) => row.cost_usd, format: money },
    { label: 'saved', value: (row) => row.saving_percent, format: percent },
    { label: 'quality', value: (row) => row.quality, format: ratio },
    { label: 'kept', value: (row) => row.quality_kept, format: share },
    { label: 'from', value: (row) => row.quality_kept_low, format: share },
    { label: 'to', value: (row) => row.quality_kept_high, format: share },
    { label: 'sent out', value: (row) => row.egress_bytes, format: bytes },
  ],
  rows: sortedBy(d.sweep, 'local_share'),
  mark: (row) => isNumber(d.policy?.target_local_share) && Math.abs(row.target_local_share - d.policy.target_local_share) < .001,
});

/** @param {any} d */
const replayPolicy = ({ policy: p = {}, cheapest, cheapest_sure: sure }) => facts('Setting', [
  ['Tried: routing.target_local_share', known(p.target_local_share, share)],
  ['Tried: policy.profile', p.profile],
  ['Prices where the log has none', p.frontier],
  ['Cheapest that keeps the quality', cheapest?.set],
  ['Cheapest that keeps it also at the lower end of the interval', sure?.set],
]);

/** @param {any} d */
const replayUnpriced = (d) => table({
  label: 'Without a price',
  columns: [{ label: 'models without a known price: in no cost', value: (row) => row.model }, { label: 'requests', value: (row) => row.requests, format: count }],
  rows: rowsOf(d.unpriced),
});

/** What it was, and where no request was decided what it could be. @param {any} d */
function replayBefore({ before, after }) {
  const range = isNumber(after?.cost_usd_low) && isNumber(after?.cost_usd_high) && `between ${money(after.cost_usd_low)} and ${money(after.cost_usd_high)}`;
  return [range, isNumber(before?.cost_usd) && `${money(before.cost_usd)} as it was`].filter(Boolean).join('; ');
}

/** @param {Told} report @returns {Page} */
function replayPage({ data: d }) {
  const cost = replayCost(d);
  const after = d.after?.cost_usd;
  return {
    title: 'Replay of past requests',
    verdict: replaySentence(d),
    lead: d.precision_text,
    numbers: [
      { label: 'under this policy', value: isNumber(after) && money(after), note: replayBefore(d) },
      { label: 'would have stayed local', value: isNumber(d.after?.local_share) && share(d.after.local_share), note: isNumber(d.requests) && `of ${count(d.requests)} requests` },
      { label: 'would not have left', value: isNumber(d.egress_avoided_bytes) && bytes(d.egress_avoided_bytes) },
    ],
    chart: cost,
    evidence: [
      section('What it does to quality', null, replayQuality(d)),
      replayOneSided(d),
      section('Every setting of the dial', null, replayPolicy(d), replaySweep(d)),
      section('Where requests would have gone, and why', null, replayParts('Routes', 'route', d.routes, 'route'), replayParts('Reasons', 'reason', d.reasons, 'reason')),
      section('What was read', null, readFiles(d), badRows(d), replayUnpriced(d)),
    ],
  };
}
