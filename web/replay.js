// sluice replay: the same requests under another policy. Reads, and leaves out what is absent:
//   requests, outcomes, egress_avoided_bytes, quality_floor; before, after {cost_usd, local_share}
//   sweep[] {target_local_share, local_share, cost_usd, saving_percent, quality, quality_low, quality_high, egress_bytes}
//   cheapest: the row of the sweep that is the cheapest to keep the quality
//   routes[] {route, requests}; reasons[] {reason, requests}

/** @param {any} d */
function replaySentence(d) {
  const best = d.cheapest;
  if (best && isNumber(best.cost_usd) && isNumber(best.local_share)) {
    const kept = isNumber(best.quality) && isNumber(d.quality_floor) ? ` and keeps a quality of ${ratio(d.quality_floor)}` : '';
    return `The cheapest setting${kept ? ' that keeps quality' : ''} answers ${share(best.local_share)} locally, for ${money(best.cost_usd)}${isNumber(d.before?.cost_usd) ? ` instead of ${money(d.before.cost_usd)}` : ''}.`;
  }
  if (isNumber(d.before?.cost_usd) && isNumber(d.after?.cost_usd)) {
    const saved = d.before.cost_usd - d.after.cost_usd;
    return `Under this policy the same requests would have cost ${money(d.after.cost_usd)} instead of ${money(d.before.cost_usd)}: ${saved >= 0 ? `${money(saved)} less` : `${money(-saved)} more`}.`;
  }
  return 'The same requests under another policy';
}

/** @param {any} d */
function replayCost(d) {
  const rows = sortedBy(d.sweep, 'local_share');
  const best = d.cheapest;
  return chart({
    title: 'Cost over the local share',
    note: 'What the same requests would have cost, at every setting of the dial.',
    x: { label: 'local share', values: rows.map((row) => row.local_share), format: share, steps: [.05, .1, .2, .25, .5] },
    y: { label: 'USD', format: money, axis: moneyShort, zero: true },
    series: [{ label: 'cost', ...withBand(rows, 'cost_usd') }],
    marks: [best && isNumber(best.cost_usd) && { x: best.local_share, y: best.cost_usd, label: `${share(best.local_share)}: ${money(best.cost_usd)}` }],
  });
}

/** @param {any} d */
function replayQuality(d) {
  const rows = sortedBy(d.sweep, 'local_share');
  return chart({
    title: 'Quality over the local share',
    note: isNumber(d.outcomes) ? `From ${count(d.outcomes)} requests whose outcome is known; the band holds 95 of 100 draws.` : undefined,
    x: { label: 'local share', values: rows.map((row) => row.local_share), format: share, steps: [.05, .1, .2, .25, .5] },
    y: { label: 'quality', format: ratio },
    series: [{ label: 'quality', colour: '--series-5', ...withBand(rows, 'quality') }],
    marks: [d.cheapest && isNumber(d.cheapest.quality) && { x: d.cheapest.local_share, y: d.cheapest.quality, label: `${share(d.cheapest.local_share)}: ${ratio(d.cheapest.quality)}` }],
  });
}

/** @param {string} title @param {string} head @param {any} list @param {string} key */
function replayParts(title, head, list, key) {
  const rows = rowsOf(list).filter((row) => isNumber(row.requests)).sort((a, b) => b.requests - a.requests);
  const total = rows.reduce((sum, row) => sum + row.requests, 0);
  return bars({
    title,
    heads: [head, 'requests', 'of all'],
    rows: rows.map((row) => ({ label: words(row[key]), from: 0, to: row.requests, texts: [count(row.requests), share(total > 0 ? row.requests / total : null)] })),
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
    { label: 'from', value: (row) => row.quality_low, format: ratio },
    { label: 'to', value: (row) => row.quality_high, format: ratio },
    { label: 'sent out', value: (row) => row.egress_bytes, format: bytes },
  ],
  rows: sortedBy(d.sweep, 'local_share'),
  mark: (row) => d.cheapest && row.local_share === d.cheapest.local_share && row.cost_usd === d.cheapest.cost_usd,
});

/** @param {Told} report @returns {Page} */
function replayPage({ data: d }) {
  const cost = replayCost(d);
  const [before, after] = [d.before?.cost_usd, d.after?.cost_usd];
  return {
    title: 'Replay of past requests',
    verdict: replaySentence(d),
    numbers: [
      { label: 'under this policy', value: isNumber(after) && money(after), note: isNumber(before) && `${money(before)} as it was` },
      { label: 'would have stayed local', value: isNumber(d.after?.local_share) && share(d.after.local_share), note: isNumber(d.requests) && `of ${count(d.requests)} requests` },
      { label: 'would not have left', value: isNumber(d.egress_avoided_bytes) && bytes(d.egress_avoided_bytes) },
    ],
    chart: cost,
    evidence: [
      section('What it does to quality', null, replayQuality(d)),
      section('Every setting of the dial', null, replaySweep(d)),
      section('Where requests would have gone, and why', null, replayParts('Routes', 'route', d.routes, 'route'), replayParts('Reasons', 'reason', d.reasons, 'reason')),
    ],
  };
}
