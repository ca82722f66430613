// What becomes of a request afterwards: feedback, the row of a request over HTTP, and what learning gets of both.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Provider } from '../providers/provider.mjs';
import { CARD, HARD, PROVIDER_KEY, ROUTINE, assertError, frontier, localAt, run, sendRaw, post, startSluice, user } from './helper.mjs';

let near, far, gateway;

before(async () => {
  near = await Provider.start({ models: ['sim-local'] });
  far = await Provider.start({ key: PROVIDER_KEY });
  gateway = await startSluice({ config: { local: localAt(near), frontier: [frontier('sim', far)] } });
});
after(async () => {
  await gateway?.stop();
  await near.stop();
  await far.stop();
});

const ask = async (content, extra = {}) => {
  const r = await gateway.client().chat.completions.create({ model: 'auto', messages: user(content), ...extra }).withResponse();
  return r.response.headers.get('x-request-id');
};
const tell = (body) =>
  fetch(`${gateway.origin}/sluice/v1/feedback`, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });
const outcomes = () => {
  const r = run(['ledger', 'export', '--outcomes', '--db', gateway.ledger]);
  assert.equal(r.status, 0, r.stderr);
  return r.stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line));
};
async function kept(id, test) {
  const end = Date.now() + 3000;
  for (;;) {
    const found = outcomes().filter((o) => o.id === id);
    if (found.some(test)) return found;
    assert.ok(Date.now() < end, JSON.stringify(found));
  }
}

test('feedback_is_stored_at_once_and_the_later_wins', async () => {
  const id = await ask(ROUTINE);
  const first = await tell({ id, success: true }); // the row may still wait for the writer
  assert.equal(first.status, 200);
  const said = await first.json();
  assert.equal(said.id, id);
  assert.equal(said.success, true);
  assert.equal(said.score, null);
  assert.equal(said.source, 'feedback');
  assert.equal(said.answered_by, 'local');
  assert.equal(said.local_model, 'sim-local');
  assert.equal(said.frontier_model, 'sim-large');
  assert.equal((await tell({ id, success: false, score: 0.25 })).status, 200);
  const found = await kept(id, (o) => o.success === false);
  assert.equal(found.length, 1);
  assert.equal(found[0].score, 0.25);
});

test('feedback_on_a_frontier_answer_names_the_pair', async () => {
  const id = await ask(HARD);
  const r = await (await tell({ id, score: 1 })).json();
  assert.equal(r.answered_by, 'frontier');
  assert.equal(r.frontier_model, 'sim-large');
  assert.equal(r.local_model, 'sim-local');
  assert.equal(r.success, null);
});

test('feedback_for_an_id_never_seen_is_404', async () => {
  const r = await tell({ id: 'req_000000000000000000000000', success: true });
  assert.equal(r.status, 404);
  assertError(await r.json(), 'request_not_found');
});

test('feedback_that_is_wrong_is_refused_with_the_field', async () => {
  const id = await ask(ROUTINE);
  for (const body of [
    'no json', '[]', {}, { id }, { id: 7, success: true }, { id, success: 'yes' }, { id, score: 2 }, { id, score: -1 },
    { id, success: true, comment: 'words' }, { success: true }, { id, success: null },
  ]) {
    const r = await tell(body);
    assert.equal(r.status, 400, JSON.stringify(body));
    assertError(await r.json());
  }
});

test('feedback_that_is_wrong_names_the_member', async () => {
  const id = await ask(ROUTINE);
  const cases = [
    [{ id: 7, success: true }, 'id'], [{ id, success: 'yes' }, 'success'], [{ id, score: 2 }, 'score'],
    [`{"id":"${id}","success":true,"success":false}`, 'success'], [`{"id":"${id}","id":"${id}","score":1}`, 'id'],
  ];
  for (const [body, param] of cases) {
    const r = await tell(body);
    assert.equal(r.status, 400, JSON.stringify(body));
    assert.equal((await r.json()).error.param, param, JSON.stringify(body));
  }
  assert.equal(outcomes().filter((o) => o.id === id).length, 0);
});

test('feedback_on_a_request_that_got_no_answer_is_refused', async () => {
  near.behaveNext({ status: 400 });
  const failed = await gateway.chat({ model: 'local', messages: user(ROUTINE) });
  assert.equal(failed.status, 400);
  const r = await tell({ id: failed.headers.get('x-request-id'), success: true });
  assert.equal(r.status, 400);
  assertError(await r.json(), 'invalid_field');
});

test('feedback_of_callers_who_leave_does_no_harm', async () => {
  const id = await ask(ROUTINE);
  for (let i = 0; i < 20; i++) {
    const socket = await sendRaw(gateway.port, post('/sluice/v1/feedback', JSON.stringify({ id: `${id}`, success: true })), { ms: 0 });
    assert.ok(socket);
  }
  assert.equal((await tell({ id, success: true })).status, 200);
});

test('feedback_is_counted', async () => {
  const before = (await gateway.metrics()).sum('sluice_outcomes_total', { source: 'feedback', success: 'true' });
  await tell({ id: await ask(ROUTINE), success: true });
  const now = (await gateway.metrics()).sum('sluice_outcomes_total', { source: 'feedback', success: 'true' });
  assert.equal(now, before + 1);
});

test('requests_id_gives_the_row', async () => {
  const id = await ask(ROUTINE);
  const r = await fetch(`${gateway.origin}/sluice/v1/requests/${id}`);
  assert.equal(r.status, 200);
  const row = await r.json();
  assert.equal(row.id, id);
  assert.equal(row.route, 'local');
  assert.equal(row.reason, 'routine');
  await gateway.row(id); // and when it is in the file
  assert.equal((await (await fetch(`${gateway.origin}/sluice/v1/requests/${id}`)).json()).id, id);
});

test('requests_of_an_unknown_id_is_404', async () => {
  for (const id of ['req_000000000000000000000000', 'x'.repeat(60), '', '%27']) {
    const r = await fetch(`${gateway.origin}/sluice/v1/requests/${id}`);
    assert.equal(r.status, 404, id);
    assertError(await r.json(), 'request_not_found');
  }
});

test('requests_lists_the_newest_first', async () => {
  const ids = [await ask(ROUTINE), await ask(HARD)];
  await gateway.row(ids[1]);
  const list = await (await fetch(`${gateway.origin}/sluice/v1/requests?limit=2`)).json();
  assert.deepEqual(list.data.map((row) => row.id), ids.toReversed());
  for (const limit of ['0', '1001', 'x', '']) {
    const r = await fetch(`${gateway.origin}/sluice/v1/requests?limit=${limit}`);
    assert.equal(r.status, 400, limit);
  }
});

test('requests_id_shows_why_and_its_outcomes', async () => {
  const id = await ask(ROUTINE);
  await tell({ id, success: true });
  await kept(id, () => true);
  await gateway.row(id);
  const row = await (await fetch(`${gateway.origin}/sluice/v1/requests/${id}`)).json();
  assert.match(row.why, /as well; score 0\.\d+, not above the threshold 0\.\d+ of target_local_share$/);
  assert.equal(row.decision.aim, 'target_local_share');
  assert.equal(row.decision.hard, false);
  assert.ok(row.decision.threshold > row.score);
  assert.deepEqual(row.outcomes.map((o) => [o.source, o.success]), [['feedback', true]]);
});

test('outcome_has_a_sample_without_words', async () => {
  const word = 'zqvxjkwp';
  const id = await ask(`Please tell me about the ${word} of the ${word}${word}.`);
  assert.equal((await tell({ id, success: true })).status, 200);
  const [outcome] = await kept(id, () => true);
  assert.ok(outcome.sample_bytes > 20);
  const files = fs.readdirSync(gateway.dir).filter((f) => f.startsWith('ledger.db'));
  assert.ok(files.length > 0);
  for (const f of files) assert.ok(!fs.readFileSync(path.join(gateway.dir, f), 'latin1').includes(word), f);
  assert.ok(!gateway.log().includes(word));
});

test('outcome_of_a_sensitive_request_has_no_sample', async () => {
  const id = await ask(`${ROUTINE} My card is ${CARD}.`);
  assert.equal((await tell({ id, success: true })).status, 200);
  const found = await kept(id, () => true);
  assert.equal(found[0].sample_bytes, 0);
});

test('replay_of_a_ledger_uses_what_feedback_told', async () => {
  const before = JSON.parse(run(['replay', gateway.ledger, '--json']).stdout).one_sided ?? { local_outcomes: 0, frontier_outcomes: 0 };
  const ids = [];
  for (let i = 0; i < 25; i++) ids.push(await ask(`${ROUTINE} (${i})`));
  for (const [i, id] of ids.entries()) assert.equal((await tell({ id, success: i !== 0 })).status, 200);
  const far = await ask(HARD);
  assert.equal((await tell({ id: far, score: 0.75 })).status, 200);
  await kept(far, (o) => o.score === 0.75);
  const r = run(['replay', gateway.ledger, '--json']);
  assert.equal(r.status, 0, r.stderr);
  const told = JSON.parse(r.stdout).one_sided;
  assert.equal(told.local_outcomes, before.local_outcomes + 25);
  assert.equal(told.frontier_outcomes, before.frontier_outcomes + 1);
  assert.ok(told.bands.some((b) => b.local_served?.value > 0.8 && b.local_served.low < b.local_served.value), JSON.stringify(told));
  assert.ok(told.bands.every((b) => b.frontier_served === null && b.quality_lost === null));
  assert.match(run(['replay', gateway.ledger]).stdout, /Outcomes of one side only: of \d+ local answers/);
});
