// Whatever is asked and whatever fails: a sensitive request sends no byte to a frontier, and no prompt,
// answer or key is found in logs, ledger or metrics.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { PRESETS, Provider } from '../providers/provider.mjs';
import { CARD, HARD, PROVIDER_KEY, frontier, localAt, startSluice, until, user } from './helper.mjs';

const CANARY = 'zqcanaryprompt';
const ANSWER_CANARY = 'zqcanaryanswer';
const PEM = ['-----BEGIN', 'RSA PRIVATE', 'KEY-----'].join(' ');
const SECRET = `${PEM}\n${'MIIEpAIBAAKCAQEA'.repeat(6)}\n${PEM.replace('BEGIN', 'END')}`;

const PINS = {
  none: [{ model: 'auto' }, {}],
  model: [{ model: 'frontier' }, {}],
  named: [{ model: 'sim-large' }, {}],
  header: [{ model: 'auto' }, { 'x-sluice-route': 'frontier' }],
};
const LOCAL_FAILURES = ['error500', 'throttle', 'overloaded', 'cutEarly', 'cut', 'garbageEarly', 'inband', 'slow', 'silent', 'lengthLong'];

const tool = (fn) => ({ type: 'function', function: { name: 'pay', parameters: { type: 'object' }, ...fn } });
// Where the value may stand in a request.
const PLACES = {
  user: { messages: user(`${CANARY} card ${CARD}`) },
  grouped: { messages: user(`${CANARY} card ${CARD.match(/.{4}/g).join(' ')}`) },
  dashed: { messages: user(`${CANARY} card ${CARD.match(/.{4}/g).join('-')}`) },
  system: { messages: [{ role: 'system', content: `${CANARY} ${SECRET}` }, ...user('Go on.')] },
  earlier_turn: { messages: [...user(`${CANARY} card ${CARD}`), { role: 'assistant', content: 'Noted.' }, ...user(HARD)] },
  parts: { messages: user([{ type: 'text', text: 'Look:' }, { type: 'text', text: `${CANARY} card ${CARD}` }]) },
  tool_result: {
    messages: [
      ...user('Pay.'),
      { role: 'assistant', content: null, tool_calls: [{ id: 'c1', type: 'function', function: { name: 'pay', arguments: '{}' } }] },
      { role: 'tool', tool_call_id: 'c1', content: `${CANARY} card ${CARD}` },
    ],
  },
  tool_arguments: {
    messages: [
      ...user('Pay.'),
      { role: 'assistant', content: null, tool_calls: [{ id: 'c1', type: 'function', function: { name: 'pay', arguments: JSON.stringify({ card: CARD, note: CANARY }) } }] },
      { role: 'tool', tool_call_id: 'c1', content: 'paid' },
    ],
  },
  tool_description: { messages: user(HARD), tools: [tool({ description: `${CANARY} pays with card ${CARD}` })] },
  unknown_field: { messages: user(HARD), metadata: { note: `${CANARY} card ${CARD}` } },
  user_field: { messages: user(HARD), user: `${CANARY} card ${CARD}` },
};

let near, far, gateway;

before(async () => {
  near = await Provider.start({ models: ['sim-local'], answer: { text: `${ANSWER_CANARY} local words` } });
  far = await Provider.start({ key: PROVIDER_KEY });
  gateway = await startSluice({
    config: {
      local: localAt(near, { first_byte_timeout: '300ms', idle_timeout: '300ms' }),
      frontier: [frontier('sim', far)],
      telemetry: { log_level: 'debug' },
    },
  });
});
beforeEach(() => near.reset());
after(async () => {
  await gateway?.stop();
  await near.stop();
  await far.stop();
});

const nothingLeft = () => {
  assert.equal(far.connections.length, 0, 'no connection to the frontier');
  assert.equal(far.bytes().length, 0, 'no byte to the frontier');
};

describe('wherever the value stands', () => {
  for (const [place, body] of Object.entries(PLACES)) {
    test(`privacy_value_in_${place}_stays_local`, async () => {
      const r = await gateway.chat({ model: 'frontier', ...body });
      await r.text();
      assert.equal(r.headers.get('x-sluice-route'), 'local');
      assert.equal(r.headers.get('x-sluice-reason'), 'sensitive');
      nothingLeft();
    });
  }

  test('privacy_escaped_spelling_stays_local', async () => {
    const escaped = [...CARD].map((c) => `\\u00${c.charCodeAt(0).toString(16)}`).join('');
    const r = await gateway.chat(`{"model":"frontier","messages":[{"role":"user","content":"card ${escaped}"}]}`);
    await r.text();
    assert.equal(r.headers.get('x-sluice-reason'), 'sensitive');
    nothingLeft();
  });

  test('privacy_picture_stays_local_by_default', async () => {
    const url = `data:image/png;base64,${Buffer.from('not really a picture').toString('base64')}`;
    const r = await gateway.chat({ model: 'frontier', messages: user([{ type: 'image_url', image_url: { url } }]) });
    await r.text();
    nothingLeft();
  });

  test('privacy_duplicate_keys_hide_nothing', async () => {
    const r = await gateway.chat(`{"model":"frontier","messages":[{"role":"user","content":"card ${CARD}","content":"hello"}]}`);
    await r.text();
    assert.ok(r.status === 400 || r.headers.get('x-sluice-reason') === 'sensitive');
    nothingLeft();
  });
});

describe('whatever fails', () => {
  for (const failure of LOCAL_FAILURES) {
    for (const [pin, [body, headers]] of Object.entries(PINS)) {
      for (const stream of [true, false]) {
        if (stream && failure === 'lengthLong') continue; // a stream has no length
        test(`privacy_local_${failure}_pin_${pin}_${stream ? 'stream' : 'body'}_sends_nothing_out`, async () => {
          near.behave(failure);
          // A body may take its time: then the caller gives up.
          const signal = stream ? undefined : AbortSignal.timeout(500);
          const said = { ...body, messages: user(`${CANARY} card ${CARD}`), stream };
          const r = await gateway.chat(said, { headers, signal }).catch(() => null);
          const text = await r?.text().catch(() => '');
          nothingLeft();
          if (!r) return;
          assert.ok(r.status !== 200 || !text.includes('[DONE]'), 'no false end');
          if (text && r.status !== 200) assert.ok(JSON.parse(text).error.code);
        });
      }
    }
  }

  test('privacy_local_server_gone_sends_nothing_out', async () => {
    const port = near.port;
    await near.stop();
    try {
      for (const [body, headers] of Object.values(PINS)) {
        const r = await gateway.chat({ ...body, messages: user(`${CANARY} card ${CARD}`) }, { headers });
        assert.equal(r.status, 503);
        assert.equal((await r.json()).error.code, 'local_unavailable_sensitive');
        assert.ok(Number(r.headers.get('retry-after')) >= 1);
        nothingLeft();
      }
    } finally {
      near = await Provider.start({ port, models: ['sim-local'], answer: near.answer });
    }
  });

  for (const [pin, [body, headers]] of Object.entries(PINS)) {
    test(`privacy_redirect_to_a_frontier_is_not_followed_pin_${pin}`, async () => {
      near.behave({ ...PRESETS.redirect, headers: { location: `${far.url}/chat/completions` } });
      const r = await gateway.chat({ ...body, messages: user(`${CANARY} card ${CARD}`) }, { headers });
      assert.ok(r.status >= 400, 'an error, not an answer');
      await r.text();
      nothingLeft();
    });
  }

  test('privacy_new_configuration_in_mid_request_sends_nothing_out', async () => {
    await until('the local side', async () => (await gateway.state())?.local === 'ready');
    near.behave('slow');
    const before = near.chats().length;
    const answers = Object.values(PINS).map(([body, headers]) =>
      gateway.chat({ ...body, messages: user(`${CANARY} card ${CARD}`), stream: true }, { headers }).then((r) => r.text()));
    await until('the requests at the local side', () => near.chats().length >= before + answers.length);
    process.kill(gateway.pid, 'SIGHUP');
    await Promise.allSettled(answers);
    nothingLeft();
  });

  test('privacy_caller_who_leaves_and_comes_back_sends_nothing_out', async () => {
    near.behave('silent');
    for (const [body, headers] of Object.values(PINS)) {
      const said = { ...body, messages: user(`${CANARY} card ${CARD}`), stream: true };
      await gateway.chat(said, { headers, signal: AbortSignal.timeout(50) }).catch(() => null);
    }
    near.reset();
    for (const [body, headers] of Object.values(PINS)) {
      await gateway.chat({ ...body, messages: user(`${CANARY} card ${CARD}`) }, { headers }).then((r) => r.text());
    }
    nothingLeft();
  });

  test('privacy_every_sensitive_row_counts_no_byte_out', () => {
    const rows = gateway.rows().filter((row) => row.sensitive);
    assert.ok(rows.length > LOCAL_FAILURES.length);
    for (const row of rows) {
      assert.notEqual(row.upstream, 'sim');
      for (const zone of ['eu', 'us', 'any']) assert.equal(row[`bytes_out_${zone}`], 0);
      assert.notEqual(row.receipt, '');
    }
  });
});

test('privacy_log_tells_class_rule_length_and_a_keyed_tag_of_a_finding', async () => {
  const ask = (content) => gateway.chat({ model: 'auto', messages: user(content) }).then((r) => r.text());
  await ask(`pay with card ${CARD} today`);
  await ask(`${CANARY}: my card is ${CARD}.`);
  await ask('my card is 5555555555554444.');
  const found = () => gateway.log().split('\n').filter((l) => l.includes('gate.finding') && l.includes('pci'));
  await until('the findings in the log', () => found().length >= 3);
  const [first, second, other] = found().slice(-3).map((line) => JSON.parse(line));
  for (const f of [first, second, other]) {
    assert.deepEqual([f.class, f.type, f.rule, f.length], ['pci', 'CREDIT_CARD', 'card.luhn', 16]);
    assert.match(f.tag, /^[0-9a-f]{16}$/);
  }
  assert.equal(first.tag, second.tag);
  assert.notEqual(first.tag, other.tag);
});

test('privacy_nothing_that_was_said_is_left_behind', async () => {
  await gateway.chat({ model: 'frontier', messages: user(`${CANARY} is a clean word`) }).then((r) => r.text());
  await gateway.chat(`{"model":"${CANARY}","messages":[{"role":"user","content":"${CANARY}`).then((r) => r.text());
  const metrics = await (await fetch(`${gateway.origin}/metrics`)).text();
  const places = { log: gateway.log(), ledger: JSON.stringify(gateway.rows()), metrics };
  for (const file of fs.readdirSync(gateway.dir)) {
    if (file !== 'sluice.yaml') places[file] = fs.readFileSync(path.join(gateway.dir, file), 'latin1');
  }
  assert.ok(places.ledger.length > 100);
  for (const [name, text] of Object.entries(places)) {
    for (const canary of [CANARY, ANSWER_CANARY, CARD, PROVIDER_KEY, 'MIIEpAIBAAKCAQEA']) {
      assert.ok(!text.includes(canary), `${canary} is in ${name}`);
    }
  }
});
