// Verify, then escalate: a local answer is checked before the caller sees a byte of it. The local side is a simulated
// server that answers badly, the frontier one that answers well.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { Provider } from '../providers/provider.mjs';
import { CARD, PROVIDER_KEY, ROUTINE, assertError, frontier, localAt, localModel, readAll, run, sleep, startSluice, user, writeConfig, temporaryFolder } from './helper.mjs';

const FAR_TEXT = 'The frontier answers with a few good words of its own.';
const SCHEMA = {
  type: 'object',
  properties: { name: { type: 'string' }, order: { type: 'string' }, kind: { enum: ['refund', 'other'] } },
  required: ['name', 'order', 'kind'],
  additionalProperties: false,
};
const FORMAT = { type: 'json_schema', json_schema: { name: 'fields', schema: SCHEMA } };
const TICKET = 'Extract name, order and kind as JSON: Jane Roe wants the money for order 7731 back.';
const GOOD = JSON.stringify({ name: 'Jane Roe', order: '7731', kind: 'refund' });
const WRONG = JSON.stringify({ name: 'Jane Roe', order: '7713', kind: 'refund' });
const LOOP = 'and then it goes on '.repeat(40);
const TOOLS = [
  {
    type: 'function',
    function: { name: 'find_order', parameters: { type: 'object', properties: { order: { type: 'integer' } }, required: ['order'] } },
  },
];
const call = (name, args) => [{ id: 'call_1', type: 'function', function: { name, arguments: args } }];

// What the local side answers, what is asked, and which check speaks.
const FAULTS = [
  ['empty', { text: '' }, {}],
  ['empty', { text: ' \n ' }, {}],
  ['truncated', { text: 'The ticket is about', finish: 'length' }, {}],
  ['truncated', { text: 'Here it is:\n```c\nint main(void) {' }, {}],
  ['truncated', { text: '{"name":"Jane Roe","order":' }, { response_format: FORMAT }],
  ['schema', { text: '{"name":"Jane Roe","order":}' }, { response_format: FORMAT }],
  ['schema', { text: '{"name":"Jane Roe","order":"7731","kind":"praise"}' }, { response_format: FORMAT }],
  ['schema', { text: 'Sure! The name is Jane Roe.' }, { response_format: { type: 'json_object' } }],
  ['tool', { toolCalls: call('find_parcel', '{"order":7731}') }, { tools: TOOLS }],
  ['tool', { toolCalls: call('find_order', '{"order":"7731"}') }, { tools: TOOLS }],
  ['tool', { toolCalls: call('find_order', '{"order":') }, { tools: TOOLS }],
  ['tool', { text: 'I would have to look.' }, { tools: TOOLS, tool_choice: 'required' }],
  ['grounded', { text: WRONG }, { response_format: FORMAT }],
  ['looping', { text: LOOP }, {}],
  ['refusing', { text: 'As an AI language model, I have no access to tickets.' }, {}],
  ['refusing', { text: "I'm sorry, but I can't help with that." }, {}],
  ['confidence', { logprob: -9 }, {}],
];

const content = async (r) => (await r.json()).choices[0].message.content;
const events = (text) => text.split('\n\n').filter((e) => e.startsWith('data: {')).map((e) => JSON.parse(e.slice(6)));
const textOf = (text) => events(text).map((e) => e.choices[0]?.delta?.content ?? '').join('');
const seen = (r) => ({
  route: r.headers.get('x-sluice-route'),
  reason: r.headers.get('x-sluice-reason'),
  degraded: r.headers.get('x-sluice-degraded'),
});

async function start(verify = {}, config = {}) {
  const near = await Provider.start({ name: 'near', models: ['sim-local'] });
  const far = await Provider.start({ name: 'far', key: PROVIDER_KEY, answer: { text: FAR_TEXT } });
  const gateway = await startSluice({
    config: {
      local: localAt(near),
      frontier: [frontier('sim', far)],
      ...config,
      routing: { verify: { mode: 'all', ...verify }, ...config.routing },
    },
  });
  return { near, far, gateway };
}

async function stop({ near, far, gateway }) {
  await gateway?.stop();
  await near.stop();
  await far.stop();
}

describe('every local answer is checked', () => {
  let s;
  before(async () => (s = await start({ hold_tokens: 20, min_logprob: -6 })));
  beforeEach(() => (s.near.reset(), s.far.reset()));
  after(() => stop(s));

  const ask = (extra = {}, prompt = TICKET) => s.gateway.chat({ model: 'auto', messages: user(prompt), ...extra });

  for (const [i, [check, behaviour, extra]] of FAULTS.entries()) {
    for (const stream of check === 'looping' ? [false] : [false, true]) { // a loop takes longer than a stream is held
      test(`cascade_${check}_${i}_goes_to_the_frontier${stream ? '_streamed' : ''}`, async () => {
        s.near.behaveNext({ ...behaviour });
        const r = await ask({ ...extra, stream });
        assert.equal(r.status, 200);
        assert.deepEqual(seen(r), { route: 'frontier', reason: 'escalated', degraded: null });
        const text = stream ? textOf(await readAll(r)) : await content(r);
        assert.equal(text, FAR_TEXT);
        assert.equal(s.far.chats().length, 1);
        assert.equal(s.far.chats()[0].json.logprobs, undefined, 'the frontier gets what the caller sent');
        const row = await s.gateway.row(r.headers.get('x-request-id'));
        assert.equal(row.verify, check);
        assert.equal(row.reason, 'escalated');
        assert.equal(row.upstream, 'sim');
        assert.equal(row.attempts, 2);
        assert.equal(row.retries, 0);
        assert.equal(row.outcome, 'ok');
        assert.equal(row.input_tokens, 42);
        assert.equal(row.output_tokens, 13);
        assert.ok(row.unused_output_tokens >= 0 && row.unused_input_tokens > 0, 'the local tokens are not lost');
      });
    }
  }

  test('cascade_good_answer_is_sent_as_the_local_model_wrote_it', async () => {
    s.near.behaveNext({ text: GOOD });
    const r = await ask({ response_format: FORMAT });
    assert.deepEqual(seen(r), { route: 'local', reason: 'routine', degraded: null });
    const { choices } = await r.json();
    assert.equal(choices[0].message.content, GOOD);
    assert.equal(choices[0].logprobs, null, 'what the caller did not ask for is taken out');
    assert.equal(s.near.chats()[0].json.logprobs, true);
    assert.equal(s.near.chats()[0].json.top_logprobs, 1);
    assert.equal(s.far.connections.length, 0);
    const row = await s.gateway.row(r.headers.get('x-request-id'));
    assert.equal(row.verify, 'passed');
    assert.equal(row.attempts, 1);
    assert.equal(row.unused_output_tokens, 0);
  });

  test('cascade_good_stream_is_whole_and_without_logprobs', async () => {
    const r = await ask({ stream: true });
    const body = await readAll(r);
    assert.equal(textOf(body), s.near.answer.text);
    assert.ok(body.endsWith('data: [DONE]\n\n'));
    for (const e of events(body)) assert.equal(e.choices[0]?.logprobs ?? null, null);
    assert.equal((await s.gateway.row(r.headers.get('x-request-id'))).verify, 'passed');
  });

  test('cascade_logprobs_that_the_caller_asked_for_stay', async () => {
    const whole = await (await ask({ logprobs: true, top_logprobs: 2 })).json();
    assert.equal(whole.choices[0].logprobs.content[0].logprob, -0.01);
    assert.equal(s.near.chats()[0].json.top_logprobs, 2);
    const body = await readAll(await ask({ logprobs: true, stream: true }));
    assert.ok(events(body).some((e) => e.choices[0]?.logprobs?.content[0].logprob === -0.01));
  });

  test('cascade_limit_of_the_caller_is_no_truncation', async () => {
    s.near.behaveNext({ text: 'The ticket is', finish: 'length' });
    const r = await ask({ max_tokens: 13 }); // as many as the usage says
    assert.deepEqual(seen(r), { route: 'local', reason: 'routine', degraded: null });
    await r.arrayBuffer();
  });

  test('cascade_tool_call_that_fits_passes', async () => {
    s.near.behaveNext({ toolCalls: call('find_order', '{"order":7731}') });
    const r = await ask({ tools: TOOLS });
    assert.equal(seen(r).route, 'local');
    assert.equal((await r.json()).choices[0].message.tool_calls[0].function.arguments, '{"order":7731}');
    assert.equal(s.near.chats()[0].json.logprobs, undefined, 'not beside tools');
  });

  test('cascade_client_sees_the_frontier_answer_only', async () => {
    s.near.behaveNext({ text: 'I cannot help with that.' });
    const stream = await s.gateway.client().chat.completions.create({ model: 'auto', messages: user(TICKET), stream: true });
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.delta?.content ?? '';
    assert.equal(text, FAR_TEXT);
  });

  test('cascade_sensitive_answer_stays_and_is_marked', async () => {
    for (const stream of [false, true]) {
      s.near.behaveNext({ text: '' });
      const r = await ask({ stream }, `${TICKET} My card is ${CARD}, expiry 04/29.`);
      assert.deepEqual(seen(r), { route: 'local', reason: 'sensitive', degraded: 'verify-failed-empty' });
      await r.arrayBuffer();
      const row = await s.gateway.row(r.headers.get('x-request-id'));
      assert.equal(row.verify, 'empty');
      assert.equal(row.attempts, 1);
    }
    assert.equal(s.far.connections.length, 0);
  });

  test('cascade_pinned_answer_stays_and_is_marked', async () => {
    s.near.behaveNext({ text: '' });
    const r = await ask({ model: 'local' });
    assert.deepEqual(seen(r), { route: 'local', reason: 'pinned-local', degraded: 'verify-failed-empty' });
    await r.arrayBuffer();
    assert.equal(s.far.connections.length, 0);
  });

  test('cascade_frontier_that_fails_too_leaves_the_local_answer_marked', async () => {
    for (const stream of [false, true]) {
      s.near.behaveNext({ text: WRONG });
      s.far.behaveNext('error500');
      const r = await ask({ response_format: FORMAT, stream });
      assert.deepEqual(seen(r), { route: 'local', reason: 'routine', degraded: 'verify-failed-grounded' });
      const body = await readAll(r);
      assert.equal(stream ? textOf(body) : JSON.parse(body).choices[0].message.content, WRONG);
      if (stream) assert.ok(body.endsWith('data: [DONE]\n\n'));
      else assert.equal(JSON.parse(body).choices[0].logprobs, null);
      const row = await s.gateway.row(r.headers.get('x-request-id'));
      assert.equal(row.upstream, 'local');
      assert.equal(row.attempts, 2);
      assert.equal(row.verify, 'grounded');
      assert.equal(row.unused_output_tokens, 0, 'they were used after all');
      assert.equal(row.cost_usd, 0);
    }
  });

  test('cascade_frontier_that_fails_after_a_stream_was_cut_short_is_an_error', async () => {
    s.near.behaveNext({ text: `As an AI, I cannot do this, ${'and here are many more words about it, '.repeat(4)}` });
    s.far.behaveNext('error500');
    const r = await ask({ stream: true });
    assert.equal(r.status, 502);
    assertError(await r.json(), 'upstream_failed');
  });

  test('cascade_every_check_is_counted_and_every_failure_an_outcome', async () => {
    s.near.behaveNext({ text: '' });
    await (await ask()).arrayBuffer();
    await (await ask()).arrayBuffer();
    const m = await s.gateway.metrics();
    assert.ok(m.sum('sluice_verifications_total', { check: 'empty', result: 'failed' }) >= 1);
    assert.ok(m.sum('sluice_verifications_total', { check: 'confidence', result: 'passed' }) >= 1);
    assert.ok(m.sum('sluice_escalations_total', { check: 'empty' }) >= 1);
    assert.ok(m.sum('sluice_outcomes_total', { source: 'escalation', success: 'false' }) >= 1);
    assert.ok(m.sum('sluice_outcomes_total', { source: 'validator', success: 'false' }) >= 1);
    assert.match(s.gateway.log(), /answer\.doubted/);
    assert.doesNotMatch(s.gateway.log(), /Jane Roe|7731/);
  });
});

describe('a stream is held back until its check is decided', () => {
  let s;
  before(async () => (s = await start({ hold_tokens: 6, max_hold: '600ms' })));
  beforeEach(() => (s.near.reset(), s.far.reset()));
  after(() => stop(s));

  const ask = (extra = {}) => s.gateway.chat({ model: 'auto', messages: user(TICKET), stream: true, ...extra });

  test('cascade_text_is_released_after_the_tokens_and_flows_on', async () => {
    s.near.behaveNext({ gapMs: 60 }); // 13 words
    const begun = performance.now();
    const r = await ask();
    const first = performance.now() - begun;
    await readAll(r);
    const whole = performance.now() - begun;
    assert.ok(first >= 6 * 60 - 20, `the first byte came after ${first} ms, before six tokens were there`);
    assert.ok(whole - first > 60, 'the rest came as it was written');
  });

  test('cascade_json_is_held_to_its_end', async () => {
    s.near.behaveNext({ text: GOOD, pieceChars: 12, gapMs: 50 });
    const begun = performance.now();
    const r = await ask({ response_format: FORMAT });
    const first = performance.now() - begun;
    await readAll(r);
    assert.ok(first >= 5 * 50 - 20, `the first byte came after ${first} ms, before the end`);
    assert.equal(seen(r).route, 'local');
  });

  test('cascade_text_that_is_late_is_released', async () => {
    s.near.behaveNext({ gapMs: 250 }); // six tokens would take 1.5 s
    const begun = performance.now();
    const r = await ask();
    const first = performance.now() - begun;
    assert.deepEqual(seen(r), { route: 'local', reason: 'routine', degraded: null });
    assert.ok(first < 1400, `${first} ms`);
    assert.equal(textOf(await readAll(r)), s.near.answer.text);
    assert.equal((await s.gateway.row(r.headers.get('x-request-id'))).verify, 'late');
  });

  test('cascade_json_that_is_late_goes_to_the_frontier', async () => {
    s.near.behaveNext({ text: GOOD, pieceChars: 4, gapMs: 200 });
    const r = await ask({ response_format: FORMAT });
    assert.deepEqual(seen(r), { route: 'frontier', reason: 'escalated', degraded: null });
    await readAll(r);
    assert.equal((await s.gateway.row(r.headers.get('x-request-id'))).verify, 'late');
  });

  test('cascade_failure_after_the_release_is_recorded_and_ends_truly', async () => {
    s.near.behaveNext({ text: `Here are six good words and ${LOOP}` });
    const r = await ask();
    assert.deepEqual(seen(r), { route: 'local', reason: 'routine', degraded: null });
    const body = await readAll(r);
    assert.ok(body.endsWith('data: [DONE]\n\n'));
    const row = await s.gateway.row(r.headers.get('x-request-id'));
    assert.equal(row.verify, 'looping');
    assert.equal(row.outcome, 'ok');
  });

  test('cascade_local_failure_while_held_falls_back_as_ever', async () => {
    s.near.behaveNext({ cutAfter: 3 });
    const r = await ask();
    assert.deepEqual(seen(r), { route: 'frontier', reason: 'fall-back', degraded: 'local-failed' });
    assert.equal(textOf(await readAll(r)), FAR_TEXT);
  });

  test('cascade_caller_who_leaves_while_held_cancels_the_local_answer', async () => {
    s.near.behaveNext({ gapMs: 200 });
    const stop = new AbortController();
    const asked = ask({}).catch(() => {});
    const gone = s.gateway.chat({ model: 'auto', messages: user(TICKET), stream: true }, { signal: stop.signal }).catch(() => {});
    await sleep(150);
    stop.abort();
    await gone;
    await readAll(await asked);
  });
});

describe('modes', () => {
  test('cascade_grey_checks_within_the_band_only', async () => {
    for (const [band, reason] of [[1, 'escalated'], [0, 'routine']]) {
      const s = await start({ mode: 'grey', band });
      try {
        s.near.behaveNext({ text: '' });
        const r = await s.gateway.chat({ model: 'auto', messages: user(ROUTINE) });
        assert.equal(seen(r).reason, reason);
        await r.arrayBuffer();
        assert.equal((await s.gateway.row(r.headers.get('x-request-id'))).verify, band ? 'empty' : '');
      } finally {
        await stop(s);
      }
    }
  });

  test('cascade_without_fall_back_a_frontier_is_asked_for_a_failed_check_only', async () => {
    const s = await start({}, { routing: { fall_back: false, verify: { mode: 'all' } } });
    try {
      s.near.behaveNext({ text: '' }, 'error500');
      const r = await s.gateway.chat({ model: 'auto', messages: user(ROUTINE) });
      assert.equal(seen(r).reason, 'escalated');
      await r.arrayBuffer();
      const failed = await s.gateway.chat({ model: 'auto', messages: user(ROUTINE) });
      assert.equal(failed.status, 502);
      await failed.arrayBuffer();
      assert.equal(s.far.chats().length, 1);
    } finally {
      await stop(s);
    }
  });

  test('cascade_no_frontier_answers_marked', async () => {
    const near = await Provider.start({ models: ['sim-local'] });
    const gateway = await startSluice({ config: { local: localAt(near), frontier: [], routing: { verify: { mode: 'all' } } } });
    near.behaveNext({ text: LOOP });
    const r = await gateway.chat({ model: 'auto', messages: user(ROUTINE) });
    assert.deepEqual(seen(r), { route: 'local', reason: 'routine', degraded: 'verify-failed-looping' });
    assert.equal(await content(r), LOOP);
    await gateway.stop();
    await near.stop();
  });

  test('cascade_more_than_may_be_held_is_decided_at_once', async () => {
    const s = await start({ hold_tokens: 100000 }, { limits: { held_bytes: '8KB' } });
    try {
      const ask = (extra) => s.gateway.chat({ model: 'auto', messages: user(TICKET), stream: true, ...extra });
      s.near.behaveNext({ text: Array.from({ length: 400 }, (_, i) => `word${i} `).join(''), gapMs: 1 });
      const text = await ask({});
      assert.deepEqual(seen(text), { route: 'local', reason: 'routine', degraded: null });
      assert.match(textOf(await readAll(text)), /^word0 .*word399 $/);
      s.near.behaveNext({ text: JSON.stringify({ name: 'Jane Roe', order: 'x'.repeat(20000), kind: 'other' }), pieceChars: 100 });
      const json = await ask({ response_format: FORMAT });
      assert.equal(seen(json).reason, 'escalated');
      await readAll(json);
      assert.equal((await s.gateway.row(json.headers.get('x-request-id'))).verify, 'late');
    } finally {
      await stop(s);
    }
  });

  test('cascade_critical_fields_are_those_named', async () => {
    const s = await start({ critical_fields: ['order'] });
    try {
      s.near.behaveNext({ text: '{"name":"June Doe","order":"7731","kind":"refund"}' }, { text: WRONG });
      const good = await s.gateway.chat({ model: 'auto', messages: user(TICKET), response_format: FORMAT });
      assert.equal(seen(good).route, 'local');
      await good.arrayBuffer();
      const bad = await s.gateway.chat({ model: 'auto', messages: user(TICKET), response_format: FORMAT });
      assert.equal(seen(bad).reason, 'escalated');
      await bad.arrayBuffer();
    } finally {
      await stop(s);
    }
  });

  test('cascade_escalates_to_anthropic_too', async () => {
    const s = await start();
    await s.gateway.stop();
    s.gateway = await startSluice({
      config: {
        local: localAt(s.near),
        frontier: [frontier('claude', s.far, { protocol: 'anthropic' })],
        routing: { verify: { mode: 'all' } },
      },
    });
    try {
      for (const stream of [false, true]) {
        s.near.behaveNext({ text: '' });
        const r = await s.gateway.chat({ model: 'auto', messages: user(TICKET), stream });
        assert.equal(seen(r).reason, 'escalated');
        assert.equal(stream ? textOf(await readAll(r)) : await content(r), FAR_TEXT);
      }
    } finally {
      await stop(s);
    }
  });

  test('cascade_explain_says_what_would_be_checked', () => {
    const dir = temporaryFolder();
    const file = writeConfig(dir, { routing: { verify: { mode: 'all' } } });
    const request = JSON.stringify({ model: 'auto', messages: user(TICKET), response_format: FORMAT });
    const r = run(['explain', '-c', file, '--json', '-f', '-'], { input: request });
    assert.equal(r.status, 0, r.stderr);
    const { verify } = JSON.parse(r.stdout);
    assert.deepEqual(verify.checks, ['empty', 'truncated', 'schema', 'grounded', 'looping', 'refusing', 'confidence']);
    assert.equal(verify.held, 'whole');
    assert.equal(verify.if_it_fails, 'frontier');
    const words = run(['explain', '-c', file, ROUTINE]);
    assert.match(words.stdout, /verify +yes/);
    const off = run(['explain', '-c', file, '--set', 'routing.verify.mode=off', '--json', ROUTINE]);
    assert.equal(JSON.parse(off.stdout).verify, null);
  });
});

describe('the embedded model tells its log-probabilities', () => {
  test('cascade_real_answer_passes_and_a_line_above_it_escalates', async () => {
    for (const [line, reason] of [[-5, 'routine'], [-1e-9, 'escalated']]) {
      const far = await Provider.start({ key: PROVIDER_KEY, answer: { text: FAR_TEXT } });
      const gateway = await startSluice({
        config: {
          local: localModel(),
          frontier: [frontier('sim', far)],
          routing: { verify: { mode: 'all', min_logprob: -30, min_mean_logprob: line, hold_tokens: 2 } },
        },
      });
      try {
        for (const stream of [false, true]) {
          const r = await gateway.chat({ model: 'auto', messages: user(ROUTINE), temperature: 0, stream });
          assert.equal(seen(r).reason, reason);
          const body = await readAll(r);
          assert.ok(!/"logprob"/.test(body));
          const row = await gateway.row(r.headers.get('x-request-id'));
          assert.equal(row.verify, line === -5 ? 'passed' : 'confidence');
        }
        const m = await gateway.metrics();
        assert.equal(m.sum('sluice_verifications_total', { check: 'confidence', result: 'skipped' }), 0);
      } finally {
        await gateway.stop();
        await far.stop();
      }
    }
  });
});
