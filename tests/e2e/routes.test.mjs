// Where requests go: the built-in local model behind llama-server, and a simulated frontier.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { Provider } from '../providers/provider.mjs';
import { CARD, HARD, PROVIDER_KEY, ROUTINE, assertError, frontier, localModel, startSluice, user } from './helper.mjs';

const answerOf = (r) => r.json().then((j) => j.choices[0].message.content);
const seen = (r) => ({ route: r.headers.get('x-sluice-route'), reason: r.headers.get('x-sluice-reason') });

describe('with a local model and a frontier', () => {
  let far, gateway;

  before(async () => {
    far = await Provider.start({ key: PROVIDER_KEY });
    gateway = await startSluice({ config: { local: localModel(), frontier: [frontier('sim', far)] } });
  });
  beforeEach(() => far.reset());
  after(async () => {
    await gateway?.stop();
    await far.stop();
  });

  const ask = (content, extra = {}, headers = {}) =>
    gateway.chat({ model: 'auto', messages: user(content), max_tokens: 16, ...extra }, { headers });

  test('routes_routine_ticket_goes_to_the_local_model', async () => {
    const r = await ask(ROUTINE);
    assert.equal(r.status, 200);
    assert.deepEqual(seen(r), { route: 'local', reason: 'routine' });
    assert.ok((await answerOf(r)).length > 0);
    assert.equal(far.connections.length, 0);
  });

  test('routes_hard_proof_goes_to_the_frontier', async () => {
    const r = await ask(HARD);
    assert.equal(r.status, 200);
    assert.deepEqual(seen(r), { route: 'frontier', reason: 'hard' });
    assert.match(await answerOf(r), /simulated provider/);
    assert.equal(far.chats()[0].json.model, 'sim-large');
  });

  test('routes_card_number_stays_local_even_in_a_hard_prompt', async () => {
    const r = await ask(`${HARD}\nMy card number is ${CARD}, expiry 04/29.`);
    assert.equal(r.status, 200);
    assert.deepEqual(seen(r), { route: 'local', reason: 'sensitive' });
    assert.equal(far.connections.length, 0);
    const row = await gateway.row(r.headers.get('x-request-id'));
    assert.equal(row.sensitive, true);
    assert.match(row.classes, /pci/);
  });

  test('routes_answer_carries_every_header', async () => {
    const r = await ask(ROUTINE);
    assert.match(r.headers.get('x-request-id'), /^[\w-]{8,39}$/);
    assert.ok(r.headers.get('x-sluice-model').length > 0);
    assert.match(r.headers.get('x-sluice-overhead-us'), /^\d+$/);
    assert.equal(r.headers.get('x-sluice-degraded'), null);
    await r.arrayBuffer();
  });

  test('routes_row_agrees_with_the_headers', async () => {
    const r = await ask(ROUTINE, {}, { 'x-sluice-user': 'team-7' });
    const { usage } = await r.json();
    const row = await gateway.row(r.headers.get('x-request-id'));
    assert.equal(row.route, 'local');
    assert.equal(row.upstream, 'local');
    assert.equal(row.user, 'team-7');
    assert.equal(row.asked_model, 'auto');
    assert.equal(row.model, r.headers.get('x-sluice-model'));
    assert.equal(row.endpoint, '/v1/chat/completions');
    assert.equal(row.status, 200);
    assert.equal(row.outcome, 'ok');
    assert.equal(row.input_tokens, usage.prompt_tokens);
    assert.equal(row.output_tokens, usage.completion_tokens);
  });

  test('routes_ids_differ_between_requests', async () => {
    const ids = new Set();
    for (let i = 0; i < 5; i++) ids.add((await ask(ROUTINE, { max_tokens: 1 })).headers.get('x-request-id'));
    assert.equal(ids.size, 5);
  });

  test('routes_model_local_pins_a_hard_prompt_to_the_local_model', async () => {
    const r = await ask(HARD, { model: 'local' });
    assert.equal(seen(r).route, 'local');
    assert.match(seen(r).reason, /^pinned-local$/);
    await r.arrayBuffer();
    assert.equal(far.connections.length, 0);
  });

  test('routes_model_frontier_pins_a_routine_prompt_to_the_frontier', async () => {
    const r = await ask(ROUTINE, { model: 'frontier' });
    assert.equal(seen(r).route, 'frontier');
    assert.match(seen(r).reason, /^pinned-frontier$/);
    assert.match(await answerOf(r), /simulated provider/);
  });

  test('routes_named_model_is_the_one_that_is_asked', async () => {
    const r = await ask(HARD, { model: 'sim-small' });
    await r.arrayBuffer();
    assert.equal(seen(r).route, 'frontier');
    assert.match(seen(r).reason, /^model-named$/);
    assert.equal(r.headers.get('x-sluice-model'), 'sim-small');
    assert.equal(far.chats()[0].json.model, 'sim-small');
  });

  test('routes_header_pins_either_side', async () => {
    const near = await ask(HARD, {}, { 'x-sluice-route': 'local' });
    assert.equal(seen(near).route, 'local');
    await near.arrayBuffer();
    const away = await ask(ROUTINE, {}, { 'x-sluice-route': 'frontier' });
    assert.equal(seen(away).route, 'frontier');
    await away.arrayBuffer();
  });

  for (const [name, extra, headers] of [
    ['model', { model: 'frontier' }, {}],
    ['named_model', { model: 'sim-large' }, {}],
    ['header', {}, { 'x-sluice-route': 'frontier' }],
  ]) {
    test(`routes_policy_wins_over_a_pin_by_${name}`, async () => {
      const r = await ask(`Charge the card ${CARD} please.`, extra, headers);
      assert.deepEqual(seen(r), { route: 'local', reason: 'sensitive' });
      await r.arrayBuffer();
      assert.equal(far.connections.length, 0);
    });
  }

  test('routes_unknown_model_is_refused_by_name', async () => {
    const r = await ask(ROUTINE, { model: 'no-such-model' });
    assert.equal(r.status, 404);
    assertError(await r.json(), 'model_not_found');
  });

  test('routes_models_lists_the_pins_and_the_frontier', async () => {
    const page = await gateway.client().models.list();
    const ids = page.data.map((m) => m.id);
    for (const id of ['auto', 'local', 'frontier', 'sim-large', 'sim-small']) assert.ok(ids.includes(id), id);
  });

  test('routes_local_stream_ends_properly', async () => {
    const stream = await gateway.client().chat.completions.create({ model: 'local', messages: user(ROUTINE), max_tokens: 8, stream: true });
    const finishes = [];
    for await (const chunk of stream) if (chunk.choices[0]?.finish_reason) finishes.push(chunk.choices[0].finish_reason);
    assert.equal(finishes.length, 1);
  });
});

describe('without a frontier key', () => {
  for (const [name, choice] of [['answers_locally_and_says_so', 'answer_locally'], ['refuses_when_told_to', 'refuse']]) {
    test(`routes_without_a_key_${name}`, async () => {
      const far = await Provider.start({ key: PROVIDER_KEY });
      const gateway = await startSluice({
        config: {
          local: localModel(),
          frontier: [frontier('sim', far, { key_env: 'SLUICE_E2E_NO_SUCH_KEY' })],
          routing: { on_no_frontier: choice },
        },
      });
      try {
        const r = await gateway.chat({ model: 'auto', messages: user(HARD), max_tokens: 8 });
        if (choice === 'refuse') {
          assert.equal(r.status, 503);
          assertError(await r.json(), 'frontier_not_configured');
        } else {
          assert.equal(r.status, 200);
          assert.equal(seen(r).route, 'local');
          assert.ok(r.headers.get('x-sluice-degraded'));
          await r.arrayBuffer();
        }
        const routine = await gateway.chat({ model: 'auto', messages: user(ROUTINE), max_tokens: 8 });
        assert.equal(routine.status, 200);
        assert.equal(routine.headers.get('x-sluice-degraded'), null);
        await routine.arrayBuffer();
        assert.equal(far.connections.length, 0);
      } finally {
        await gateway.stop();
        await far.stop();
      }
    });
  }
});
