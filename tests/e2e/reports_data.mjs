// What commands say with --json, in small, for the pages of those that take long to ask. Made by formulas, so that a
// test can say what is to be seen.

const range = (n, make) => Array.from({ length: n }, (_, i) => make(i));
const date = (i) => new Date(Date.UTC(2026, 0, 5 + i)).toISOString().slice(0, 10);

export const AUDIT = {
  requests: 28000, days: 28, from: date(0), until: date(27),
  input_tokens: 5600000, output_tokens: 10400000, output_token_percent: 65, routine_percent: 78.4,
  latency_p50_ms: 900, latency_p95_ms: 8400, ttft_p95_ms: 1230, spend_usd: 280,
  verdict: 'strong-candidate', verdict_why: 'output is above 60 % of the tokens and routine work above 70 % of the requests',
  recommendation: 'hybrid', recommendation_why: 'local for routine work, the API for hard cases',
  precision: 'prompts',
  saving: { baseline_usd_per_month: 300, routed_usd_per_month: 100, saving_usd_per_month: 200, saving_percent: 66.7 },
  by_day: range(28, (i) => ({ day: date(i), requests: 1000, spend_usd: 6 + (i % 7) })),
  by_model: [{ model: 'gpt-5.2', requests: 20000, spend_usd: 250 }, { model: 'deepseek-chat', requests: 8000, spend_usd: 30 }],
  leaks: [
    { leak: 'output-bloat', measure: 'output tokens a request', unit: 'tokens', value: 371, trend_percent_per_week: 4, remedy: 'cap the output',
      weeks: range(4, (i) => ({ week: date(7 * i), value: 350 + 10 * i })) },
    { leak: 'ops-tax', measure: 'requests retried', unit: 'percent', value: 3.1, remedy: 'tune the back-off' },
  ],
  decision: [{ situation: 'regulated data', answer: 'hybrid', why: 'exposure is a governance risk', applies: true }],
  files: [{ file: 'january.csv.gz', format: 'litellm', rows: 28000, bad_rows: 1 }],
  bad_rows: 1,
  bad: [{ file: 'january.csv.gz', line: 17, why: 'spend: no amount' }],
};

export const REPLAY = {
  requests: 28000, outcomes: 800, egress_avoided_bytes: 3.4e9,
  before: { cost_usd: 280, local_share: 0 }, after: { cost_usd: 56, local_share: .8 },
  cheapest: { target_local_share: .4, local_share: .4, cost_usd: 168, quality: .8 },
  sweep: range(11, (i) => ({ target_local_share: i / 10, local_share: i / 10, cost_usd: 280 - 28 * i, quality: .82 - .2 * (i / 10) ** 3,
    quality_low: .8 - .2 * (i / 10) ** 3, quality_high: .84 - .2 * (i / 10) ** 3 })),
  routes: [{ route: 'local', requests: 22400 }, { route: 'frontier', requests: 5600 }],
  reasons: [{ reason: 'routine', requests: 22000 }, { reason: 'sensitive', requests: 400 }],
};

export const EVAL = {
  rows: 1400, apgr: .667, apgr_low: .64, apgr_high: .69, cpt50: 25, cpt80: 64,
  curve: range(21, (i) => {
    const x = i / 20;
    const router = .5 + .3 * Math.sqrt(x);
    return { frontier_share: x, router, router_low: router - .01, router_high: router + .01, random: .5 + .3 * x, length: .5 + .3 * x ** .75, oracle: .85 - .35 * Math.max(0, 1 - 3 * x) };
  }),
  random: { apgr: .5, cpt50: 50, cpt80: 80 }, length: { apgr: .571, cpt50: 40, cpt80: 74 },
  calibration: range(10, (i) => ({ predicted: (i + .5) / 10, observed: (i + .5) / 10, observed_low: i / 10, observed_high: (i + 1) / 10, count: 140 })),
  tasks: [{ task: 'classification', rows: 900, weak_wins: .8, apgr: .66 }, { task: 'reasoning', rows: 500, weak_wins: .3, apgr: .64 }],
};
