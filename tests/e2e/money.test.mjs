// Prices and savings: `sluice prices`, `sluice roi`, and what the ledger says that a request cost.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Provider } from '../providers/provider.mjs';
import { PROVIDER_KEY, frontier, run, startSluice, temporaryFolder, until, user, writeConfig } from './helper.mjs';

let dir;
before(() => {
  dir = temporaryFolder();
});
after(() => fs.rmSync(dir, { recursive: true, force: true }));

const SCENARIO = ['roi', '--requests', '10000000', '--input-tokens', '200', '--output-tokens', '300', '--local-share', '0.85', '--ops', '1500'];
const roi = (...args) => {
  const r = run([...SCENARIO, '--json', ...args]);
  assert.equal(r.status, 0, r.stderr);
  return JSON.parse(r.stdout);
};
const file = (name, content) => {
  const at = path.join(dir, name);
  fs.writeFileSync(at, typeof content === 'string' ? content : JSON.stringify(content));
  return at;
};
const close = (a, b) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);

// ---------------------------------------------------------------- roi

test('money_roi_frontier_scenario_to_the_dollar', () => {
  const r = roi('--frontier', 'gpt-5.2');
  assert.equal(r.baseline_usd_per_month, 45500);
  assert.equal(r.api_usd_per_month, 6825);
  assert.equal(r.ops_usd_per_month, 1500);
  assert.equal(r.routed_usd_per_month, 8325);
  assert.equal(r.saving_usd_per_month, 37175);
  assert.equal(r.saving_percent, 81.7);
  assert.equal(r.break_even_months, 0);
  assert.equal(r.break_even_local_share, 0.033);
  assert.equal(r.recommendation, 'hybrid');
});

test('money_roi_commodity_scenario_to_the_dollar', () => {
  const r = roi('--frontier', 'deepseek-chat');
  assert.equal(r.baseline_usd_per_month, 1820);
  assert.equal(r.routed_usd_per_month, 1773);
  assert.equal(r.saving_usd_per_month, 47);
  assert.equal(r.break_even_local_share, 0.8242);
});

test('money_roi_says_dont_where_it_loses', () => {
  const r = run(['roi', '--requests', '50k', '--input-tokens', '200', '--output-tokens', '300', '--frontier', 'gpt-5.2', '--sporadic']);
  assert.equal(r.status, 0, r.stderr);
  assert.match(r.stdout, /stay-in-the-cloud/);
  assert.match(r.stdout, /Don't; stay with cloud/);
  const json = JSON.parse(run(['roi', '--requests', '50k', '--input-tokens', '200', '--output-tokens', '300', '--frontier', 'gpt-5.2', '--json']).stdout);
  assert.equal(json.break_even_months, null);
  assert.match(json.break_even_why, /never/);
  assert.equal(json.recommendation, 'cloud');
});

test('money_roi_flags_choose_the_architecture', () => {
  for (const [flag, answer] of [['--sensitive', 'hybrid'], ['--interactive', 'local-first'], ['--reasoning', 'frontier-first']])
    assert.equal(roi('--frontier', 'gpt-5.2', flag).recommendation, answer);
});

test('money_roi_has_the_data_of_every_chart', () => {
  const r = roi('--frontier', 'gpt-5.2', '--hardware', '20000', '--output-tokens', '250..400');
  assert.equal(r.kind, 'roi');
  assert.equal(r.saving_over_share.length, 21);
  assert.equal(r.cash_months.length, 37);
  assert.equal(r.cash_months[0].cumulative_usd, -20000);
  const crossing = r.cash_months.findIndex((m) => m.cumulative_usd >= 0);
  assert.equal(crossing, Math.ceil(r.break_even_months));
  assert.ok(r.sensitivity.length >= 5);
  const swing = (s) => Math.abs(s.saving_high_usd_per_month - s.saving_low_usd_per_month);
  r.sensitivity.forEach((s, i) => assert.ok(i === 0 || swing(r.sensitivity[i - 1]) >= swing(s)));
  assert.equal(r.interval.histogram.reduce((n, b) => n + b.samples, 0), r.interval.samples);
  assert.ok(r.interval.saving_usd_per_month.p5 < r.saving_usd_per_month && r.saving_usd_per_month < r.interval.saving_usd_per_month.p95);
  assert.equal(r.inputs.output_tokens.value, 325);
});

test('money_roi_same_seed_same_interval', () => {
  const args = ['--frontier', 'gpt-5.2', '--output-tokens', '250..400', '--local-share', '0.7..0.9'];
  assert.deepEqual(roi(...args).interval, roi(...args).interval);
  assert.notDeepEqual(roi(...args, '--seed', '2').interval, roi(...args).interval);
  assert.equal(roi('--frontier', 'gpt-5.2').interval, null);
});

test('money_roi_compares_models_side_by_side', () => {
  const r = roi('--compare', 'gpt-5.2,claude-opus-4-6,deepseek-chat');
  assert.equal(r.model, 'gpt-5.2');
  assert.deepEqual(r.compare.map((c) => [c.model, c.saving_usd_per_month]), [['gpt-5.2', 37175], ['claude-opus-4-6', 70750], ['deepseek-chat', 47]]);
  const text = run([...SCENARIO, '--compare', 'gpt-5.2,claude-opus-4-6,deepseek-chat']);
  assert.match(text.stdout, /gpt-5\.2 +claude-opus-4-6 +deepseek-chat/);
  assert.match(text.stdout, /\$45,500\.00 +\$85,000\.00 +\$1,820\.00/);
  assert.doesNotMatch(text.stdout, /\x1b/); // colours on a terminal only
});

test('money_roi_takes_prices_by_hand_and_by_the_names_that_providers_use', () => {
  assert.equal(roi('--input-price', '1.75', '--output-price', '14').saving_usd_per_month, 37175);
  const r = roi('--frontier', 'openai/gpt-5.2-2025-12-11');
  assert.deepEqual([r.priced_as, r.found, r.saving_usd_per_month], ['gpt-5.2', 'without the provider and the date', 37175]);
  const own = file('own.json', { 'gpt-5.2': { input_cost_per_token: 1e-6, output_cost_per_token: 1e-6 } });
  assert.equal(roi('--frontier', 'gpt-5.2', '--set', `data.prices=${own}`).baseline_usd_per_month, 5000);
});

const WRONG = [
  [['--local-share', '1.7'], /--local-share: 1\.7: must be from 0 to 1/],
  [['--requests', '-1'], /--requests: -1: must be from 0/],
  [['--requests', '1e400'], /--requests/],
  [['--requests', '99999999999B'], /--requests/],
  [['--output-tokens', 'nan'], /--output-tokens: 'nan' is no number/],
  [['--output-tokens', 'inf'], /no number/],
  [['--output-tokens', '0x10'], /no number/],
  [['--output-tokens', '400..250'], /reversed: write 250\.\.400/],
  [['--output-tokens', '1..2..3'], /no number/],
  [['--output-tokens', '..5'], /no number/],
  [['--output-tokens', ''], /no number/],
  [['--output-tokens', '5 '], /no number/],
  [['--amortise', '0'], /--amortise/],
  [['--growth', '-1'], /--growth/],
  [['--frontier', 'gpt-5.3'], /gpt-5\.3.*near it: gpt-5\.2/],
  [['--compare', 'gpt-5.2,gpt5.2'], /gpt5\.2.*near it: gpt-5\.2/],
  [['--compare', 'a,b'], /no price for 'a'/],
  [['--compare', ','], /--frontier MODEL/],
  [[], /--frontier MODEL/],
  [['--input-price', '1'], /--output-price/],
  [['--frontier', 'gpt-5.2', '--service', 'flex'], /not known; give --input-price/],
  [['--frontier', 'gpt-5.2', '--service', 'fast'], /standard, batch, priority and flex/],
  [['--frontier', 'gpt-5.2', 'more'], /'more'/],
  [['--seed', 'x'], /--seed/],
];
for (const [args, message] of WRONG)
  test(`money_roi_wrong_${args.join('_') || 'without_a_model'}`, () => {
    const r = run([...SCENARIO, ...args]);
    assert.equal(r.status, 2, r.stderr);
    assert.equal(r.stdout, '');
    assert.match(r.stderr, message);
  });

test('money_roi_names_what_is_missing', () => {
  assert.match(run(['roi', '--frontier', 'gpt-5.2']).stderr, /--requests is needed/);
  assert.equal(run(['roi', '--frontier', 'gpt-5.2']).status, 2);
});

test('money_roi_broken_book_is_a_configuration_error', () => {
  const r = run([...SCENARIO, '--frontier', 'gpt-5.2', '--set', `data.prices=${file('broken.json', '{')}`]);
  assert.equal(r.status, 3);
  assert.match(r.stderr, /broken\.json:1/);
});

// ---------------------------------------------------------------- prices

test('money_prices_shows_the_articles_models', () => {
  const all = JSON.parse(run(['prices', '--json']).stdout).models;
  const of = (name) => all.find((m) => m.model === name);
  assert.deepEqual(
    ['deepseek-chat', 'gpt-5.2', 'claude-opus-4-6'].map((m) => [of(m).input_usd_per_million, of(m).cached_input_usd_per_million, of(m).output_usd_per_million]),
    [[0.28, 0.028, 0.42], [1.75, 0.175, 14], [5, 0.5, 25]],
  );
  assert.match(run(['prices']).stdout, /claude-opus-4-6 +5 +0\.5 +6\.25 +10 +25 +-/);
});

test('money_prices_unknown_is_said_with_names_near_it', () => {
  const r = run(['prices', 'gpt-5.2', 'gtp-5.2', 'zzz']);
  assert.equal(r.status, 1);
  assert.match(r.stdout, /gpt-5\.2 +1\.75/);
  assert.match(r.stderr, /no price for 'gtp-5\.2'; near it: gpt-5\.2/);
  assert.match(r.stderr, /no price for 'zzz'; put it into the file of data\.prices/);
});

test('money_prices_shows_steps_services_and_how_a_name_was_found', () => {
  const own = file('steps.json', {
    m: { input_cost_per_token: 1e-6, output_cost_per_token: 2e-6, input_cost_per_token_above_200k_tokens: 2e-6, output_cost_per_token_batches: 1e-6 },
  });
  const text = run(['prices', '--set', `data.prices=${own}`, 'azure/m-2025-12-11']);
  assert.match(text.stdout, /without the provider and the date/);
  assert.match(text.stdout, /standard, above 200000 tokens +2 /);
  assert.match(text.stdout, /batch +- +- +- +- +1 /);
  const json = JSON.parse(run(['prices', '--set', `data.prices=${own}`, '--json', 'm']).stdout).models[0];
  assert.deepEqual(json.steps.map((s) => [s.service, s.above_tokens]), [['standard', 200000], ['batch', 0]]);
});

test('money_prices_check_counts_faults_and_changes', () => {
  const good = Object.fromEntries([...Array(40).keys()].map((i) => [`m${i}`, { input_cost_per_token: 1e-6, output_cost_per_token: 2e-6 }]));
  const lines = JSON.stringify({ ...good, 'gpt-5.2': { input_cost_per_token: 2e-6, output_cost_per_token: 1.4e-5, cache_read_input_token_cost: 1.75e-7 }, image: { mode: 'image_generation' }, odd: { input_cost_per_token: '1e-6' } }, null, 1);
  const at = file('list.json', lines);
  const text = run(['prices', 'check', at]);
  assert.equal(text.status, 0, text.stderr);
  const line = lines.split('\n').findIndex((l) => l.includes('"odd"')) + 1;
  assert.match(text.stdout, /41 models with a price per token, 1 others .*, 1 that cannot be read/);
  assert.match(text.stdout, new RegExp(`line ${line}: odd: input_cost_per_token is a string`));
  assert.match(text.stdout, /gpt-5\.2: input 1\.75 -> 2/);
  assert.match(text.stdout, /40 new, 1 changed, 0 the same, 4 that it lacks/);
  const json = JSON.parse(run(['prices', 'check', at, '--json']).stdout);
  assert.deepEqual([json.models, json.unpriced, json.bad, json.refused, json.new], [41, 1, 1, false, 40]);
  assert.deepEqual(json.faults, [{ line, model: 'odd', why: 'input_cost_per_token is a string; write the number without quotes' }]);
  assert.deepEqual(json.changed, [{ model: 'gpt-5.2', price: 'input', from_usd_per_million: 1.75, to_usd_per_million: 2 }]);
});

test('money_prices_check_refuses_what_lost_too_much', () => {
  const r = run(['prices', 'check', file('lost.json', { a: { input_cost_per_token: 14 }, b: { input_cost_per_token: 1e-6 } })]);
  assert.equal(r.status, 1);
  assert.match(r.stdout, /a: input_cost_per_token is 14: a price per million tokens\? Per token it is 1\.4e-05/);
  assert.match(r.stdout, /would be refused/);
  assert.equal(run(['prices', 'check', file('nothing.json', '{}')]).status, 1);
  assert.equal(run(['prices', 'check', path.join(dir, 'missing.json')]).status, 1);
  assert.match(run(['prices', 'check', file('nan.json', '{"a":{"input_cost_per_token":1e-6},\n"b":{"input_cost_per_token":NaN}}')]).stderr, /nan\.json:2: .*at the model b/);
  assert.equal(run(['prices', 'check']).status, 2);
});

// ---------------------------------------------------------------- the ledger

const BOOK = {
  'sim-claude': {
    input_cost_per_token: 1e-5,
    output_cost_per_token: 1e-4,
    cache_read_input_token_cost: 1e-6,
    cache_creation_input_token_cost: 2e-5,
    cache_creation_input_token_cost_above_1hr: 4e-5,
    input_cost_per_token_above_1k_tokens: 3e-5,
    input_cost_per_token_batches: 5e-6,
    output_cost_per_token_batches: 5e-5,
  },
  'sim-large': { input_cost_per_token: 1e-5, output_cost_per_token: 1e-4, output_cost_per_reasoning_token: 2e-4, input_cost_per_token_priority: 2e-5, output_cost_per_token_priority: 2e-4 },
};

for (const stream of [false, true])
  test(`money_ledger_bills_every_class_at_its_price_${stream ? 'streamed' : 'whole'}`, async () => {
    const prices = file(`book-${stream}.json`, BOOK);
    const far = await Provider.start({ key: PROVIDER_KEY, models: ['sim-claude'] });
    const gateway = await startSluice({ config: { local: { enabled: false }, frontier: [frontier('sim', far, { protocol: 'anthropic', url: far.url })], policy: { unreadable: 'may_leave' }, data: { prices } } });
    const cost = async (tokens) => {
      far.answer.tokens = { reasoning: 0, ...tokens };
      const r = await gateway.chat({ model: 'frontier', messages: user('Tell me about rivers.'), max_tokens: 9, stream });
      await r.text();
      return gateway.row(r.headers.get('x-request-id'));
    };
    try {
      let row = await cost({ input: 100, output: 10, cached: 30, cacheWrite: 20, cacheWriteHour: 15 });
      assert.deepEqual([row.cache_write_tokens, row.cache_write_1h_tokens, row.service_tier], [20, 15, '']);
      close(row.cost_usd, 50 * 1e-5 + 30 * 1e-6 + 5 * 2e-5 + 15 * 4e-5 + 10 * 1e-4);
      row = await cost({ input: 2000, output: 10, cached: 1500, cacheWrite: 0 }); // above 1k with what is cached
      close(row.cost_usd, 500 * 3e-5 + 1500 * 1e-6 + 10 * 1e-4);
      row = await cost({ input: 100, output: 10, cached: 0, cacheWrite: 0, serviceTier: 'batch' });
      assert.equal(row.service_tier, 'batch');
      close(row.cost_usd, 100 * 5e-6 + 10 * 5e-5);
      row = await cost({ input: 100, output: 10, cached: 0, cacheWrite: 0, serviceTier: 'priority' });
      assert.equal(row.cost_usd, null); // its price is not in the book
      row = await cost({ input: 100, output: 10, cached: 0, cacheWrite: 0, serviceTier: 'standard' });
      close(row.cost_usd, 100 * 1e-5 + 10 * 1e-4);
    } finally {
      await gateway.stop();
      await far.stop();
    }
  });

test('money_ledger_bills_reasoning_and_service_tier_of_openai', async () => {
  const far = await Provider.start({ key: PROVIDER_KEY, models: ['sim-large'] });
  const gateway = await startSluice({ config: { local: { enabled: false }, frontier: [frontier('sim', far)], policy: { unreadable: 'may_leave' }, data: { prices: file('openai.json', BOOK) } } });
  try {
    for (const [serviceTier, usd] of [[undefined, 100 * 1e-5 + 6 * 1e-4 + 4 * 2e-4], ['default', 100 * 1e-5 + 6 * 1e-4 + 4 * 2e-4], ['priority', 100 * 2e-5 + 10 * 2e-4]])
      for (const stream of [false, true]) {
        far.answer.tokens = { input: 100, output: 10, cached: 50, cacheWrite: 0, reasoning: 4, serviceTier };
        const r = await gateway.chat({ model: 'frontier', messages: user('Tell me about rivers.'), stream });
        await r.text();
        close((await gateway.row(r.headers.get('x-request-id'))).cost_usd, usd); // no cached price: as input
      }
  } finally {
    await gateway.stop();
    await far.stop();
  }
});

test('money_reload_keeps_the_book_when_the_new_one_lost_too_much', async () => {
  const models = (n, bad) => Object.fromEntries([...Array(n).keys()].map((i) => [`m${i}`, { input_cost_per_token: i < bad ? -1 : 1e-6 }]));
  const prices = file('reload.json', models(100, 2));
  const far = await Provider.start({ key: PROVIDER_KEY });
  const gateway = await startSluice({ config: { local: { enabled: false }, frontier: [frontier('sim', far)], data: { prices } } });
  const reload = async (event) => {
    const before = gateway.log().split(event).length;
    process.kill(gateway.pid, 'SIGHUP');
    await until(event, () => gateway.log().split(event).length > before);
  };
  try {
    assert.match(gateway.log(), /prices\.skipped.*m0.*negative/s); // two of a hundred: used, and said
    file('reload.json', models(100, 6)); // four more are gone, and six cannot be read
    await reload('config.kept');
    assert.match(gateway.log(), /reload\.json:1: m0: input_cost_per_token is negative \(6 of 100 models cannot be read, 6\.0 %/);
    file('reload.json', models(90, 0));
    await reload('config.kept');
    assert.match(gateway.log(), /of 103 models are gone .* the first is m90; if that is meant, start again/);
    file('reload.json', models(100, 0));
    await reload('config.reloaded');
  } finally {
    await gateway.stop();
    await far.stop();
  }
});

test('money_roi_says_when_its_answer_cannot_be_written', () => {
  const full = fs.openSync('/dev/full', 'w');
  for (const more of [[], ['--json']]) {
    const r = run([...SCENARIO, '--frontier', 'gpt-5.2', ...more], { stdio: ['ignore', full, 'pipe'] });
    assert.equal(r.status, 1);
    assert.match(r.stderr, /standard output: cannot be written/);
  }
  fs.closeSync(full);
});

test('money_roi_writes_a_page', () => {
  const at = path.join(dir, 'roi.html');
  const r = run([...SCENARIO, '--frontier', 'gpt-5.2', '--html', at]);
  assert.equal(r.status, 0, r.stderr);
  assert.match(r.stdout, /\$37,175\.00/);
  assert.match(fs.readFileSync(at, 'utf8'), /"saving_usd_per_month":37175/);
  assert.match(run([...SCENARIO, '--frontier', 'gpt-5.2', '--html', '-']).stdout, /^<!doctype html>/i);
  assert.equal(run([...SCENARIO, '--frontier', 'gpt-5.2', '--html', '-', '--json']).status, 2);
  assert.equal(run([...SCENARIO, '--frontier', 'gpt-5.2', '--html', path.join(dir, 'no', 'such', 'folder.html')]).status, 1);
});

test('money_doctor_looks_at_the_book_and_at_models_without_a_price', () => {
  const far = { name: 'own', protocol: 'openai', url: 'https://127.0.0.1:9/v1', models: ['gpt-5.2', 'no-such-model'], key_env: 'SIM_KEY' };
  const config = writeConfig(dir, { frontier: [far], data: { prices: file('doctor.json', { m: { input_cost_per_token: 1e-6 } }) } });
  assert.match(run(['doctor', '-c', config]).stdout, /prices +6 models, with .*doctor\.json/);
  assert.match(run(['doctor', '-c', config]).stdout, /own: no price for no-such-model/);
  assert.doesNotMatch(run(['doctor', '-c', config]).stdout, /no price for gpt-5\.2/);
  file('doctor.json', { m: { input_cost_per_token: 14 } });
  const r = run(['doctor', '-c', config]);
  assert.equal(r.status, 1);
  assert.match(r.stdout, /fail +prices +.*doctor\.json:1: m: input_cost_per_token is 14/);
});

test('money_a_share_in_percent_or_no_number_is_refused_with_a_hint', () => {
  const share = run(['roi', '--requests', '10M', '--input-tokens', '200', '--output-tokens', '300', '--frontier', 'gpt-5.2', '--local-share', '85%']);
  assert.equal(share.status, 2);
  assert.match(share.stderr, /--local-share: '85%' is no number; write 0\.85 for 85 %/);
  const nan = run(['audit', 'x.csv', '--routine', 'NaN']);
  assert.equal(nan.status, 2);
  assert.match(nan.stderr, /--routine: 'NaN' is not a valid SHARE/);
});
