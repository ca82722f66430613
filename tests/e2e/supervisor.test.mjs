// The life of the processes: a killed llama-server comes back, a stop drains, a killed gateway leaves
// nothing behind.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Provider } from '../providers/provider.mjs';
import { CARD, PROVIDER_KEY, ROUTINE, alive, childrenOf, frontier, localAt, localModel, readAll, sleep, startSluice, until, user } from './helper.mjs';

const RESTART_MS = 15000;

async function withBoth(act) {
  const far = await Provider.start({ key: PROVIDER_KEY });
  const gateway = await startSluice({ config: { local: localModel(), frontier: [frontier('sim', far)] } });
  try {
    await act(gateway, far);
  } finally {
    gateway.kill();
    await gateway.exited();
    await far.stop();
  }
}

function theServer(gateway) {
  const children = childrenOf(gateway.pid);
  assert.equal(children.length, 1, 'one child: llama-server');
  return children[0];
}

test('supervisor_killed_server_comes_back_and_requests_are_answered_meanwhile', () =>
  withBoth(async (gateway, far) => {
    const old = theServer(gateway);
    process.kill(old, 'SIGKILL');
    const routes = new Set();
    await until('a new server', async () => {
      const clean = await gateway.chat({ model: 'auto', messages: user(ROUTINE), max_tokens: 4 });
      await clean.text();
      assert.equal(clean.status, 200, 'a clean request always has somewhere to go');
      routes.add(clean.headers.get('x-sluice-route'));
      const card = await gateway.chat({ model: 'auto', messages: user(`card ${CARD}`), max_tokens: 4 });
      const text = await card.text();
      if (card.status !== 200) {
        assert.equal(card.status, 503);
        assert.equal(JSON.parse(text).error.code, 'local_unavailable_sensitive');
        assert.ok(Number(card.headers.get('retry-after')) >= 1);
      }
      return card.status === 200 && clean.headers.get('x-sluice-route') === 'local';
    }, RESTART_MS);
    assert.ok(routes.has('frontier'), 'the frontier stood in');
    assert.notEqual(theServer(gateway), old);
    assert.ok(!far.bytes().includes(CARD));
    assert.ok((await gateway.metrics()).sum('sluice_local_restarts_total') >= 1);
  }));

test('supervisor_server_killed_in_mid_stream_is_no_false_end', () =>
  withBoth(async (gateway) => {
    const r = await gateway.chat({ model: 'local', messages: user(ROUTINE), max_tokens: 400, stream: true });
    process.kill(theServer(gateway), 'SIGKILL'); // the head comes with the first word
    const text = await readAll(r);
    const finished = /"finish_reason":"(stop|length)"/.test(text);
    assert.ok(finished || (/"error":\{/.test(text) && !text.includes('[DONE]')), text.slice(-300));
  }));

test('supervisor_stop_ends_the_server_too', () =>
  withBoth(async (gateway) => {
    const server = theServer(gateway);
    await gateway.stop();
    assert.equal(alive(server), false);
  }));

test('supervisor_killed_gateway_takes_the_server_with_it', () =>
  withBoth(async (gateway) => {
    const server = theServer(gateway);
    gateway.kill();
    await gateway.exited();
    await until('the end of llama-server', () => !alive(server), 3000);
  }));

test('supervisor_stop_drains_running_streams_and_takes_no_new_ones', async () => {
  const near = await Provider.start({ models: ['sim-local'] });
  const gateway = await startSluice({ config: { local: localAt(near) } });
  near.behave({ gapMs: 60 });
  const r = await gateway.chat({ model: 'local', messages: user('Tell me about rivers.'), stream: true });
  const reading = r.text();
  await sleep(150);
  const stopped = gateway.stop();
  await sleep(150);
  await assert.rejects(fetch(`${gateway.origin}/healthz`).then((x) => assert.equal(x.status, 200)));
  const text = await reading;
  assert.ok(text.endsWith('data: [DONE]\n\n'), 'the running stream ended properly');
  await stopped;
  await near.stop();
});

test('supervisor_stop_does_not_wait_longer_than_the_drain_timeout', async () => {
  const near = await Provider.start({ models: ['sim-local'] });
  const gateway = await startSluice({ config: { local: localAt(near, { drain_timeout: '500ms' }) } });
  near.behave('paused');
  const r = await gateway.chat({ model: 'local', messages: user('Tell me about rivers.'), stream: true });
  const reading = r.text().catch(() => '');
  await sleep(100);
  const asked = performance.now();
  await gateway.stop();
  assert.ok(performance.now() - asked < 5000);
  assert.ok(!(await reading).includes('[DONE]'));
  await near.stop();
});

test('supervisor_missing_model_is_told_and_the_frontier_serves', async () => {
  const far = await Provider.start({ key: PROVIDER_KEY });
  const config = { local: { model: '/nonexistent/model.gguf' }, frontier: [frontier('sim', far)] };
  const gateway = await startSluice({ config, local: false });
  try {
    const r = await gateway.chat({ model: 'auto', messages: user(ROUTINE) });
    assert.equal(r.status, 200);
    assert.equal(r.headers.get('x-sluice-route'), 'frontier');
    assert.ok(r.headers.get('x-sluice-degraded'));
    await r.text();
    assert.match((await gateway.state()).local_error ?? gateway.log(), /model\.gguf/);
  } finally {
    await gateway.stop();
    await far.stop();
  }
});
