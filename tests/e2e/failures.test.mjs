// What happens when an upstream fails: before anything was shown the next one answers and the caller does
// not notice; afterwards the caller is told, and never by something that looks like an end.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { Provider } from '../providers/provider.mjs';
import { HARD, PROVIDER_KEY, ROUTINE, assertError, freePort, frontier, localAt, readAll, sleep, startSluice, until, user } from './helper.mjs';

const CLOSE_MS = 50; // a cancel must reach the upstream within this
const BASE = { model: 'frontier', messages: user('Tell me about rivers.') };

async function readStream(client, body) {
  const r = await client.chat.completions.create({ ...body, stream: true }).withResponse();
  let text = '';
  let error = null;
  try {
    for await (const chunk of r.data) text += chunk.choices[0]?.delta.content ?? '';
  } catch (e) {
    error = e;
  }
  return { text, error, id: r.response.headers.get('x-request-id'), headers: r.response.headers };
}

describe('with two frontiers', () => {
  let first, second, gateway, client;

  before(async () => {
    first = await Provider.start({ key: PROVIDER_KEY, models: ['first-large'] });
    second = await Provider.start({ key: PROVIDER_KEY, models: ['second-large'], answer: { text: 'The second one answers.' } });
    gateway = await startSluice({
      config: {
        local: { enabled: false },
        frontier: [
          frontier('first', first, { timeout: '1500ms', first_byte_timeout: '400ms', idle_timeout: '600ms' }),
          frontier('second', second),
        ],
      },
    });
    client = gateway.client();
  });
  beforeEach(() => {
    first.reset();
    second.reset();
  });
  after(async () => {
    await gateway?.stop();
    await first.stop();
    await second.stop();
  });

  // Failures that show before the first content: the second frontier answers as if nothing had been.
  const early = ['throttle', 'error500', 'error503', 'overloaded', 'cutEarly', 'garbageEarly', 'inbandEarly', 'slow', 'silent', { cutAfter: 1 }];
  for (const behaviour of early) {
    const name = typeof behaviour === 'string' ? behaviour : 'cut_after_the_role';
    for (const stream of [true, false]) {
      if (!stream && name === 'inbandEarly') continue; // there are no events in a body
      test(`failures_${name}_${stream ? 'stream' : 'body'}_falls_back_unseen`, async () => {
        first.behave(behaviour);
        const { data, response } = await client.chat.completions.create({ ...BASE, stream }).withResponse();
        let text = '';
        if (stream) for await (const chunk of data) text += chunk.choices[0]?.delta.content ?? '';
        else text = data.choices[0].message.content;
        assert.equal(text, second.answer.text);
        assert.equal(response.headers.get('x-sluice-model'), 'second-large');
        assert.ok(first.chats().length >= 1);
        const row = await gateway.row(response.headers.get('x-request-id'));
        assert.equal(row.upstream, 'second');
        assert.equal(row.outcome, 'ok');
        assert.ok(row.attempts >= 2);
        assert.ok(row.retries >= 1);
        if (name === 'throttle') assert.ok(row.throttles >= 1);
      });
    }
  }

  test('failures_body_cut_in_the_middle_falls_back_unseen', async () => {
    first.behave('cut');
    const r = await client.chat.completions.create(BASE);
    assert.equal(r.choices[0].message.content, second.answer.text);
  });

  for (const behaviour of ['lengthLong', 'lengthShort']) {
    test(`failures_${behaviour}_never_shows_half_an_answer`, async () => {
      first.behave(behaviour);
      const r = await client.chat.completions.create(BASE);
      assert.equal(r.choices[0].message.content, second.answer.text);
    });
  }

  // After content has been shown: the client library must throw, and what came is a true beginning.
  for (const behaviour of ['cut', 'garbage', 'inband', 'shortEnd']) {
    test(`failures_${behaviour}_after_content_makes_the_client_throw`, async () => {
      first.behave(behaviour);
      const seen = await readStream(client, BASE);
      assert.ok(seen.error, 'the client library noticed');
      assert.ok(seen.text.length > 0 && first.answer.text.startsWith(seen.text));
      assert.equal(second.chats().length, 0);
      const row = await gateway.row(seen.id);
      assert.match(row.outcome, /^(cut|error)$/);
      assert.notEqual(row.error_code, '');
    });

    test(`failures_${behaviour}_after_content_ends_with_an_error_event_and_no_done`, async () => {
      first.behave(behaviour);
      const text = await readAll(await gateway.chat({ ...BASE, stream: true }));
      const last = text.trimEnd().split('\n\n').at(-1);
      assertError(JSON.parse(last.replace(/^data: /, '')));
      assert.ok(!text.includes('[DONE]'));
    });
  }

  test('failures_missing_done_after_a_finish_reason_is_a_whole_answer', async () => {
    first.behave('noEnd');
    const seen = await readStream(client, BASE);
    assert.equal(seen.error, null);
    assert.equal(seen.text, first.answer.text);
  });

  test('failures_stream_that_stalls_ends_with_an_error_event', async () => {
    first.behave('paused');
    const stream = await gateway.chat({ ...BASE, stream: true });
    const text = await readAll(stream);
    assert.match(text, /"error":\{/);
    assert.ok(!text.includes('[DONE]'));
  });

  test('failures_all_upstreams_failing_is_one_error_and_one_row', async () => {
    first.behave('error500');
    second.behave('error503');
    const r = await gateway.chat(BASE);
    assert.ok(r.status >= 500, String(r.status));
    assertError(await r.json());
    const row = await gateway.row(r.headers.get('x-request-id'));
    assert.equal(row.status, r.status);
    assert.equal(row.outcome, 'error');
  });

  test('failures_all_throttled_tells_the_caller_when_to_come_back', async () => {
    first.behave('throttle');
    second.behave('throttle');
    const r = await gateway.chat(BASE);
    assert.equal(r.status, 429);
    assert.ok(Number(r.headers.get('retry-after')) >= 1);
    assertError(await r.json());
    const row = await gateway.row(r.headers.get('x-request-id'));
    assert.ok(row.throttles >= 2);
  });

  test('failures_fault_of_the_caller_is_passed_on_and_not_retried', async () => {
    first.behave({ status: 400, message: 'temperature is too warm' });
    const r = await gateway.chat(BASE);
    assert.equal(r.status, 400);
    assert.match((await r.json()).error.message, /temperature is too warm/);
    assert.equal(second.chats().length, 0);
  });

  test('failures_refused_connection_falls_back', async () => {
    const port = first.port;
    await first.stop();
    try {
      const r = await client.chat.completions.create(BASE);
      assert.equal(r.choices[0].message.content, second.answer.text);
    } finally {
      first = await Provider.start({ key: PROVIDER_KEY, port, models: ['first-large'] });
    }
  });

  test('failures_connection_closed_between_requests_is_not_noticed', async () => {
    await client.chat.completions.create(BASE);
    for (let i = 0; i < 3; i++) {
      const port = first.port;
      await first.stop();
      first = await Provider.start({ key: PROVIDER_KEY, port, models: ['first-large'] });
      const r = await client.chat.completions.create(BASE);
      assert.equal(r.choices[0].message.content, first.answer.text);
    }
  });
});

describe('when the caller leaves', () => {
  let far, gateway;

  before(async () => {
    far = await Provider.start({ key: PROVIDER_KEY });
    gateway = await startSluice({ config: { local: { enabled: false }, frontier: [frontier('sim', far)] } });
  });
  beforeEach(() => far.reset());
  after(async () => {
    await gateway?.stop();
    await far.stop();
  });

  const cases = [
    ['before_the_answer', { silent: true }, true],
    ['before_the_answer_of_a_body', { silent: true }, false],
    ['before_the_first_event', { delayMs: 60000 }, true],
    ['in_mid_stream', 'trickle', true],
    ['while_the_stream_pauses', 'paused', true],
  ];
  for (const [name, behaviour, stream] of cases) {
    test(`failures_caller_gone_${name}_closes_the_upstream_at_once`, async () => {
      far.behave(behaviour);
      const before = gateway.rows().length;
      const stop = new AbortController();
      const asked = gateway.chat({ ...BASE, stream }, { signal: stop.signal });
      asked.catch(() => {});
      await until('the request at the provider', () => far.chats().length === 1);
      if (name === 'in_mid_stream') await (await asked).body.getReader().read();
      else await sleep(60);
      const left = performance.now();
      stop.abort();
      const { connection } = far.chats()[0];
      await until('the upstream connection to close', () => connection.closedAt !== null);
      assert.ok(connection.closedAt - left <= CLOSE_MS, `${(connection.closedAt - left).toFixed(1)} ms`);
      const row = await gateway.lastOf(before + 1);
      assert.equal(row.outcome, 'cancelled');
      assert.equal(row.status, 499);
    });
  }
});

describe('with a local server and a frontier', () => {
  let near, far, gateway;

  before(async () => {
    near = await Provider.start({ models: ['sim-local'], answer: { text: 'Billing.' } });
    far = await Provider.start({ key: PROVIDER_KEY, answer: { text: 'The frontier answers.' } });
    gateway = await startSluice({
      config: { local: localAt(near, { first_byte_timeout: '400ms' }), frontier: [frontier('sim', far, { timeout: '1s', first_byte_timeout: '400ms' })] },
    });
  });
  beforeEach(() => {
    near.reset();
    far.reset();
  });
  after(async () => {
    await gateway?.stop();
    await near.stop();
    await far.stop();
  });

  const ask = async (content) => {
    const r = await gateway.chat({ model: 'auto', messages: user(content) });
    return { r, json: await r.json() };
  };

  for (const behaviour of ['error500', 'cutEarly', 'garbageEarly']) {
    test(`failures_local_${behaviour}_is_answered_by_the_frontier`, async () => {
      near.behave(behaviour);
      const { r, json } = await ask(ROUTINE);
      assert.equal(r.status, 200);
      assert.equal(json.choices[0].message.content, far.answer.text);
      assert.equal(r.headers.get('x-sluice-route'), 'frontier');
      assert.ok(r.headers.get('x-sluice-degraded'));
    });
  }

  test('failures_local_stream_that_does_not_begin_is_answered_by_the_frontier', async () => {
    near.behave('slow');
    const seen = await readStream(gateway.client(), { model: 'auto', messages: user(ROUTINE) });
    assert.equal(seen.error, null);
    assert.equal(seen.text, far.answer.text);
    assert.equal(seen.headers.get('x-sluice-route'), 'frontier');
  });

  for (const behaviour of ['throttle', 'error500', 'cutEarly', 'slow']) {
    test(`failures_frontier_${behaviour}_is_answered_locally`, async () => {
      await until('the local side to be ready', async () => (await gateway.state())?.local === 'ready');
      far.behave(behaviour);
      const { r, json } = await ask(HARD);
      assert.equal(r.status, 200);
      assert.equal(json.choices[0].message.content, near.answer.text);
      assert.equal(r.headers.get('x-sluice-route'), 'local');
      assert.ok(r.headers.get('x-sluice-degraded'));
      if (behaviour !== 'throttle') return;
      const row = await gateway.row(r.headers.get('x-request-id'));
      assert.ok(row.throttles >= 1);
    });
  }
});

test('failures_without_fall_back_the_error_is_the_callers', async () => {
  const near = await Provider.start({ models: ['sim-local'] });
  const port = await freePort(); // nobody listens there
  const gateway = await startSluice({
    config: {
      local: localAt(near),
      frontier: [frontier('dead', { url: `http://127.0.0.1:${port}/v1`, models: ['dead-large'] })],
      routing: { fall_back: false },
    },
  });
  try {
    const r = await gateway.chat(BASE);
    assert.equal(r.status, 502);
    assertError(await r.json(), 'upstream_failed');
    assert.equal(near.chats().length, 0);
  } finally {
    await gateway.stop();
    await near.stop();
  }
});
