// `sluice audit` and `sluice replay`: what they print, from files as they come, packed, mixed and piped.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { BIN, CARD, HARD, ROUTINE, environment, run, runAsync, temporaryFolder } from './helper.mjs';

let dir;
before(() => { dir = temporaryFolder(); });
after(() => fs.rmSync(dir, { recursive: true, force: true }));

const write = (name, data) => {
  const file = path.join(dir, name);
  fs.writeFileSync(file, data);
  return file;
};
const json = (...args) => {
  const r = run([...args, '--json']);
  assert.equal(r.status, 0, r.stderr);
  return JSON.parse(r.stdout);
};
const day = (i) => new Date(Date.UTC(2026, 0, 5 + i, 12)).toISOString();

// 28 days, 40 requests a day; answers get longer by one token a day.
const requests = Array.from({ length: 28 * 40 }, (_, n) => {
  const [i, k] = [Math.floor(n / 40), n % 40];
  return { request_id: `r${n}`, startTime: day(i), endTime: new Date(Date.parse(day(i)) + 1000 + 10 * k).toISOString(), completionStartTime: new Date(Date.parse(day(i)) + 300).toISOString(),
    model: 'gpt-5.2', spend: 0.005, prompt_tokens: 100, completion_tokens: 300 + i, status: k === 0 ? 'failure' : 'success',
    messages: [{ role: 'user', content: k < 30 ? ROUTINE : k < 36 ? HARD : `My card is ${CARD}, please cancel it` }] };
});
const cell = (v) => (typeof v === 'object' ? `"${JSON.stringify(v).replaceAll('"', '""')}"` : v);
const csvOf = (rows) => [Object.keys(rows[0]).join(','), ...rows.map((row) => Object.values(row).map(cell).join(','))].join('\n') + '\n';
const linesOf = (rows) => rows.map((row) => JSON.stringify(row) + '\n').join('');

test('audit_the_same_log_in_every_form_gives_the_same_report', async () => {
  const csv = csvOf(requests);
  const files = [write('a.csv', csv), write('a.csv.gz', zlib.gzipSync(csv)), write('a.jsonl', linesOf(requests)), write('a.json', JSON.stringify(requests, null, 2)), write('crlf.csv', csv.replaceAll('\n', '\r\n'))];
  const strip = ({ files: _, made, ...rest }) => rest;
  const reports = files.map((file) => json('audit', file));
  for (const report of reports) assert.deepEqual(strip(report), strip(reports[0]));
  assert.deepEqual(reports.map((r) => [r.files[0].format, r.files[0].container, r.files[0].compression]),
    [['litellm-spendlogs', 'CSV', ''], ['litellm-spendlogs', 'CSV', 'gzip'], ['litellm-spendlogs', 'JSON lines', ''], ['litellm-spendlogs', 'JSON', ''], ['litellm-spendlogs', 'CSV', '']]);
  const piped = await runAsync(['audit', '-', '--json'], { input: csv });
  assert.deepEqual(strip(JSON.parse(piped.stdout)), strip(reports[0]));
});

test('audit_numbers_are_those_of_the_log', () => {
  const r = json('audit', write('a.csv', csvOf(requests)));
  const output = requests.reduce((sum, x) => sum + x.completion_tokens, 0);
  assert.equal(r.requests, 1120);
  assert.equal(r.days, 28);
  assert.equal(r.input_tokens, 112000);
  assert.equal(r.output_tokens, output);
  assert.ok(Math.abs(r.output_token_percent - (100 * output) / (output + 112000)) < 0.001);
  assert.ok(Math.abs(r.latency_p95_ms - 1370) < 14);
  assert.ok(Math.abs(r.ttft_p95_ms - 300) < 3);
  assert.equal(r.spend.logged_usd, '5.60');
  assert.equal(r.spend.book_usd, ((112000 * 1.75 + output * 14) / 1e6).toFixed(2));
  assert.equal(r.precision, 'prompts');
  assert.equal(r.judged.requests, 1120);
  assert.ok(Math.abs(r.sensitive_percent - 10) < 0.01, `${r.sensitive_percent}`);
  assert.ok(r.routine_percent >= 75 && r.routine_percent <= 95, `${r.routine_percent}`);
  assert.equal(r.by_day.length, 28);
  assert.equal(r.by_week.length, 4);
  assert.equal(r.by_model[0].model, 'gpt-5.2');
});

test('audit_leaks_have_measure_trend_and_remedy', () => {
  const r = json('audit', write('a.csv', csvOf(requests)));
  assert.deepEqual(r.leaks.map((l) => l.leak), ['output-bloat', 'context-bloat', 'network-egress', 'ops-tax']);
  const [output, context, network, ops] = r.leaks;
  // one token a day on 313.5
  assert.ok(Math.abs(output.trend_percent_per_week - 700 / 313.5) < 0.01);
  assert.equal(output.trend.clear, true);
  assert.ok(output.trend.low_percent <= output.trend_percent_per_week && output.trend.high_percent >= output.trend_percent_per_week);
  assert.equal(context.value, 100);
  assert.equal(network.estimated, true);
  assert.ok(Math.abs(ops.failed_percent - 2.5) < 1e-6);
  for (const leak of r.leaks) assert.ok(leak.remedy && leak.weeks.length === 4);
});

test('audit_several_files_of_different_formats_are_added_up', () => {
  const a = write('a.csv', csvOf(requests));
  const b = write('anthropic.json', JSON.stringify({ data: [{ starting_at: '2026-01-06T00:00:00Z', ending_at: '2026-01-07T00:00:00Z', results: [{ uncached_input_tokens: 500, cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 }, cache_read_input_tokens: 500, output_tokens: 100, model: 'claude-opus-4-6' }] }] }));
  const c = write('bill.csv', 'start_time,end_time,amount_value,amount_currency,line_item\n1769817600,1769904000,3.25,usd,x\n');
  const r = json('audit', a, b, c);
  assert.deepEqual(r.files.map((f) => f.format), ['litellm-spendlogs', 'anthropic-usage-api', 'openai-costs']);
  assert.equal(r.input_tokens, 113000);
  assert.equal(r.cached_tokens, 500);
  assert.equal(r.requests, null); // Anthropic does not say how many
  assert.equal(r.spend.billed_usd, '3.25');
  assert.equal(r.spend.logged_usd, '5.60');
});

test('audit_text_says_what_json_says', () => {
  const r = run(['audit', write('a.csv', csvOf(requests) + 'x,y\n')]);
  assert.equal(r.status, 0, r.stderr);
  for (const part of [/Verdict: /, /Recommendation: /, /three numbers that matter/, /output of all tokens +75\.\d/, /The four leaks/, /Spend, USD/, /1 bad row, in none of the sums/, /a\.csv:1122: 2 columns/]) assert.match(r.stdout, part);
});

test('audit_bad_rows_are_written_out', () => {
  const file = write('bad.csv', 'input_tokens,output_tokens\n1,2\n' + 'x,2\n'.repeat(25));
  const list = path.join(dir, 'bad.txt');
  const r = json('audit', file, '--bad-rows', list);
  assert.equal(r.bad_rows, 25);
  assert.equal(r.bad.length, 10);
  const lines = fs.readFileSync(list, 'utf8').trimEnd().split('\n');
  assert.equal(lines.length, 25);
  assert.match(lines[24], /bad\.csv:27: input_tokens/);
  assert.match(run(['audit', file, '-v']).stderr, /bad\.csv:3: input_tokens/);
});

test('audit_map_format_and_usage_errors', () => {
  const file = write('own.csv', 'when;n_in;n_out;m\n2026-01-05;1;2;gpt-5.2\n');
  const r = json('audit', file, '--map', 'time=when', '--map', 'input_tokens=n_in', '--map', 'output_tokens=n_out', '--map', 'model=m');
  assert.equal(r.files[0].format, 'mapped');
  assert.equal(r.input_tokens, 1);
  assert.equal(r.from, '2026-01-05');
  for (const [args, says] of [[['--map', 'tokens=a', file], /no field/], [['--map', 'time', file], /FIELD=COLUMN/], [['--format', 'excel', file], /no 'excel'/], [[file, file], /there twice/],
    [['--routine', '7', file], /--routine/], [['--ops', '-1', file], /--ops/]]) {
    const failed = run(['audit', ...args]);
    assert.equal(failed.status, 2, failed.stderr);
    assert.match(failed.stderr, says);
  }
  const long = write('long.jsonl', `${'{"input_tokens":1,"output_tokens":2}\n'}{"input_tokens":1,"output_tokens":2,"x":"${'y'.repeat(2 << 20)}"}\n`);
  assert.equal(json('audit', long, '--max-record', '1').bad_rows, 1);
  assert.equal(json('audit', long, '--max-record', '3').bad_rows, 0);
  assert.equal(run(['audit', long, '--max-record', '5000']).status, 2);
  const missing = run(['audit', file, '--map', 'time=nope']);
  assert.equal(missing.status, 1);
  assert.match(missing.stderr, /no column 'nope'/);
  const forced = run(['audit', file, '--format', 'langfuse']);
  assert.equal(forced.status, 1);
  assert.equal(run(['audit', file, '-c', '/nonexistent.yaml']).status, 3);
});

test('audit_claims_decide_what_a_log_cannot_tell', () => {
  const file = write('totals.csv', 'start_time,num_model_requests,model,input_tokens,output_tokens\n2026-01-01,5000000,gpt-5.2,1000000000,1500000000\n2026-01-30,5000000,gpt-5.2,1000000000,1500000000\n');
  const plain = json('audit', file);
  assert.equal(plain.precision, 'totals');
  assert.equal(plain.routine_percent, null);
  assert.equal(plain.verdict_range.high, 'candidate'); // 60 % is not above 60 %
  const r = json('audit', file, '--routine', '0.85', '--interactive');
  assert.equal(r.routine_percent, 85);
  assert.equal(r.recommendation, 'local-first');
  assert.ok(r.saving.saving_percent > 80);
  assert.equal(r.decision.find((d) => /interactive/.test(d.situation)).applies, true);
});

test('audit_html_is_whole_or_not_there', () => {
  const file = write('a.csv', csvOf(requests));
  const page = path.join(dir, 'report.html');
  const r = run(['audit', file, '--html', page]);
  assert.equal(r.status, 0, r.stderr);
  assert.match(fs.readFileSync(page, 'utf8'), /<html[\s\S]*litellm-spendlogs[\s\S]*<\/html>/);
  assert.match(run(['audit', file, '--html', '-']).stdout, /^<!doctype html>[^]*<\/html>\s*$/i); // and no text behind it
  assert.equal(run(['audit', file, '--html', '-', '--json']).status, 2);
  assert.equal(run(['replay', file, '--html', '-', '--json']).status, 2);
  const failed = run(['audit', write('empty.csv', ''), '--html', path.join(dir, 'none.html')]);
  assert.equal(failed.status, 1);
  assert.ok(!fs.existsSync(path.join(dir, 'none.html')));
});

test('audit_interrupted_leaves_nothing', async () => {
  const page = path.join(dir, 'interrupted.html');
  const child = spawn(BIN, ['audit', '-', '--html', page], { env: environment() });
  let err = '';
  child.stderr.on('data', (d) => (err += d));
  child.stdin.on('error', () => {});
  const ended = new Promise((resolve) => child.on('close', resolve));
  const piece = csvOf(requests);
  child.stdin.write(piece);
  await new Promise((resolve) => setTimeout(resolve, 300));
  child.kill('SIGINT');
  // what is read next finds that it should end
  for (let i = 0; i < 50 && child.exitCode === null; i++) {
    child.stdin.write(piece.slice(piece.indexOf('\n') + 1));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.equal(await ended, 1);
  assert.match(err, /interrupted; nothing was written/);
  assert.deepEqual(fs.readdirSync(dir).filter((f) => f.startsWith('interrupted')), []);
});

test('audit_memory_does_not_grow_with_the_log', async () => {
  if (BIN.includes('address')) return; // shadow memory is not ours
  const child = spawn(BIN, ['audit', '-', '--json'], { env: environment() });
  let out = '';
  child.stdout.on('data', (d) => (out += d));
  const ended = new Promise((resolve) => child.on('close', resolve));
  const [head, ...rows] = csvOf(requests).trimEnd().split('\n');
  const piece = rows.join('\n') + '\n';
  child.stdin.write(head + '\n');
  let peak = 0;
  for (let i = 0; i < 150; i++) {
    if (!child.stdin.write(piece)) await new Promise((resolve) => child.stdin.once('drain', resolve));
    peak = Math.max(peak, Number(/VmHWM:\s*(\d+)/.exec(fs.readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0));
  }
  child.stdin.end();
  assert.equal(await ended, 0);
  const r = JSON.parse(out);
  assert.equal(r.requests, 150 * 1120);
  assert.ok(r.judged.one_in > 1 && r.judged.requests <= 20000 && r.judged.requests >= 5000);
  assert.ok(Math.abs(r.sensitive_percent - 10) < 1.5);
  assert.ok(peak < 64 * 1024, `${peak} kB`);
});

// ---------------------------------------------------------------- replay

test('replay_decides_every_prompt_and_says_why', () => {
  const r = json('replay', write('a.jsonl', linesOf(requests)), '--set', 'routing.target_local_share=0.85');
  assert.equal(r.precision, 'decisions');
  assert.equal(r.requests, 1120);
  const reasons = Object.fromEntries(r.reasons.map((x) => [x.reason, x.requests]));
  assert.equal(reasons.sensitive, 112);
  assert.ok(reasons.routine > 700 && reasons.hard > 20, JSON.stringify(reasons));
  assert.equal(r.routes.reduce((sum, x) => sum + x.requests, 0), 1120);
  assert.ok(r.after.cost_usd < r.before.cost_usd && r.before.local_share === 0);
  assert.ok(r.egress_avoided_bytes > 0 && r.egress_avoided_bytes < r.egress_bytes);
});

test('replay_dial_at_its_ends', () => {
  const file = write('a.jsonl', linesOf(requests));
  const all = json('replay', file, '--set', 'routing.target_local_share=1');
  assert.equal(all.after.local_share, 1);
  assert.equal(all.after.cost_usd, 0);
  const none = json('replay', file, '--set', 'routing.target_local_share=0');
  assert.equal(none.reasons.find((x) => x.reason === 'sensitive').requests, 112);
  assert.ok(none.after.local_share < 0.2);
});

test('replay_sweep_falls_in_cost_and_names_the_cheapest_setting', () => {
  // the small model is as good on what is routine, and fails at the rest
  const rows = Array.from({ length: 400 }, (_, i) => ({ prompt: i % 5 ? ROUTINE : HARD, weak: i % 5 ? 1 : 0, strong: 1, model: 'gpt-5.2', input_tokens: 100, output_tokens: 100 }));
  const r = json('replay', write('outcomes.jsonl', linesOf(rows)), '--keep-quality', '0.99');
  assert.equal(r.outcomes, 400);
  assert.equal(r.sweep.length, 21);
  for (let i = 1; i < r.sweep.length; i++) assert.ok(r.sweep[i].cost_usd <= r.sweep[i - 1].cost_usd);
  assert.equal(r.sweep.at(-1).cost_usd, 0);
  assert.ok(Math.abs(r.sweep.at(-1).quality - 0.8) < 1e-9);
  assert.ok(r.sweep.at(-1).quality_low < 0.8 && r.sweep.at(-1).quality_high > 0.8);
  assert.ok(Math.abs(r.cheapest.local_share - 0.8) < 1e-6 && r.cheapest.quality_kept === 1);
  assert.match(r.cheapest.set, /^routing\.target_local_share=0\.800$/);
  assert.match(run(['replay', write('outcomes.jsonl', linesOf(rows))]).stdout, /The cheapest setting that keeps 98\.0 % of the quality: --set routing\.target_local_share=0\.800/);
});

test('replay_without_prompts_estimates_shares_and_says_so', () => {
  const rows = requests.map(({ messages, ...rest }) => rest);
  const r = json('replay', write('sizes.csv', csvOf(rows)), '--set', 'routing.target_local_share=0.5');
  assert.equal(r.precision, 'shares');
  assert.ok(Math.abs(r.after.cost_usd - r.before.cost_usd / 2) < 1e-5);
  assert.ok(r.after.cost_usd_low < r.after.cost_usd && r.after.cost_usd_high > r.after.cost_usd);
  assert.match(run(['replay', write('sizes.csv', csvOf(rows))]).stdout, /neither prompts nor scores/);
});

test('replay_unknown_prices_stay_unknown', () => {
  const file = write('unknown.jsonl', linesOf([{ prompt: ROUTINE, model: 'nobody-knows', input_tokens: 10, output_tokens: 10 }]));
  const config = write('local.yaml', 'local:\n  enabled: true\n');
  const r = json('replay', file, '-c', config, '--frontier', 'gpt-5.2');
  assert.deepEqual(r.unpriced, []);
  const failed = run(['replay', file, '--frontier', 'nobody-knows']);
  assert.equal(failed.status, 3);
  assert.match(failed.stderr, /price book has no/);
  assert.equal(run(['replay', file, '--keep-quality', '2']).status, 2);
});

test('audit_control_characters_of_a_file_do_not_reach_the_terminal', () => {
  const r = run(['audit', write('escape.csv', 'a\x1b[31mred,b\n1,2\n')]);
  assert.equal(r.status, 1);
  assert.match(r.stderr, /a\?\[31mred/);
  assert.ok(!r.stderr.includes('\x1b'));
});
