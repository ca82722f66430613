// The commands: what they print, their JSON, their exit codes.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { Provider } from '../providers/provider.mjs';
import { CARD, HARD, PROVIDER_KEY, ROUTINE, frontier, localAt, run, runAsync, temporaryFolder, writeConfig } from './helper.mjs';

let near, far, dir, config;

before(async () => {
  near = await Provider.start({ models: ['sim-local'], answer: { text: 'Billing.' } });
  far = await Provider.start({ key: PROVIDER_KEY });
  dir = temporaryFolder();
  config = writeConfig(dir, {
    local: localAt(near),
    frontier: [frontier('sim', far)],
    ledger: { path: path.join(dir, 'ledger.db') },
  });
});
beforeEach(() => {
  near.reset();
  far.reset();
});
after(async () => {
  await near.stop();
  await far.stop();
  fs.rmSync(dir, { recursive: true, force: true });
});

const lines = (text) => text.trimEnd().split('\n').map((l) => JSON.parse(l));

for (const command of ['serve', 'ask', 'explain', 'scan', 'gate', 'ledger', 'prices', 'audit', 'roi', 'replay', 'doctor']) {
  test(`commands_${command}_help_is_printed_and_fine`, () => {
    const r = run([command, '--help']);
    assert.equal(r.status, 0);
    assert.match(r.stdout, new RegExp(`^sluice ${command}: .*\\n\\nUsage: sluice ${command}`));
    assert.equal(r.stderr, '');
  });

  test(`commands_${command}_wrong_option_is_a_usage_error`, () => {
    const r = run([command, '--no-such-option']);
    assert.equal(r.status, 2);
    assert.equal(r.stdout, '');
    assert.match(r.stderr, /--no-such-option/);
  });
}

test('commands_without_arguments_list_the_commands', () => {
  const r = run(['--help']);
  assert.equal(r.status, 0);
  for (const command of ['serve', 'ask', 'explain', 'scan', 'gate', 'ledger', 'prices', 'audit', 'roi', 'replay', 'doctor']) assert.match(r.stdout, new RegExp(`\\b${command}\\b`));
});

test('commands_unknown_command_suggests_the_near_one', () => {
  const r = run(['explane']);
  assert.equal(r.status, 2);
  assert.match(r.stderr, /explain/);
});

test('commands_version_is_the_one_of_the_tree', () => {
  const r = run(['--version']);
  assert.equal(r.status, 0);
  assert.match(r.stdout, new RegExp(fs.readFileSync(new URL('../../VERSION', import.meta.url), 'utf8').trim().replaceAll('.', '\\.')));
});

test('commands_ask_puts_the_answer_on_stdout_and_the_rest_on_stderr', async () => {
  const r = await runAsync(['ask', '-c', config, ROUTINE]);
  assert.equal(r.status, 0, r.stderr);
  assert.equal(r.stdout.trim(), near.answer.text);
  assert.match(r.stderr, /local/);
  assert.match(r.stderr, /routine/);
  assert.equal(far.connections.length, 0);
});

test('commands_ask_hard_prompt_is_answered_by_the_frontier', async () => {
  const r = await runAsync(['ask', '-c', config, HARD]);
  assert.equal(r.status, 0, r.stderr);
  assert.equal(r.stdout.trim(), far.answer.text);
  assert.match(r.stderr, /frontier/);
});

test('commands_ask_sensitive_prompt_stays_local', async () => {
  const r = await runAsync(['ask', '-c', config, `${HARD} card ${CARD}`]);
  assert.equal(r.status, 0, r.stderr);
  assert.match(r.stderr, /sensitive/);
  assert.equal(far.connections.length, 0);
});

test('commands_ask_fails_when_nobody_answers', async () => {
  near.behave('error500');
  far.behave('error500');
  const r = await runAsync(['ask', '-c', config, ROUTINE]);
  assert.equal(r.status, 1);
  assert.equal(r.stdout.trim(), '');
});

test('commands_explain_json_has_the_promised_fields', () => {
  const r = run(['explain', '-c', config, '--json', ROUTINE]);
  assert.equal(r.status, 0, r.stderr);
  const e = JSON.parse(r.stdout);
  for (const field of ['route', 'reason', 'score', 'p_local', 'task', 'complexity', 'ambiguity', 'output_tokens', 'sensitive', 'findings', 'us']) {
    assert.ok(field in e, field);
  }
  assert.equal(e.route, 'local');
});

test('commands_explain_for_people_names_route_and_reason', () => {
  const r = run(['explain', '-c', config, `card ${CARD}`]);
  assert.equal(r.status, 0, r.stderr);
  assert.match(r.stdout, /local/);
  assert.match(r.stdout, /card/i);
  assert.ok(!r.stdout.includes(CARD));
});

test('commands_explain_says_what_would_have_changed_it', () => {
  const words = run(['explain', '-c', config, ROUTINE]).stdout;
  assert.match(words, /line +holds target_local_share 0\.85; by the reference traffic/);
  assert.match(words, /what if +with a target_local_share of 0\.\d\d: frontier \(hard\)/);
  const x = JSON.parse(run(['explain', '-c', config, '--json', `card ${CARD}`]).stdout);
  const without = x.what_if.find((w) => w.change === 'if the CREDIT_CARD were not there');
  assert.notEqual(without.reason, 'sensitive');
  assert.equal(x.aim.free, false);
  assert.equal(x.state.assumed, true);
  // the value that it names does flip it
  const share = words.match(/target_local_share of (0\.\d\d): frontier/)[1];
  const other = run(['explain', '-c', config, '--set', `routing.target_local_share=${share}`, '--json', ROUTINE]);
  assert.equal(JSON.parse(other.stdout).route, 'frontier');
});

test('commands_explain_jsonl_answers_line_by_line_in_order', () => {
  const input = [
    { id: 'a', prompt: ROUTINE },
    { id: 'b', prompt: HARD },
    { id: 'c', prompt: `card ${CARD}` },
    { id: 'd', request: { model: 'frontier', messages: [{ role: 'user', content: ROUTINE }] } },
  ];
  const r = run(['explain', '-c', config, '--jsonl'], { input: input.map((l) => JSON.stringify(l)).join('\n') + '\n' });
  assert.equal(r.status, 0, r.stderr);
  const out = lines(r.stdout);
  assert.deepEqual(out.map((o) => o.id), ['a', 'b', 'c', 'd']);
  assert.deepEqual(out.map((o) => o.route), ['local', 'frontier', 'local', 'frontier']);
  assert.deepEqual(out.map((o) => o.sensitive), [false, false, true, false]);
  assert.ok(out[1].score > out[0].score);
  assert.equal(near.connections.length + far.connections.length, 0, 'no network');
});

test('commands_explain_reads_a_request_from_a_file', () => {
  const file = path.join(dir, 'request.json');
  fs.writeFileSync(file, JSON.stringify({ model: 'local', messages: [{ role: 'user', content: HARD }] }));
  const r = run(['explain', '-c', config, '--json', '-f', file]);
  assert.equal(r.status, 0, r.stderr);
  assert.deepEqual([JSON.parse(r.stdout).route, JSON.parse(r.stdout).reason], ['local', 'pinned-local']);
});

test('commands_scan_tells_clean_from_sensitive_by_its_exit_code', () => {
  assert.equal(run(['scan', '-'], { input: 'The river is long.' }).status, 0);
  const r = run(['scan', '-'], { input: `card ${CARD}` });
  assert.equal(r.status, 10);
  assert.ok(!r.stdout.includes(CARD) && !r.stderr.includes(CARD));
});

test('commands_scan_reads_a_file', () => {
  const file = path.join(dir, 'text.txt');
  fs.writeFileSync(file, `card ${CARD}`);
  assert.equal(run(['scan', file]).status, 10);
  assert.equal(run(['scan', path.join(dir, 'missing')]).status, 1);
});

test('commands_scan_walks_a_directory_and_sums_up', () => {
  const tree = fs.mkdtempSync(path.join(dir, 'tree-'));
  fs.mkdirSync(path.join(tree, 'deep', '.git'), { recursive: true });
  fs.writeFileSync(path.join(tree, 'clean.txt'), 'The river is long.');
  fs.writeFileSync(path.join(tree, 'deep', 'card.txt'), `first line\nmy card ${CARD}`);
  fs.writeFileSync(path.join(tree, 'deep', '.git', 'index'), `card ${CARD}`);
  fs.writeFileSync(path.join(tree, 'deep', 'picture.png'), Buffer.from(`\0card ${CARD}`));
  fs.symlinkSync(path.join(tree, 'deep', 'card.txt'), path.join(tree, 'link.txt'));
  const words = run(['scan', tree]);
  assert.equal(words.status, 10);
  assert.match(words.stdout, /card\.txt +sensitive/);
  assert.match(words.stdout, /2:9/); // line and column
  assert.match(words.stdout, /1 of 2 files sensitive, 1 binary/);
  assert.ok(!words.stdout.includes(CARD));
  const all = JSON.parse(run(['scan', '--json', '--show-values', tree, path.join(tree, 'clean.txt')]).stdout);
  assert.deepEqual([all.files, all.sensitive_files, all.binary_files], [3, 1, 1]);
  const found = all.results.find((r) => r.sensitive);
  assert.equal(found.findings[0].value, CARD);
  assert.equal(found.findings[0].line, 2);
});

test('commands_scan_of_files_fails_when_one_cannot_be_read', () => {
  const file = path.join(dir, 'clean.txt');
  fs.writeFileSync(file, 'The river is long.');
  const r = run(['scan', file, path.join(dir, 'missing')]);
  assert.equal(r.status, 1);
  assert.match(r.stderr, /missing/);
  assert.match(r.stdout, /0 of 1 files sensitive, 1 not readable/);
});

test('commands_scan_jsonl_gives_offsets_in_bytes', () => {
  const text = `caf\u00e9 \u{1f600} card ${CARD} end`;
  const input = [{ id: 1, text: 'nothing here' }, { id: 'two', text }].map((l) => JSON.stringify(l)).join('\n') + '\n';
  const r = run(['scan', '--jsonl'], { input });
  const [clean, found] = lines(r.stdout);
  assert.deepEqual([clean.id, clean.sensitive, clean.findings], [1, false, []]);
  assert.deepEqual([found.id, found.sensitive], ['two', true]);
  const card = found.findings.find((f) => f.class === 'pci');
  assert.equal(Buffer.from(text).subarray(card.start, card.end).toString(), CARD);
  for (const field of ['class', 'type', 'start', 'end', 'score', 'hard', 'rule']) assert.ok(field in card, field);
  assert.equal(typeof found.us, 'number');
});

test('commands_jsonl_bad_line_gets_an_answer_of_its_own', () => {
  const r = run(['scan', '--jsonl'], { input: '{"id":"a","text":"hello"}\nnonsense\n{"id":"c","text":"hello"}\n' });
  const out = r.stdout.trimEnd().split('\n');
  assert.equal(out.length, 3);
  assert.equal(JSON.parse(out[2]).id, 'c');
});

test('commands_jsonl_may_begin_with_a_byte_order_mark', () => {
  const bom = '\ufeff';
  const scanned = run(['scan', '--jsonl'], { input: `${bom}{"id":"a","text":"hello"}\n` });
  assert.deepEqual([scanned.status, lines(scanned.stdout)[0].id], [0, 'a'], scanned.stdout);
  const explained = run(['explain', '-c', config, '--jsonl'], { input: `${bom}{"id":"b","prompt":"hello"}\n${bom}{"id":"c"}\n` });
  const out = lines(explained.stdout);
  assert.deepEqual([out[0].id, out[0].error], ['b', undefined], explained.stdout);
  assert.ok(out[1].error, 'a mark is a mark at the very beginning only');
});

test('commands_ledger_export_of_a_missing_file_fails', () => {
  const r = run(['ledger', 'export', '--db', path.join(dir, 'none.db')]);
  assert.equal(r.status, 1);
  assert.match(r.stderr, /none\.db/);
});

test('commands_doctor_says_what_is_well_and_what_is_not', async () => {
  const well = await runAsync(['doctor', '-c', config]);
  assert.equal(well.status, 0, well.stdout + well.stderr);
  const ill = await runAsync(['doctor', '-c', config], { env: { SIM_KEY: '' } });
  assert.match(ill.stdout + ill.stderr, /SIM_KEY/);
});

test('commands_bad_configuration_is_exit_3_with_line_and_suggestion', () => {
  const file = path.join(dir, 'bad.yaml');
  fs.writeFileSync(file, 'listen:\n  adress: "127.0.0.1:1"\n');
  for (const args of [['serve', '-c', file], ['doctor', '-c', file], ['explain', '-c', file, 'hello']]) {
    const r = run(args);
    assert.equal(r.status, 3, `${args[0]}: ${r.stderr}`);
    assert.match(r.stdout + r.stderr, /bad\.yaml:2/);
    assert.match(r.stdout + r.stderr, /address/);
  }
});

test('commands_serve_on_a_taken_port_fails_and_says_which', async () => {
  const file = path.join(dir, 'taken.yaml');
  fs.writeFileSync(file, fs.readFileSync(config, 'utf8') + `listen:\n  address: "127.0.0.1:${near.port}"\n`);
  const r = await runAsync(['serve', '-c', file]);
  assert.equal(r.status, 1);
  assert.match(r.stderr, new RegExp(String(near.port)));
});
