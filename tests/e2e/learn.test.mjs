// `sluice learn` and `sluice eval`: from a file and from live outcomes, with servers that take up what was learned.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Provider } from '../providers/provider.mjs';
import { PROVIDER_KEY, frontier, localAt, run, runAsync, startSluice, temporaryFolder, until, user } from './helper.mjs';

let dir, near, far, gateway;

const WORDS = ['river', 'garden', 'letter', 'engine', 'window', 'market', 'forest', 'bridge'];
const word = (i, k) => WORDS[(i * 7 + k * 5 + (i >> (k + 1))) % WORDS.length];
// The local model of these tests does not know glaciers.
const prompt = (i) => `${i % 2 ? 'Describe' : 'Compare'} the ${word(i, 0)} of the ${word(i, 1)} near ${word(i, 2)} ${i} with its ${i % 3 ? 'harbour' : 'glacier'}`;
const labelled = (n, from = 0) =>
  Array.from({ length: n }, (_, k) => from + k).map((i) => ({ prompt: prompt(i), weak: i % 3 ? 1 : 0, strong: 1, category: i % 3 ? 'sea' : 'ice' }));
const lines = (rows) => rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n') + '\n';
const file = (name, rows) => {
  const at = path.join(dir, name);
  fs.writeFileSync(at, lines(rows));
  return at;
};
const ok = (r) => {
  assert.equal(r.status, 0, r.stdout + r.stderr);
  return r;
};
const json = (r) => JSON.parse(r.stdout);

before(async () => {
  dir = temporaryFolder();
  near = await Provider.start({ models: ['sim-local'] });
  far = await Provider.start({ key: PROVIDER_KEY });
  gateway = await startSluice({
    config: {
      local: localAt(near),
      frontier: [frontier('sim', far)],
      learn: { dir: path.join(dir, 'learned'), watch: '100ms' },
    },
  });
});
after(async () => {
  await gateway?.stop();
  await near.stop();
  await far.stop();
  fs.rmSync(dir, { recursive: true, force: true });
});

// ---------------------------------------------------------------- from a file

test('learn_writes_a_small_file_that_decides', () => {
  const out = path.join(dir, 'mine.weights');
  const r = json(ok(run(['learn', '--from', file('rows.jsonl', labelled(240)), '--out', out, '--json'])));
  assert.equal(r.outcomes, 240);
  assert.equal(r.out, out);
  assert.equal(r.promoted, false);
  assert.ok(r.apgr > 0.75 && r.gain > 0 && r.gain_low <= r.gain && r.gain <= r.gain_high, JSON.stringify(r));
  assert.ok(fs.statSync(out).size < 1.25e6);
  const explain = (text) => json(ok(run(['explain', text, '--json', '--weights', out])));
  assert.ok(explain(prompt(300)).p_local < 0.5);
  assert.ok(explain(prompt(301)).p_local > 0.7);
});

test('learn_names_the_lines_it_cannot_use', () => {
  const rows = [
    ...labelled(60),
    'not json',
    '{"prompt":"x","weak":NaN,"strong":1}',
    { prompt: 'x', weak: 0 },
    { prompt: 'x', weak: 0, strong: 1e9 },
    { prompt: 'x', weak: 'good', strong: 1 },
    { prompt: '', weak: 0, strong: 1 },
    { weak: 0, strong: 1 },
    { request: { messages: 7 }, weak: 0, strong: 1 },
    '[1]',
    labelled(1)[0],
  ];
  const at = file('faulty.jsonl', rows);
  const r = run(['learn', '--from', at, '--dry-run', '--json']);
  assert.equal(r.status, 1);
  assert.equal(json(r).faulty, 9);
  assert.equal(json(r).duplicates, 1);
  assert.equal(json(r).outcomes, 60);
  for (const [line, why] of [[61, 'not JSON'], [62, 'not JSON'], [63, '"strong" is missing'], [64, 'beyond'], [65, 'no number'], [66, 'empty'], [67, 'neither'], [68, 'no chat completion'], [69, 'not a JSON object']])
    assert.match(r.stderr, new RegExp(`faulty\\.jsonl:${line}: .*${why}`));
});

test('learn_refuses_what_is_too_little_or_wrong', () => {
  const few = run(['learn', '--from', file('few.jsonl', labelled(20))]);
  assert.equal(few.status, 1);
  assert.match(few.stderr, /20 outcomes are too few/);
  assert.equal(run(['learn', '--from', file('none.jsonl', [])]).status, 1);
  assert.equal(run(['learn', '--from', path.join(dir, 'absent.jsonl')]).status, 1);
  assert.equal(run(['learn', 'rollback', 'x']).status, 2);
  assert.equal(run(['learn', 'forget']).status, 2);
  assert.equal(run(['learn', '--from', 'x', '--db', 'y']).status, 2);
  assert.equal(run(['learn', '--from', 'x', '--set', 'data.weights=x']).status, 3);
  const settings = ['--set', `learn.dir=${path.join(dir, 'other')}`];
  assert.equal(run(['learn', 'rollback', ...settings]).status, 1);
  assert.equal(run(['learn', 'rollback', '7', ...settings]).status, 1);
});

test('learn_does_not_put_in_use_what_is_not_better', () => {
  const settings = ['--set', `learn.dir=${path.join(dir, 'strict')}`];
  // the answer is a coin, whatever the prompt says
  const coin = labelled(120).map((row, i) => ({ ...row, weak: (i * 7919) % 13 < 6 ? 1 : 0, strong: (i * 104729) % 11 < 6 ? 1 : 0 }));
  const at = file('coin.jsonl', coin);
  const refused = run(['learn', '--from', at, '--json', ...settings]);
  assert.equal(refused.status, 1);
  assert.equal(json(refused).promoted, false);
  const forced = json(ok(run(['learn', '--from', at, '--json', '--force', ...settings])));
  assert.equal(forced.promoted, true);
  assert.equal(forced.better, false);
});

// ---------------------------------------------------------------- eval

test('eval_has_every_figure', () => {
  const r = json(ok(run(['eval', '--data', file('rows.jsonl', labelled(240)), '--folds', '5', '--json'])));
  assert.equal(r.rows, 240);
  assert.ok(Math.abs(r.weak - 160 / 240) < 1e-6);
  assert.equal(r.strong, 1);
  assert.ok(r.apgr > 0.75 && r.apgr_low <= r.apgr && r.apgr <= r.apgr_high);
  assert.ok(Math.abs(r.lines.random.apgr - 0.5) < 0.1);
  assert.ok(r.lines.oracle.apgr >= r.apgr - 1e-9);
  assert.deepEqual(r.quality_at.map((q) => q.frontier_share), [0.1, 0.15, 0.2]);
  assert.ok(r.quality_at.every((q) => q.gap_recovered > 0.2));
  assert.equal(r.calibration.reduce((sum, bin) => sum + bin.rows, 0), 240);
  assert.ok(r.ece >= 0 && r.brier < 0.25);
  assert.deepEqual(r.tasks.map((t) => [t.task, t.rows]).sort(), [['ice', 80], ['sea', 160]]);
  for (const t of r.tasks) assert.equal(t.local_right + t.local_wrong + t.frontier_right + t.frontier_wrong, t.rows);
  assert.equal(r.curve[0].quality, r.weak);
  assert.equal(r.curve.at(-1).quality, r.strong);
});

test('learn_twice_at_once_makes_two_versions', async () => {
  const at = file('at-once.jsonl', labelled(120));
  const sets = ['--set', `learn.dir=${path.join(dir, 'at-once')}`];
  const all = await Promise.all(Array.from({ length: 6 }, () => runAsync(['learn', '--from', at, '--force', '--json', ...sets])));
  assert.deepEqual(all.map((r) => json(ok(r)).version).sort(), [1, 2, 3, 4, 5, 6]);
});

test('eval_and_learn_without_a_gap_say_so_and_print_no_nan', () => {
  for (const [name, weak, strong] of [['even', 1, 1], ['worse', 1, 0]]) {
    const at = file(`${name}.jsonl`, labelled(80).map((row) => ({ ...row, weak, strong })));
    const r = ok(run(['eval', '--data', at]));
    assert.match(r.stdout, /the frontier is not better on these rows/);
    assert.doesNotMatch(r.stdout, /nan/);
    assert.doesNotMatch(ok(run(['learn', '--from', at, '--dry-run'])).stdout, /nan/);
  }
  assert.match(ok(run(['learn', '--from', path.join(dir, 'even.jsonl'), '--dry-run'])).stdout, /^not to be told from .* no gap between the models$/m);
});

test('eval_says_what_a_share_at_the_frontier_costs', () => {
  const at = file('rows.jsonl', labelled(90));
  const costs = (...more) => json(ok(run(['eval', '--data', at, '--json', ...more]))).curve.map((row) => row.cost_usd);
  const usual = costs('--frontier', 'gpt-5.2');
  assert.equal(usual[0], 0);
  for (let i = 1; i < usual.length; i++) assert.ok(usual[i] > usual[i - 1]);
  // input 5 / 1.75, output 25 / 14: between the two
  const ratio = costs('--frontier', 'claude-opus-4-6').at(-1) / usual.at(-1);
  assert.ok(ratio > 25 / 14 - 1e-9 && ratio < 5 / 1.75, `${ratio}`);
  assert.equal(run(['eval', '--data', at, '--frontier', 'no-such-model']).status, 2);
  assert.match(run(['eval', '--data', at, '--frontier', 'gtp-5.2']).stderr, /near it: gpt-5\.2/);
});

test('eval_learns_from_a_few_and_measures_the_rest', () => {
  const at = file('rows.jsonl', labelled(240));
  const r = json(ok(run(['eval', '--data', at, '--outcomes', '100', '--draws', '3', '--json'])));
  assert.equal(r.draws.length, 3);
  assert.ok(r.apgr_mean > 0.7 && r.rows >= 128 && r.rows <= 152, JSON.stringify([r.apgr_mean, r.rows]));
  assert.equal(run(['eval', '--data', at, '--outcomes', '240']).status, 1);
  assert.equal(run(['eval', '--data', at, '--outcomes', '10']).status, 2);
  assert.equal(run(['eval', '--data', at, '--folds', '1']).status, 2);
  assert.match(run(['eval', '--data', at, '--draws', '3']).stderr, /--draws goes with --outcomes/);
  assert.equal(run(['eval']).status, 2);
});

test('eval_prints_a_table_and_writes_a_page', () => {
  const html = path.join(dir, 'eval.html');
  const r = ok(run(['eval', '--data', file('rows.jsonl', labelled(90)), '--html', html]));
  assert.match(r.stdout, /90 outcomes; weights /);
  assert.match(r.stdout, /prompt length/);
  assert.match(fs.readFileSync(html, 'utf8'), /"quality_at"/);
  assert.equal(run(['eval', '--data', file('bad.jsonl', [...labelled(60), 'x'])]).status, 1);
});

// ---------------------------------------------------------------- a running server

const reloads = () => gateway.log().split('config.reloaded').length - 1;

test('learn_from_feedback_and_a_server_takes_it_up_without_losing_a_request', async () => {
  let asked = 0;
  const client = gateway.client();
  for (let i = 0; i < 72; i++) {
    const call = client.chat.completions.create({ model: i % 2 ? 'local' : 'frontier', messages: user(prompt(i)) });
    const { response } = await call.withResponse();
    const success = i % 2 ? i % 3 !== 0 : true;
    const body = JSON.stringify({ id: response.headers.get('x-request-id'), success });
    assert.equal((await fetch(`${gateway.origin}/sluice/v1/feedback`, { method: 'POST', body })).status, 200);
  }
  const settings = ['-c', gateway.file];
  const shown = await until('the outcomes on disk', () => {
    const r = run(['learn', '--dry-run', '--json', ...settings]);
    return r.status === 0 && json(r).outcomes === 72 && json(r);
  });
  assert.equal(shown.one_sided, 72);
  assert.equal(shown.local, 'sim-local');
  assert.equal(shown.frontier, 'sim-large');
  assert.equal(fs.existsSync(path.join(dir, 'learned')), false);

  let running = true;
  const traffic = (async () => {
    for (; running; asked++) await client.chat.completions.create({ model: 'auto', messages: user(`Say hello ${asked}`) });
  })();
  const before = reloads();
  const learned = json(ok(run(['learn', '--json', '--force', ...settings])));
  assert.equal(learned.version, 1);
  await until('the new weights', () => reloads() > before);
  assert.match(gateway.log(), /config\.reloaded.*\+[0-9a-f]{8}/);
  ok(run(['learn', '--json', '--force', ...settings]));
  const versions = json(ok(run(['learn', 'versions', '--json', ...settings])));
  assert.deepEqual(versions.versions.map((v) => [v.version, v.in_use]), [[1, false], [2, true]]);
  ok(run(['learn', 'rollback', ...settings]));
  assert.equal(json(run(['learn', 'versions', '--json', ...settings])).versions[0].in_use, true);
  const again = reloads();
  ok(run(['learn', 'rollback', '0', ...settings]));
  await until('the built-in weights', () => reloads() > again);
  running = false;
  await traffic; // every request was answered
  assert.ok(asked > 0);
});

test('learned_weights_that_do_not_load_are_left_aside', async () => {
  const at = fs.readdirSync(path.join(dir, 'learned')).find((name) => !name.endsWith('.weights'));
  const before = reloads();
  fs.writeFileSync(path.join(dir, 'learned', `${at}.weights`), 'no weights');
  await until('the warning', () => reloads() > before && gateway.log().includes('weights.skipped'));
  const answer = await gateway.client().chat.completions.create({ model: 'auto', messages: user('Say hello') });
  assert.ok(answer.choices[0].message);
});
