// What operators look at: health, readiness, metrics, and the ledger that has one row per request.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Provider } from '../providers/provider.mjs';
import { PROVIDER_KEY, frontier, localAt, run, sendRaw, startSluice, until, user } from './helper.mjs';

let near, far, gateway;

before(async () => {
  near = await Provider.start({ models: ['sim-local'] });
  far = await Provider.start({ key: PROVIDER_KEY, models: ['gpt-5.2'] });
  gateway = await startSluice({ config: { local: localAt(near), frontier: [frontier('sim', far)] } });
});
after(async () => {
  await gateway?.stop();
  await near.stop();
  await far.stop();
});

const ask = (model, extra = {}) => gateway.chat({ model, messages: user('Tell me about rivers.'), ...extra });

test('observe_healthz_is_ok', async () => {
  const r = await fetch(`${gateway.origin}/healthz`);
  assert.equal(r.status, 200);
  assert.equal((await r.json()).status, 'ok');
});

test('observe_readyz_names_both_sides', async () => {
  const state = await gateway.state();
  assert.equal(state.status, 200);
  assert.equal(state.local, 'ready');
});

test('observe_head_has_the_headers_of_get_and_no_body', async () => {
  const r = await sendRaw(gateway.port, 'HEAD /healthz HTTP/1.1\r\nhost: g\r\nconnection: close\r\n\r\n', { ms: 1000 });
  assert.equal(r.status, 200);
  assert.equal(r.body, '');
});

test('observe_metrics_text_is_valid', async () => {
  const r = await fetch(`${gateway.origin}/metrics`);
  assert.match(r.headers.get('content-type'), /^text\/plain; version=0\.0\.4/);
  await r.text();
  const { types, samples } = await gateway.metrics();
  assert.ok(types.size > 5);
  for (const [name, type] of types) if (type === 'counter') assert.match(name, /_total$/);
  for (const s of samples) assert.ok(Number.isFinite(s.value) && s.value >= 0, s.name);
});

test('observe_histogram_buckets_grow_and_end_with_inf', async () => {
  await (await ask('local')).text();
  const { types, samples } = await gateway.metrics();
  const names = [...types].filter(([, type]) => type === 'histogram').map(([name]) => name);
  assert.ok(names.length > 0);
  for (const name of names) {
    const groups = new Map();
    for (const s of samples.filter((x) => x.name === `${name}_bucket`)) {
      const { le, ...rest } = s.labels;
      const key = JSON.stringify(rest);
      groups.set(key, [...(groups.get(key) ?? []), { le: Number(le.replace('Inf', 'Infinity')), value: s.value }]);
    }
    for (const [key, buckets] of groups) {
      assert.equal(buckets.at(-1).le, Infinity);
      for (let i = 1; i < buckets.length; i++) {
        assert.ok(buckets[i].le > buckets[i - 1].le && buckets[i].value >= buckets[i - 1].value, name + key);
      }
      const count = samples.find((s) => s.name === `${name}_count` && JSON.stringify(s.labels) === key);
      assert.equal(count.value, buckets.at(-1).value);
    }
  }
});

test('observe_each_request_adds_one_row_and_one_count', async () => {
  const before = (await gateway.metrics()).sum('sluice_requests_total');
  const rowsBefore = await until('the rows so far', () => gateway.rows().length === before && before);
  const ids = [];
  for (const [model, extra] of [['local', {}], ['local', { stream: true }], ['frontier', {}], ['frontier', { stream: true }]]) {
    const r = await ask(model, extra);
    ids.push(r.headers.get('x-request-id'));
    await r.text();
  }
  const rows = await until('four rows', () => {
    const all = gateway.rows();
    return all.length >= rowsBefore + 4 && all.slice(rowsBefore);
  });
  assert.deepEqual(rows.map((r) => r.id).sort(), ids.sort());
  assert.equal((await gateway.metrics()).sum('sluice_requests_total'), before + 4);
});

test('observe_row_tells_times_bytes_and_cost', async () => {
  far.behaveNext({ delayMs: 50, gapMs: 5 });
  const sent = JSON.stringify({ model: 'gpt-5.2', messages: user('Tell me about rivers.'), stream: true });
  const r = await gateway.chat(sent, { headers: { 'x-sluice-route': 'frontier' } });
  const text = await r.text();
  const row = await gateway.row(r.headers.get('x-request-id'));
  assert.equal(row.upstream, 'sim');
  assert.equal(row.stream, true);
  assert.equal(row.finish, 'stop');
  assert.ok(row.ttft_us >= 50_000 && row.ttft_us < row.total_us);
  assert.ok(row.overhead_us > 0 && row.overhead_us < 50_000);
  assert.ok(row.bytes_in >= sent.length);
  assert.ok(row.bytes_answered >= text.length);
  assert.ok(row.bytes_out_us >= sent.length && row.bytes_out_local === 0);
  assert.ok(row.cost_usd > 0, 'a known model has a cost');
  assert.ok(row.cost_usd <= row.baseline_usd, 'the baseline assumes no cached tokens');
  assert.ok(Math.abs(row.started_us / 1000 - Date.now()) < 60_000);
});

test('observe_local_row_costs_nothing_and_knows_the_baseline', async () => {
  const r = await ask('local');
  await r.text();
  const row = await gateway.row(r.headers.get('x-request-id'));
  assert.equal(row.cost_usd, 0);
  assert.ok(row.baseline_usd > 0);
});

test('observe_unknown_price_is_unknown', async () => {
  const other = await Provider.start({ key: PROVIDER_KEY, models: ['sim-without-a-price'] });
  const g = await startSluice({ config: { local: { enabled: false }, frontier: [frontier('sim', other)] } });
  try {
    const r = await g.chat({ model: 'frontier', messages: user('hello') });
    await r.text();
    const row = await g.row(r.headers.get('x-request-id'));
    assert.equal(row.cost_usd, null);
  } finally {
    await g.stop();
    await other.stop();
  }
});

test('observe_export_as_csv_has_the_same_rows', async () => {
  const rows = gateway.rows();
  const r = run(['ledger', 'export', '--db', gateway.ledger, '--format', 'csv']);
  assert.equal(r.status, 0, r.stderr);
  const lines = r.stdout.trimEnd().split(/\r?\n/);
  assert.equal(lines.length, rows.length + 1);
  assert.ok(lines[0].split(',').includes('id'));
  for (const [i, row] of rows.entries()) assert.ok(lines[i + 1].includes(row.id));
});
