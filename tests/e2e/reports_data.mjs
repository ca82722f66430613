// What commands say with --json, in small, for the pages of those that take long to ask. Made by formulas, so that a
// test can say what is to be seen.

const range = (n, make) => Array.from({ length: n }, (_, i) => make(i));
const date = (i) => new Date(Date.UTC(2026, 0, 5 + i)).toISOString().slice(0, 10);

export const AUDIT = {
  requests: 28000, days: 28, from: date(0), until: date(27),
  input_tokens: 5600000, output_tokens: 10400000, cached_tokens: 0, output_token_percent: 65, routine_percent: 78.4, routine_percent_low: 74, routine_percent_high: 82, routine_source: 'prompts',
  sensitive_percent: 6.2, sensitive_percent_low: 5, sensitive_percent_high: 7.4,
  latency_p95_ms: 8400, ttft_p95_ms: 1230,
  latency_ms: { p50: 900, p95: 8400, p99: 15200, mean: 1800, requests: 28000 }, ttft_ms: null,
  verdict: 'strong-candidate', verdict_why: 'output is above 60 % of the tokens and routine work above 70 % of the requests',
  recommendation: 'hybrid', recommendation_why: 'local for routine work, the API for hard cases',
  verdict_range: { low: 'candidate', high: 'strong-candidate' },
  rule: { output_above_percent: 60, output_met: true, routine_above_percent: 70, routine_met: true },
  decision: [{ situation: 'regulated data', answer: 'hybrid', why: 'exposure is a governance risk', applies: true, measured_by: 'the policy gate' }],
  precision: 'prompts',
  judged: { requests: 1000, of: 28000, one_in: 32, local_percent: 80, classes: { pii: 60 }, reasons: { routine: 740, sensitive: 60, hard: 200 } },
  saving: {
    local_share: .8, baseline_usd_per_month: 3000, api_usd_per_month: 600, ops_usd_per_month: 1500, routed_usd_per_month: 2100,
    saving_usd_per_month: 900, saving_percent: 30, break_even_months: 0, break_even_local_share: .5, basis: 'book',
    low: { local_share: .7, saving_usd_per_month: 600 }, high: { local_share: .9, saving_usd_per_month: 1200 },
    curve: range(21, (i) => ({ local_share: i / 20, saving_usd_per_month: 150 * i - 1500 })),
  },
  spend_usd: 2800,
  spend: { logged_usd: '2801.17', book_usd: '2800.00', unknown_models: ['in-house'] },
  leaks: [
    { leak: 'output-bloat', title: 'Output bloat', measure: 'output tokens per request', unit: 'tokens', value: 371, usd_per_month: 2500, remedy: 'cap the output',
      trend: { per_week: 14, per_week_percent: 4, low_percent: 3, high_percent: 5, clear: true },
      weeks: range(4, (i) => ({ week: date(7 * i), value: 350 + 14 * i })) },
    { leak: 'network-egress', title: 'Network and egress', measure: 'egress per month', unit: 'bytes', value: 22.4e6, estimated: true, trend: null, usd_per_month: null, remedy: 'keep data local' },
  ],
  by_model: [{ model: 'gpt-5.2', requests: 20000, spend_usd: 2500 }, { model: 'deepseek-chat', requests: 8000, spend_usd: 300 }],
  by_day: range(28, (i) => ({ day: date(i), requests: 1000, spend_usd: 60 + 10 * (i % 7) })),
  by_week: range(4, (i) => ({ week: date(7 * i), latency_p95_ms: 8000 + 200 * i, ttft_p95_ms: null })),
  files: [{ file: 'january.csv.gz', format: 'litellm', title: 'LiteLLM spend log', rows: 28000, bad_rows: 1, left_out: 0, bytes: 1234567 }],
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
