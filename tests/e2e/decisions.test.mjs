// Decisions that weigh the moment: conversations, the budget, the queue, and explanations over HTTP.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Provider } from '../providers/provider.mjs';
import { CARD, HARD, PROVIDER_KEY, ROUTINE, assertError, frontier, localAt, startSluice, temporaryFolder, until, user } from './helper.mjs';

const THANKS = 'Thanks. And what are your opening hours on Sundays?'; // a request of its own, not a follow-up
const LONG = 'We keep notes on everything that was said in the meeting. '.repeat(400);

async function start(config = {}, far = {}) {
  const side = { near: await Provider.start({ models: ['sim-local'] }), far: await Provider.start({ key: PROVIDER_KEY, models: ['gpt-5.2'], ...far }) };
  side.gateway = await startSluice({ config: { local: localAt(side.near, config.local), frontier: [frontier('sim', side.far)], ...config.rest } });
  side.ask = (messages, extra = {}) => side.gateway.client().chat.completions.create({ model: 'auto', messages, ...extra }).withResponse();
  side.stop = async () => {
    await side.gateway.stop();
    await side.near.stop();
    await side.far.stop();
  };
  return side;
}
const seen = ({ response }) => ({ route: response.headers.get('x-sluice-route'), reason: response.headers.get('x-sluice-reason') });
const turn = (messages, answer, next) => [...messages, { role: 'assistant', content: answer.data.choices[0].message.content }, { role: 'user', content: next }];

const used = (input, output) => ({ answer: { tokens: { input, output, cached: 0, cacheWrite: 0, reasoning: 0 } } });

describe('a conversation', () => {
  let s;
  before(async () => (s = await start({}, used(6000, 60))));
  after(() => s?.stop());

  test('session_stays_at_the_frontier_that_has_it_cached', async () => {
    const opening = user(`${HARD}\n${LONG}`);
    const first = await s.ask(opening);
    assert.deepEqual(seen(first), { route: 'frontier', reason: 'hard' });
    const second = await s.ask(turn(opening, first, THANKS), { max_tokens: 5 });
    assert.deepEqual(seen(second), { route: 'frontier', reason: 'session' });
    const row = await s.gateway.row(second.response.headers.get('x-request-id'));
    assert.equal(row.decision.session, 'frontier');
    assert.equal(row.decision.hard, false);
    assert.ok(row.decision.switch_loss_usd > row.decision.switch_gain_usd);
    assert.ok(row.decision.expected_cached_tokens > 1000);
  });

  test('session_of_few_words_is_no_reason_to_stay', async () => {
    Object.assign(s.far.answer.tokens, { input: 20, output: 5 });
    const opening = user(HARD);
    const first = await s.ask(opening);
    assert.equal(seen(first).route, 'frontier');
    const second = await s.ask(turn(opening, first, ROUTINE), { max_tokens: 200 });
    assert.deepEqual(seen(second), { route: 'local', reason: 'routine' });
    Object.assign(s.far.answer.tokens, { input: 6000, output: 60 });
  });

  test('session_that_is_another_starts_anew', async () => {
    const other = await s.ask([...user(`${LONG} ${HARD}?`), { role: 'assistant', content: 'Yes.' }, { role: 'user', content: ROUTINE }]);
    assert.deepEqual(seen(other), { route: 'local', reason: 'routine' });
  });

  test('session_does_not_keep_what_must_stay_from_staying', async () => {
    const opening = user(`${HARD}\n${LONG} once more`);
    const first = await s.ask(opening);
    assert.equal(seen(first).route, 'frontier');
    const second = await s.ask(turn(opening, first, `My card is ${CARD}.`));
    assert.deepEqual(seen(second), { route: 'local', reason: 'sensitive' });
  });

  test('explain_shows_what_a_switch_would_cost', async () => {
    const opening = user(`${HARD}\n${LONG} for the record`);
    const first = await s.ask(opening);
    const body = { model: 'auto', messages: turn(opening, first, THANKS), max_tokens: 5 };
    const r = await fetch(`${s.gateway.origin}/sluice/v1/explain`, { method: 'POST', body: JSON.stringify(body) });
    assert.equal(r.status, 200);
    const x = await r.json();
    assert.equal(x.reason, 'session');
    assert.equal(x.cost.session, 'frontier');
    assert.ok(x.cost.switch_loss_usd > x.cost.switch_gain_usd);
    const anew = x.what_if.find((w) => w.change === 'as a new conversation');
    assert.deepEqual([anew.route, anew.reason, anew.flips], ['local', 'routine', true]);
  });
});

describe('explain over HTTP', () => {
  let s;
  before(async () => (s = await start()));
  after(() => s?.stop());
  const explain = async (content, extra = {}, headers = {}) => {
    const r = await fetch(`${s.gateway.origin}/sluice/v1/explain`, { method: 'POST', headers, body: JSON.stringify({ model: 'auto', messages: user(content), ...extra }) });
    return { status: r.status, ...(await r.json()) };
  };

  test('explain_sends_nothing_and_leaves_no_row', async () => {
    const x = await explain(HARD);
    assert.deepEqual([x.status, x.route, x.reason], [200, 'frontier', 'hard']);
    assert.equal(s.far.connections.length, 0);
    assert.equal(s.gateway.rows().length, 0);
    assert.equal(x.state.assumed, false);
    assert.ok(x.cost.frontier_usd > 0);
  });

  test('explain_names_the_share_at_which_it_would_have_gone_the_other_way', async () => {
    const x = await explain(ROUTINE);
    assert.equal(x.route, 'local');
    const [aim] = x.what_if;
    assert.match(aim.change, /^with a target_local_share of 0\.\d\d$/);
    assert.deepEqual([aim.route, aim.flips], ['frontier', true]);
  });

  test('explain_knows_what_would_be_without_the_card_number', async () => {
    const x = await explain(`${HARD} My card is ${CARD}.`);
    assert.deepEqual([x.route, x.reason], ['local', 'sensitive']);
    const without = x.what_if.find((w) => w.change === 'if the CREDIT_CARD were not there');
    assert.deepEqual([without.route, without.flips], ['frontier', true]);
    assert.ok(!JSON.stringify(x).includes(CARD));
  });

  test('explain_scores_again_without_the_code', async () => {
    const x = await explain('What does this do?\n```c\nfor (int i = 0; i < n; i++) sum += weights[i] * inputs[i];\n```');
    const without = x.what_if.find((w) => w.change === 'without the code block');
    assert.notEqual(without.score, x.score);
  });

  test('explain_says_what_a_pin_has_changed', async () => {
    const x = await explain(HARD, {}, { 'x-sluice-route': 'local' });
    assert.equal(x.reason, 'pinned-local');
    assert.deepEqual(x.what_if.filter((w) => w.change === 'without the pin').map((w) => [w.route, w.flips]), [['frontier', true]]);
  });

  test('explain_of_a_long_request_takes_no_words_away', async () => {
    const long = `${'a'.repeat(1000)} ${CARD} `.repeat(300);
    const x = await explain(long);
    assert.deepEqual([x.status, x.reason], [200, 'sensitive']);
    assert.deepEqual(x.terms, []);
    assert.ok(!JSON.stringify(x).includes(CARD));
  });

  test('explain_refuses_what_chat_would_refuse', async () => {
    const bad = await explain(HARD, { model: 'nobody' });
    assert.equal(bad.status, 404);
    assert.equal(bad.error.code, 'model_not_found');
    const r = await fetch(`${s.gateway.origin}/sluice/v1/explain`, { method: 'POST', body: '{' });
    assert.equal(r.status, 400);
    assertError(await r.json(), 'invalid_json');
  });
});

describe('a budget', () => {
  let s;
  // a million tokens each: some dollars an answer
  before(async () => (s = await start({ rest: { routing: { max_cost: 10, max_cost_per: 'day' } } }, used(1000000, 500000))));
  after(() => s?.stop());

  test('budget_that_is_spent_keeps_requests_here_and_says_so', async () => {
    for (let i = 0; i < 2; i++) assert.equal(seen(await s.ask(user(`${HARD} ${i}`))).route, 'frontier');
    const third = await s.ask(user(`${HARD} and then?`));
    assert.deepEqual(seen(third), { route: 'local', reason: 'budget' });
    assert.equal(third.response.headers.get('x-sluice-degraded'), 'budget');
    const r = await fetch(`${s.gateway.origin}/sluice/v1/explain`, { method: 'POST', body: JSON.stringify({ model: 'auto', messages: user(HARD) }) });
    const x = await r.json();
    assert.equal(x.reason, 'budget');
    assert.ok(x.state.budget_spent_usd > 10);
    const more = x.what_if.find((w) => w.change === 'with money left in the budget');
    assert.deepEqual([more.route, more.flips], ['frontier', true]);
  });

  test('budget_is_remembered_over_a_reload', async () => {
    s.gateway.child.kill('SIGHUP');
    await until('the reload', () => s.gateway.log().includes('config.reloaded'));
    assert.equal(seen(await s.ask(user(`${HARD} again?`))).reason, 'budget');
  });
});

test('budget_that_does_not_pay_for_one_request_is_not_called_spent', async () => {
  const s = await start({ rest: { routing: { max_cost: 0.0001, on_no_frontier: 'refuse' } } });
  try {
    const r = await s.gateway.chat({ model: 'auto', messages: user(HARD) });
    assert.equal(r.status, 429);
    const { error } = await r.json();
    assert.equal(error.code, 'budget_spent');
    assert.match(error.message, /what is left of routing\.max_cost does not pay for it/);
    assert.equal((await s.gateway.row(r.headers.get('x-request-id'))).cost_usd, 0);
  } finally {
    await s.stop();
  }
});

test('budget_and_line_go_on_after_a_restart', async () => {
  const dir = temporaryFolder();
  const rest = { routing: { max_cost: 10, max_cost_per: 'day' }, ledger: { path: path.join(dir, 'kept.db') } };
  const before = await start({ rest }, used(1000000, 500000));
  for (let i = 0; i < 2; i++) await before.ask(user(`${HARD} ${i}`));
  await before.stop();
  const after = await start({ rest });
  assert.equal(seen(await after.ask(user(HARD))).reason, 'budget');
  assert.ok((await after.gateway.metrics()).sum('sluice_budget_spent_usd') > 10);
  await after.stop();
  fs.rmSync(dir, { recursive: true });
});

test('budget_without_a_price_is_refused', async () => {
  const far = await Provider.start({ key: PROVIDER_KEY, models: ['nobodys-model-1'] });
  await assert.rejects(startSluice({ config: { local: { enabled: false }, frontier: [frontier('sim', far)], routing: { max_cost: 5 } } }), /the price of nobodys-model-1/);
  await far.stop();
});

test('quality_floor_sends_away_what_would_bring_it_down', async () => {
  const s = await start({ rest: { routing: { quality_floor: 0.9 } } });
  assert.deepEqual(seen(await s.ask(user(HARD))), { route: 'frontier', reason: 'quality-floor' });
  assert.deepEqual(seen(await s.ask(user(ROUTINE))), { route: 'local', reason: 'routine' });
  await s.stop();
});

describe('a queue', () => {
  let s;
  before(async () => (s = await start({ local: { slots: 1, queue: 10 }, rest: { routing: { max_wait: '200ms' } } })));
  after(() => s?.stop());

  test('queue_that_takes_too_long_sends_routine_requests_away', async () => {
    s.near.behave({ delayMs: 400 });
    await s.ask(user(ROUTINE)); // how long an answer takes is known now
    const running = [s.ask(user(ROUTINE)), s.ask(user(`${ROUTINE} Please.`))];
    await until('a request at the local model', async () => (await s.gateway.metrics()).sum('sluice_local_in_flight') >= 1);
    const next = await s.ask(user(`${ROUTINE} Soon.`));
    assert.deepEqual(seen(next), { route: 'frontier', reason: 'local-slow' });
    assert.equal(next.response.headers.get('x-sluice-degraded'), 'local-slow');
    await Promise.all(running);
  });
});
