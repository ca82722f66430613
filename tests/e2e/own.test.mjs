// The company's own data: registered, recognised, taken back; and what stays on disk of it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { BIN, environment, run, temporaryFolder, toYaml } from './helper.mjs';

let dir, data, config;
const gate = (...args) => run(['gate', ...args, '-c', config]);
const scan = (text, ...args) => run(['scan', '-c', config, '--json', ...args], { input: text });
const write = (name, text) => {
  const file = path.join(dir, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
  return file;
};

const PARAGRAPH =
  'The northern plant will be closed in two steps: the casting line moves to the harbour site before the second quarter, ' +
  'and the remaining eighty positions are offered a transfer under the terms that the works council has agreed to.';
const UNRELATED =
  'A stack is a list whose last element is the first one to be taken. Recursive functions use one, and so does a parser ' +
  'that keeps the brackets it has still to close. In most languages an array that grows at its end will do.';
const CUSTOMERS = 'name,account,state\n"Ilvane, Marta",40917723,TX\nJoost Verbeek,51180046,NY\n"Ann O\'Rell",66200915,TX\n';

before(() => {
  dir = temporaryFolder();
  data = path.join(dir, 'registered');
  config = path.join(dir, 'sluice.yaml');
  fs.writeFileSync(config, toYaml({ policy: { data_dir: data } }));
});
after(() => fs.rmSync(dir, { recursive: true, force: true }));

test('own_nothing_registered_is_an_empty_list', () => {
  const r = run(['gate', 'list', '--json', '--set', `policy.data_dir=${path.join(dir, 'none')}`]);
  assert.equal(r.status, 0, r.stderr);
  assert.deepEqual(JSON.parse(r.stdout).registered, []);
});

test('own_list_values_are_recognised_and_the_list_is_not_kept', () => {
  const file = write('codenames.txt', 'Bluebird Harvest\nOperation Tangerine\nyes\n12\n');
  const r = gate('add-list', file);
  assert.equal(r.status, 0, r.stderr);
  assert.match(r.stdout, /^added codenames: 2 values/);
  assert.match(r.stderr, /2 values were not taken.*lines 3, 4/);
  fs.unlinkSync(file);
  const found = scan('what is left to do for operation-TANGERINE?');
  assert.equal(found.status, 10, found.stdout);
  const finding = JSON.parse(found.stdout).findings.find((f) => f.rule === 'own.list');
  assert.deepEqual([finding.class, finding.type, finding.hard, finding.source], ['ip', 'REGISTERED_VALUE', true, 'codenames']);
  assert.equal(scan('yes, 12 tangerines, for the operation').status, 0);
});

test('own_list_pair_decides_only_together', () => {
  const file = write('customers.csv', CUSTOMERS);
  assert.equal(gate('add-list', file).status, 1); // which column?
  const r = gate('add-list', file, '--column', 'name', '--with', 'account', '--class', 'pii', '--json');
  assert.equal(r.status, 0, r.stderr);
  const said = JSON.parse(r.stdout);
  assert.deepEqual([said.status, said.values, said.pairs, said.class], ['added', 0, 3, 'pii']);
  fs.unlinkSync(file);
  assert.equal(scan('Please call MARTA ILVANE').status, 0);
  const found = scan('Ilvane, Marta asks about account no. 4091-7723');
  assert.equal(found.status, 10, found.stdout);
  assert.ok(JSON.parse(found.stdout).findings.some((f) => f.rule === 'own.list-pair' && f.class === 'pii'));
  assert.ok(!JSON.parse(scan('Ilvane, Marta asks about account no. 51180046').stdout).findings.some((f) => f.rule.startsWith('own.')));
});

test('own_documents_a_pasted_paragraph_is_recognised_unrelated_text_is_not', () => {
  write('plans/closure.md', `# Plan\n\n${UNRELATED.replaceAll('stack', 'heap').slice(0, 40)}\n\n${PARAGRAPH}\n`);
  write('plans/deep/code.c', 'static int ledger_rotate(struct ledger *l) {\n    return l->rows > l->most ? rotate(l, l->keep) : 0;\n}\n'.repeat(3));
  write('plans/image.bin', Buffer.from([1, 0, 2, 0, 3]));
  write('plans/scan.pdf', '%PDF-1.4 not read');
  write('plans/.git/config', PARAGRAPH + ' is passed over');
  const r = gate('add-documents', path.join(dir, 'plans'), '--json');
  assert.equal(r.status, 0, r.stderr);
  assert.equal(JSON.parse(r.stdout).documents, 2);
  assert.match(r.stderr, /1 no text.*image\.bin/);
  assert.match(r.stderr, /PDF.*not read.*scan\.pdf/);
  fs.rmSync(path.join(dir, 'plans'), { recursive: true });
  const found = scan(`Please shorten this:\n\n> ${PARAGRAPH.toUpperCase().replaceAll('. ', '.\n> ')}\n`);
  assert.equal(found.status, 10, found.stdout);
  const finding = JSON.parse(found.stdout).findings.find((f) => f.rule === 'own.document');
  assert.match(finding.source, /plans: .*closure\.md/);
  assert.ok(finding.end - finding.start > 150);
  assert.equal(scan(UNRELATED).status, 0);
});

test('own_registering_again_is_unchanged_or_replaces', () => {
  const file = write('codenames.txt', 'operation tangerine\n\nBLUEBIRD harvest\n');
  assert.match(gate('add-list', file).stdout, /^unchanged codenames/);
  const r = gate('list', '--json');
  const names = JSON.parse(r.stdout).registered.map((i) => i.name);
  assert.deepEqual(names, ['codenames', 'customers', 'plans']);
  for (const i of JSON.parse(r.stdout).registered) assert.ok(i.bytes > 0 && i.created.startsWith('20'));
  assert.match(gate('list').stdout, /codenames +list +ip +2 values/);
  fs.unlinkSync(file);
});

test('own_files_hold_no_value_and_are_for_the_owner_only', () => {
  const plain = ['tangerine', 'bluebird', 'ilvane', '40917723', 'verbeek', 'northern plant', 'works council', 'rotate'];
  const files = fs.readdirSync(dir, { recursive: true }).map((f) => path.join(dir, f)).filter((f) => fs.statSync(f).isFile());
  assert.ok(files.length >= 5, files.join(' '));
  for (const file of files) {
    const text = fs.readFileSync(file, 'latin1').toLowerCase();
    for (const word of plain) assert.ok(!text.includes(word), `${file} holds ${word}`);
    if (file.startsWith(data)) assert.equal(fs.statSync(file).mode & 0o777, 0o600, file);
  }
  assert.equal(fs.statSync(data).mode & 0o777, 0o700);
});

test('own_interrupted_registration_changes_nothing', async () => {
  const before = fs.readdirSync(data).sort();
  const child = spawn(BIN, ['gate', 'add-list', '-', '--name', 'cut', '-c', config], { env: environment() });
  let said = '';
  child.stderr.on('data', (d) => (said += d));
  const feed = setInterval(() => child.stdin.write('Kingfisher Lane Number Nine\n'.repeat(4096)), 20);
  child.stdin.on('error', () => {});
  await new Promise((resolve) => setTimeout(resolve, 400));
  child.kill('SIGINT');
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(feed);
  assert.equal(code, 1);
  assert.match(said, /stopped; nothing was changed/);
  assert.deepEqual(fs.readdirSync(data).sort(), before);
});

test('own_gate_that_cannot_be_read_stops_the_scan_instead_of_passing', () => {
  const file = path.join(data, 'codenames.list');
  const good = fs.readFileSync(file);
  fs.writeFileSync(file, good.subarray(0, good.length - 3));
  const r = scan('Operation Tangerine');
  assert.equal(r.status, 3);
  assert.match(r.stderr, /codenames\.list.*damaged/);
  fs.writeFileSync(file, good);
});

test('own_removed_is_not_recognised_any_more', () => {
  assert.equal(gate('remove', 'codenames').status, 0);
  assert.equal(gate('remove', 'codenames').status, 1);
  assert.equal(scan('Operation Tangerine').status, 0);
});

test('own_wrong_use_is_a_usage_error', () => {
  for (const args of [[], ['add'], ['add-list'], ['list', 'x'], ['add-list', 'x', '--class', 'y'], ['add-list', 'x', '--with', '2']]) {
    assert.equal(gate(...args).status, 2, args.join(' '));
  }
  assert.equal(gate('add-list', path.join(dir, 'missing')).status, 1);
});

test('own_rules_of_the_configuration_decide', () => {
  const file = write('rules.yaml', toYaml({ policy: { rules: [{ name: 'employee-id', pattern: '\\bEMP-\\d{5}\\b', keyword: 'emp-', class: 'pii' }, { name: 'endless', pattern: '(a+)+$' }] } }));
  const found = run(['scan', '-c', file, '--json'], { input: 'badge EMP-12345' });
  assert.equal(found.status, 10);
  assert.equal(JSON.parse(found.stdout).findings[0].rule, 'custom.employee-id');
  const stopped = run(['scan', '-c', file, '--json'], { input: `${'a'.repeat(5000)}!` });
  assert.equal(stopped.status, 10);
  assert.match(stopped.stdout, /custom\.limit|limit\.time/);
  write('rules.yaml', 'policy:\n  rules:\n    - name: a\n      pattern: "(x"\n');
  const bad = run(['scan', '-c', file], { input: 'x' });
  assert.equal(bad.status, 3);
  assert.match(bad.stderr, /rules\.yaml:4: policy\.rules\.pattern: missing closing parenthesis/);
});
