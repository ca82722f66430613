// Masking: what leaves holds placeholders and no value, to the zones that the policy names and to nobody else; what
// the caller gets has the values back, however the answer is cut into pieces.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { Provider } from '../providers/provider.mjs';
import { CARD, HARD, PROVIDER_KEY, ROUTINE, frontier, localAt, readAll, run, startSluice, user, writeConfig, temporaryFolder } from './helper.mjs';

const ANN = 'ann.lee@corp-x.com';
const BOB = 'bob@corp-y.org';
const PHONE = '+49 30 1234567';
const VALUES = [ANN, BOB, PHONE, '1234567'];
const PEM = ['-----BEGIN', 'RSA PRIVATE', 'KEY-----'].join(' ');
const SECRET = `${PEM}\n${'MIIEpAIBAAKCAQEA'.repeat(6)}\n${PEM.replace('BEGIN', 'END')}`;
const LONG_ADDRESSES = ['a', 'b', 'c', 'd'].map((c) => `${c.repeat(62)}@${`${c.repeat(63)}.`.repeat(3)}com`).join(' ');
const PROMPT = `Write to ${ANN}, copy ${BOB}, then call ${PHONE}; ${ANN} knows.`;
const MASKED = 'Write to [EMAIL_1], copy [EMAIL_2], then call [PHONE_1]; [EMAIL_1] knows.';
// Lost brackets, another case and a number that is not live stay as they are.
const ANSWER = 'To [EMAIL_1]: [EMAIL_2] rings [PHONE_1]. [[EMAIL_1]] EMAIL_1 [email_1] [EMAIL_9] [EMAIL_1';
const RESTORED = `To ${ANN}: ${BOB} rings ${PHONE}. [${ANN}] EMAIL_1 [email_1] [EMAIL_9] [EMAIL_1`;
const CALLS = [{ id: 'call_1', type: 'function', function: { name: 'send', arguments: '{"to":["[EMAIL_1]","[EMAIL_2]"],"text":"ring [PHONE_1]"}' } }];
const TOOLS = [{ type: 'function', function: { name: 'send', parameters: { type: 'object', properties: { to: { type: 'array' } } } } }];

let near, openai, claude, elsewhere, gateway, client;

before(async () => {
  near = await Provider.start({ models: ['sim-local'], answer: { text: 'local words' } });
  openai = await Provider.start({ key: PROVIDER_KEY, models: ['sim-large'], answer: { text: ANSWER } });
  claude = await Provider.start({ key: PROVIDER_KEY, models: ['sim-claude'], answer: { text: ANSWER } });
  elsewhere = await Provider.start({ key: PROVIDER_KEY, models: ['sim-else'] });
  gateway = await startSluice({
    config: {
      local: localAt(near),
      frontier: [
        frontier('elsewhere', elsewhere, { zone: 'any' }),
        frontier('openai', openai, { zone: 'us' }),
        frontier('claude', claude, { zone: 'eu', protocol: 'anthropic' }),
      ],
      policy: { mask_zones: ['us', 'eu'] },
      limits: { mask_values: 4, mask_bytes: '1KB' },
      telemetry: { log_level: 'debug' },
    },
  });
  client = gateway.client();
});
beforeEach(() => [near, openai, claude, elsewhere].forEach((p) => p.reset()));
after(async () => {
  await gateway?.stop();
  await Promise.all([near, openai, claude, elsewhere].map((p) => p?.stop()));
});

const assertHoldsNoValue = (provider) => {
  const bytes = provider.bytes().toString('utf8');
  for (const value of VALUES) assert.ok(!bytes.includes(value), `${value} was sent to a frontier`);
};
const nothingLeft = () => {
  for (const p of [openai, claude, elsewhere]) assert.equal(p.bytes().length, 0, 'no byte to a frontier');
};
const assertStaysLocal = async (body, options) => {
  const r = await gateway.chat({ model: 'frontier', ...body }, options);
  assert.equal(r.status, 200, await r.text());
  assert.equal(r.headers.get('x-sluice-route'), 'local');
  assert.equal(r.headers.get('x-sluice-reason'), 'sensitive');
  nothingLeft();
};

async function collect(stream) {
  const got = { content: '', calls: [], finish: null, chunks: 0 };
  for await (const chunk of stream) {
    const choice = chunk.choices[0];
    got.chunks++;
    if (!choice) continue;
    assert.equal(got.finish, null, 'nothing comes after the finish reason');
    got.content += choice.delta.content ?? '';
    for (const call of choice.delta.tool_calls ?? []) {
      got.calls[call.index] ??= { arguments: '' };
      if (call.function?.name) got.calls[call.index].name = call.function.name;
      got.calls[call.index].arguments += call.function?.arguments ?? '';
    }
    got.finish = choice.finish_reason ?? got.finish;
  }
  return got;
}

const SIDES = {
  openai: { model: 'frontier', provider: () => openai, said: (p) => p.chats()[0].json.messages[0].content },
  claude: { model: 'sim-claude', provider: () => claude, said: (p) => p.chats()[0].json.messages[0].content.map((b) => b.text).join('') },
};

for (const [name, side] of Object.entries(SIDES)) {
  // The prompt is hard, so that a named model is asked.
  const asked = (extra = {}) => ({ model: side.model, messages: user(`${PROMPT}\n\n${HARD}`), max_tokens: 100, ...extra });

  describe(`masked to ${name}`, () => {
    test(`masking_${name}_body_leaves_with_placeholders_and_comes_back_with_values`, async () => {
      const { data, response } = await client.chat.completions.create(asked()).withResponse();
      assert.equal(data.choices[0].message.content, RESTORED);
      assert.equal(data.usage.prompt_tokens, 42);
      assert.equal(response.headers.get('x-sluice-route'), 'frontier');
      assert.equal(response.headers.get('x-sluice-reason'), 'masked');
      assert.equal(side.said(side.provider()), `${MASKED}\n\n${HARD}`);
      assertHoldsNoValue(side.provider());
      assert.equal(elsewhere.connections.length + near.chats().length, 0);
    });

    for (const pieceChars of [1, 2, 3, 5, 7, 8, 9, 13, 400]) {
      test(`masking_${name}_stream_in_pieces_of_${pieceChars}_is_restored`, async () => {
        side.provider().behave({ pieceChars });
        const got = await collect(await client.chat.completions.create(asked({ stream: true })));
        assert.equal(got.content, RESTORED);
        assert.equal(got.finish, 'stop');
        assertHoldsNoValue(side.provider());
      });
    }

    test(`masking_${name}_stream_that_arrives_byte_by_byte_is_restored`, async () => {
      side.provider().behave({ chunkBytes: 1, pieceChars: 4 });
      const got = await collect(await client.chat.completions.create(asked({ stream: true })));
      assert.equal(got.content, RESTORED);
    });

    for (const stream of [false, true]) {
      test(`masking_${name}_tool_calls_are_restored_${stream ? 'stream' : 'body'}`, async () => {
        side.provider().behave({ toolCalls: CALLS, pieceChars: 6 });
        const answer = await client.chat.completions.create(asked({ tools: TOOLS, stream }));
        const call = stream ? (await collect(answer)).calls[0] : answer.choices[0].message.tool_calls[0].function;
        assert.equal(call.name, 'send');
        assert.deepEqual(JSON.parse(call.arguments), { to: [ANN, BOB], text: `ring ${PHONE}` });
      });
    }

    test(`masking_${name}_reaches_calls_and_results_of_earlier_turns`, async () => {
      const messages = [
        { role: 'system', content: `You serve ${ANN}.` },
        ...user('Look her up.'),
        { role: 'assistant', content: null, tool_calls: [{ id: 'c1', type: 'function', function: { name: 'send', arguments: JSON.stringify({ to: [ANN], text: `a "${BOB}"\n` }) } }] },
        { role: 'tool', tool_call_id: 'c1', content: `sent to ${ANN}` },
        ...user(HARD),
      ];
      const { data } = await client.chat.completions.create({ model: side.model, messages, tools: TOOLS, max_tokens: 9 }).withResponse();
      assert.ok(data.choices[0].message.content.startsWith(`To ${ANN}: ${BOB} rings [PHONE_1].`), 'no phone number was in this one');
      const body = side.provider().chats()[0].body.toString('utf8');
      assertHoldsNoValue(side.provider());
      assert.equal(body.split('[EMAIL_1]').length - 1, 3);
      assert.equal(body.split('[EMAIL_2]').length - 1, 1);
    });

    test(`masking_${name}_stream_that_breaks_does_not_look_complete`, async () => {
      side.provider().behave({ cutAfter: 6, pieceChars: 5 });
      const text = await readAll(await gateway.chat(asked({ stream: true })));
      assert.ok(text.includes('"error"') && !text.includes('[DONE]'));
      assert.ok(text.includes(ANN) || text.includes('[EM'), 'what came before is there');
    });
  });
}

describe('the zones', () => {
  test('masking_falls_back_within_the_zones_and_then_to_the_local_model', async () => {
    openai.behave('error500');
    const first = await gateway.chat({ model: 'frontier', messages: user(PROMPT) });
    assert.equal((await first.json()).choices[0].message.content, RESTORED);
    assert.equal(first.headers.get('x-sluice-reason'), 'masked');
    assert.equal(openai.chats().length, 1);
    assert.equal(claude.chats().length, 1);
    for (const p of [openai, claude]) assertHoldsNoValue(p);

    claude.behave('error500');
    const last = await gateway.chat({ model: 'frontier', messages: user(PROMPT) });
    assert.equal((await last.json()).choices[0].message.content, 'local words');
    assert.equal(last.headers.get('x-sluice-route'), 'local');
    assert.equal(near.chats()[0].json.messages[0].content, PROMPT, 'the local model gets the request as it is');
    assert.equal(elsewhere.connections.length, 0);
    const row = await gateway.row(last.headers.get('x-request-id'));
    assert.match(row.receipt, / masked:3$/, 'it did leave, masked');
  });

  test('masking_never_asks_a_frontier_of_another_zone_not_even_by_name', async () => {
    const r = await gateway.chat({ model: 'sim-else', messages: user(`${PROMPT} ${HARD}`) });
    await r.text();
    assert.equal(r.headers.get('x-sluice-reason'), 'masked');
    assert.equal(elsewhere.bytes().length, 0);
    assert.equal(openai.chats().length, 1);
  });
});

describe('what stays', () => {
  test('masking_leaves_routine_and_pinned_local_requests_at_home', async () => {
    await assertStaysLocal({ model: 'auto', messages: user(`${ROUTINE} I am ${ANN}.`) });
    await assertStaysLocal({ model: 'local', messages: user(`${PROMPT} ${HARD}`) });
    await assertStaysLocal({ messages: user(PROMPT) }, { headers: { 'x-sluice-route': 'local' } });
  });

  const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${Buffer.from('no picture').toString('base64')}` } };
  const STAYS = {
    secret: { messages: user(`${PROMPT}\n${SECRET}`) },
    secret_in_another_message: { messages: [{ role: 'system', content: SECRET }, ...user(PROMPT)] },
    card: { messages: user(`${PROMPT} card ${CARD}`) }, // policy.mask_classes is pii
    marker: { messages: user(`STRICTLY CONFIDENTIAL. ${PROMPT}`) },
    key: { messages: user(HARD), metadata: { [ANN]: 'x' } },
    tool_definition: { messages: user(HARD), tools: [{ type: 'function', function: { name: 'send', description: `mails ${ANN}` } }] },
    number_in_arguments: {
      messages: [
        ...user('Look.'),
        { role: 'assistant', content: null, tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{"phone": 2125550123}' } }] },
        { role: 'tool', tool_call_id: 'c', content: `it is ${ANN}` },
      ],
    },
    logprobs: { messages: user(PROMPT), logprobs: true },
    more_values_than_the_limit: { messages: user(`${HARD} a1@corp-x.com a2@corp-x.com a3@corp-x.com a4@corp-x.com a5@corp-x.com`) },
    more_bytes_than_the_limit: { messages: user(`${HARD} ${LONG_ADDRESSES}`) },
  };
  for (const [what, body] of Object.entries(STAYS)) {
    test(`masking_${what}_stays_local`, () => assertStaysLocal(body));
  }

  test('masking_picture_is_sent_nowhere', async () => {
    const r = await gateway.chat({ model: 'frontier', messages: user([{ type: 'text', text: PROMPT }, image]) });
    await r.text();
    assert.notEqual(r.headers.get('x-sluice-route'), 'frontier');
    nothingLeft();
  });

  test('masking_is_off_by_default', async () => {
    const plain = await startSluice({ config: { local: localAt(near), frontier: [frontier('openai', openai, { zone: 'us' })] } });
    try {
      const r = await plain.chat({ model: 'frontier', messages: user(PROMPT) });
      await r.text();
      assert.equal(r.headers.get('x-sluice-reason'), 'sensitive');
      nothingLeft();
    } finally {
      await plain.stop();
    }
  });
});

test('masking_keeps_apart_what_the_caller_wrote_himself', async () => {
  openai.behave({ text: 'x' });
  const asked = (text) => ({ model: 'frontier', messages: user(text) });
  await (await gateway.chat(asked(`Fill [EMAIL_1] with ${ANN}`))).text();
  const masked = openai.chats()[0].json.messages[0].content.match(/^Fill \[EMAIL_1\] with (\[EMAIL_1_[A-Z]{4}\])$/);
  assert.ok(masked, openai.chats()[0].json.messages[0].content);
  // The caller's own text comes back as it was.
  openai.behave({ text: '[EMAIL_1] is still empty' });
  const r = await gateway.chat(asked(`Fill [EMAIL_1] with ${ANN}`));
  assert.equal((await r.json()).choices[0].message.content, '[EMAIL_1] is still empty');
});

test('masking_of_json_answers_keeps_them_json', async () => {
  openai.behave({ text: '{"to":"[EMAIL_1]","n":1}', pieceChars: 3 });
  const body = { model: 'frontier', messages: user(PROMPT), response_format: { type: 'json_object' } };
  const whole = await client.chat.completions.create(body);
  assert.deepEqual(JSON.parse(whole.choices[0].message.content), { to: ANN, n: 1 });
  const got = await collect(await client.chat.completions.create({ ...body, stream: true }));
  assert.deepEqual(JSON.parse(got.content), { to: ANN, n: 1 });
});

test('masking_several_choices_are_restored_each', async () => {
  openai.behave({ pieceChars: 3 });
  const texts = ['', '', ''];
  const stream = await client.chat.completions.create({ model: 'frontier', messages: user(PROMPT), n: 3, stream: true });
  for await (const chunk of stream) for (const c of chunk.choices) texts[c.index] += c.delta.content ?? '';
  assert.deepEqual(texts, [RESTORED, RESTORED, RESTORED]);
});

test('masking_is_in_ledger_metrics_and_explain_and_no_value_is_left_behind', async () => {
  const before = await gateway.metrics();
  const { response } = await client.chat.completions.create({ model: 'frontier', messages: user(PROMPT) }).withResponse();
  const row = await gateway.row(response.headers.get('x-request-id'));
  assert.equal(row.route, 'frontier');
  assert.equal(row.reason, 'masked');
  assert.equal(row.sensitive, true);
  assert.equal(row.classes, 'pii');
  assert.match(row.receipt, /^\S+ balanced pii email\.address,\S+ masked:3$/);
  assert.ok(row.bytes_out_us > 0);
  assert.equal(row.bytes_out_any + row.bytes_out_eu, 0);
  const now = await gateway.metrics();
  const grown = (name, labels) => now.sum(name, labels) - before.sum(name, labels);
  assert.equal(grown('sluice_masked_total', { route: 'frontier' }), 1);
  assert.equal(grown('sluice_masked_values_total', { route: 'frontier' }), 3);
  assert.equal(grown('sluice_requests_total', { route: 'frontier', reason: 'masked' }), 1);

  const rows = JSON.stringify(gateway.rows());
  for (const value of VALUES) {
    assert.ok(!gateway.log().includes(value), `${value} is in the log`);
    assert.ok(!rows.includes(value), `${value} is in the ledger`);
  }

  const key = gateway.chat({ model: 'frontier', messages: user(HARD), metadata: { [ANN]: 'x' } });
  await (await key).text();
  assert.match(gateway.log(), /a finding stands in an object's key/, 'the log says why a request is not masked');

  const dir = temporaryFolder();
  const file = writeConfig(dir, { frontier: [frontier('openai', openai)], policy: { mask_zones: ['us'] } });
  const input = JSON.stringify({ model: 'frontier', messages: user(PROMPT) });
  const told = run(['explain', '-c', file, '--json', '-f', '-'], { input });
  const json = JSON.parse(told.stdout);
  assert.equal(json.reason, 'masked');
  assert.deepEqual(json.masked, ['[EMAIL_1]', '[EMAIL_2]', '[PHONE_1]']);
  assert.match(run(['explain', '-c', file, '-f', '-'], { input }).stdout, /a frontier sees \[EMAIL_1\], \[EMAIL_2\], \[PHONE_1\] instead/);
  const secret = JSON.stringify({ model: 'frontier', messages: user(PROMPT), metadata: { [ANN]: 1 } });
  const kept = JSON.parse(run(['explain', '-c', file, '--json', '-f', '-'], { input: secret }).stdout);
  assert.equal(kept.reason, 'sensitive');
  assert.equal(kept.masked, null);
  assert.match(kept.unmasked_because, /key/);

  const doctor = (zone) => JSON.parse(run(['doctor', '--json', '-c', file, '--set', `policy.mask_zones=${zone}`]).stdout).findings.find((f) => f.check === 'masking');
  assert.equal(doctor('us').state, 'ok');
  assert.equal(doctor('eu').state, 'warn');
});
