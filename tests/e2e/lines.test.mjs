// The line of log-probability of a local model, learned from what became of its answers.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Provider } from '../providers/provider.mjs';
import { PROVIDER_KEY, frontier, localAt, run, startSluice, temporaryFolder, until, user } from './helper.mjs';

const EACH = 34; // good ones, and bad ones
const NOUNS = ['river', 'garden', 'letter', 'engine', 'window', 'market', 'forest', 'bridge'];
const prompt = (i) => `Is the ${NOUNS[i % 8]} near the ${NOUNS[(i >> 3) % 8]} open on day ${i}?`;
let dir, near, far, gateway, settings;

before(async () => {
  dir = temporaryFolder();
  near = await Provider.start({ models: ['sim-local'] });
  far = await Provider.start({ key: PROVIDER_KEY });
  gateway = await startSluice({
    config: {
      local: localAt(near),
      frontier: [frontier('sim', far)],
      routing: { verify: { mode: 'all' } },
      learn: { dir: path.join(dir, 'learned'), watch: '100ms' },
    },
  });
  settings = ['-c', gateway.file];
});
after(async () => {
  await gateway?.stop();
  await near.stop();
  await far.stop();
  fs.rmSync(dir, { recursive: true, force: true });
});

const json = (r) => JSON.parse(r.stdout);
const row = async (id) => (await fetch(`${gateway.origin}/sluice/v1/requests/${id}`)).json();
const reloads = () => gateway.log().split('config.reloaded').length - 1;
const line = (...more) => json(run(['explain', prompt(1), '--json', ...settings, ...more])).verify.line;

async function ask(i, logprob, headers = {}) {
  near.behaveNext({ logprob });
  const r = await gateway.chat({ model: 'auto', messages: user(prompt(i)) }, { headers });
  assert.equal(r.status, 200);
  await r.arrayBuffer();
  return { id: r.headers.get('x-request-id'), route: r.headers.get('x-sluice-route'), reason: r.headers.get('x-sluice-reason') };
}

test('lines_are_asked_for_without_a_line_and_learned_from_feedback', async () => {
  assert.deepEqual(line(), { source: 'none', mean: null, least: null });
  let last;
  for (let i = 0; i < 2 * EACH; i++) {
    const success = i % 2 === 0;
    last = await ask(i, success ? -0.05 - i / 1000 : -3 - i / 1000);
    assert.equal(last.route, 'local', 'without a line nobody is doubted');
    const body = JSON.stringify({ id: last.id, success });
    assert.equal((await fetch(`${gateway.origin}/sluice/v1/feedback`, { method: 'POST', body })).status, 200);
  }
  assert.equal(near.chats().at(-1).json.logprobs, true);
  const seen = await gateway.row(last.id);
  assert.equal(seen.line, 'none');
  assert.ok(Math.abs(seen.logprob_least + 3.067) < 1e-3 && seen.logprob_mean >= seen.logprob_least, JSON.stringify(seen));

  const shown = await until('the outcomes on disk', () => {
    const r = run(['learn', '--dry-run', '--json', ...settings]);
    return r.status === 0 && json(r).lines[0]?.good + json(r).lines[0]?.bad === 2 * EACH && json(r);
  });
  assert.equal(shown.lines_in_use, false);
  const all = shown.lines.find((l) => l.task === '');
  assert.equal(all.verdict, 'found');
  assert.equal(all.good, EACH);
  assert.ok(all.caught > EACH * 0.8 && all.caught_low > all.doubted_high, JSON.stringify(all));
  assert.equal(fs.existsSync(path.join(dir, 'learned')), false, '--dry-run writes nothing');

  const before = reloads();
  const learned = run(['learn', ...settings]);
  assert.equal(learned.status, 0, learned.stdout + learned.stderr);
  assert.match(learned.stdout, /all tasks .*\n.*in folds it doubts \d+ of 34 bad answers/);
  await until('the new line', () => reloads() > before);
  assert.match(line().source, /^learned/);
});

test('lines_that_were_learned_escalate_the_next_answer_below', async () => {
  const sure = await ask(900, -0.06);
  assert.deepEqual([sure.route, sure.reason], ['local', 'routine']);
  const unsure = await ask(901, -3.2);
  assert.deepEqual([unsure.route, unsure.reason], ['frontier', 'escalated']);
  const seen = await gateway.row(unsure.id);
  assert.equal(seen.verify, 'confidence');
  assert.match(seen.line, /^learned/);
  const told = await row(unsure.id);
  assert.equal(told.line, seen.line);
  assert.match(told.why, /failed the check confidence: log-probabilities of mean -[\d.]+ and least -3\.2, and the line is learned/);
  const words = run(['explain', prompt(1), ...settings]).stdout;
  assert.match(words, /line +learned for (this task|all tasks); /);
});

test('lines_are_learned_where_no_weights_can_be', () => {
  const other = path.join(dir, 'other');
  const r = run(['learn', '--frontier', 'never-asked', '--set', `learn.dir=${other}`, ...settings]);
  assert.equal(r.status, 1);
  assert.match(r.stderr, /too few/);
  assert.match(r.stdout, /these lines are in use/);
  const name = fs.readdirSync(other).find((file) => file.endsWith('.lines'));
  assert.deepEqual(fs.readdirSync(path.join(other, name.replace('.lines', ''))), ['000000.lines']);
});

test('lines_that_are_set_go_before_those_learned', () => {
  const set = ['--set', 'routing.verify.min_mean_logprob=-7', '--set', 'routing.verify.min_logprob=-9'];
  assert.deepEqual(line(...set), { source: 'set', mean: -7, least: -9 });
  const off = ['--set', 'routing.verify.min_mean_logprob=-30', '--set', 'routing.verify.min_logprob=-30'];
  assert.deepEqual(line(...off), { source: 'none', mean: null, least: null });
  assert.equal(line('--set', 'routing.verify.logprobs=false'), null);
});

test('lines_of_a_caller_s_own_task_are_found_by_its_name', async () => {
  const named = await ask(902, -0.06, { 'x-sluice-task': 'opening' });
  const seen = await gateway.row(named.id);
  assert.equal(seen.task, 'opening');
  assert.match(seen.line, /^learned -/, 'nothing was learned for it: the line for all tasks');
});

test('lines_that_do_not_load_are_left_aside', async () => {
  const file = fs.readdirSync(path.join(dir, 'learned')).find((name) => name.endsWith('.lines'));
  const before = reloads();
  fs.writeFileSync(path.join(dir, 'learned', file), '{"format":9}');
  await until('the warning', () => reloads() > before && gateway.log().includes('lines.skipped'));
  const unsure = await ask(903, -3.2);
  assert.equal(unsure.route, 'local');
});
