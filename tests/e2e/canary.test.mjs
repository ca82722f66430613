// A word of its own in every field of a request, through success and every failure and a crash: it is in no
// log, row, metric, core file or other file afterwards.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Provider } from '../providers/provider.mjs';
import { CARD, HARD, PROVIDER_KEY, frontier, localAt, startSluice, until, user } from './helper.mjs';

const MARK = 'zqcanary';
let planted = 0;
const canary = () => `${MARK}${planted++}x`;

// One request a field; each is well formed, and one with the canary as its model is not known.
const call = (fn) => ({ role: 'assistant', content: null, tool_calls: [{ id: 'c1', type: 'function', function: fn }] });
const result = (content) => ({ role: 'tool', tool_call_id: 'c1', content });
const tool = (fn) => [{ type: 'function', function: { name: 'pay', parameters: { type: 'object' }, ...fn } }];
const FIELDS = {
  user: (c) => ({ messages: user(c) }),
  user_part: (c) => ({ messages: user([{ type: 'text', text: c }]) }),
  system: (c) => ({ messages: [{ role: 'system', content: c }, ...user('Go on.')] }),
  assistant: (c) => ({ messages: [...user('Hi.'), { role: 'assistant', content: c }, ...user('Go on.')] }),
  message_name: (c) => ({ messages: [{ role: 'user', name: c, content: 'Hi.' }] }),
  tool_name: (c) => ({ messages: user('Pay.'), tools: tool({ name: c }) }),
  tool_description: (c) => ({ messages: user('Pay.'), tools: tool({ description: c }) }),
  tool_parameter: (c) => ({ messages: user('Pay.'), tools: tool({ parameters: { type: 'object', properties: { [c]: { type: 'string' } } } }) }),
  tool_choice: (c) => ({ messages: user('Pay.'), tools: tool({ name: c }), tool_choice: { type: 'function', function: { name: c } } }),
  call_name: (c) => ({ messages: [...user('Pay.'), call({ name: c, arguments: '{}' }), result('paid')] }),
  call_arguments: (c) => ({ messages: [...user('Pay.'), call({ name: 'pay', arguments: JSON.stringify({ note: c }) }), result('paid')] }),
  tool_result: (c) => ({ messages: [...user('Pay.'), call({ name: 'pay', arguments: '{}' }), result(c)] }),
  schema: (c) => ({ messages: user('Hi.'), response_format: { type: 'json_schema', json_schema: { name: 'out', schema: { type: 'object', description: c } } } }),
  stop: (c) => ({ messages: user('Hi.'), stop: [c] }),
  end_user: (c) => ({ messages: user('Hi.'), user: c }),
  metadata_value: (c) => ({ messages: user('Hi.'), metadata: { note: c } }),
  metadata_key: (c) => ({ messages: user('Hi.'), metadata: { [c]: 'note' } }),
  unknown_field: (c) => ({ messages: user('Hi.'), [c]: c }),
  picture: (c) => ({ messages: user([{ type: 'image_url', image_url: { url: `https://pictures.invalid/${c}` } }]) }),
  file: (c) => ({ messages: user([{ type: 'file', file: { filename: c, file_data: `data:text/plain;base64,${c}` } }]) }),
  model: (c) => ({ model: c, messages: user('Hi.') }),
  wrong_type: (c) => ({ messages: c }),
  wrong_role: (c) => ({ messages: [{ role: c, content: 'Hi.' }] }),
};
const FAILURES = ['error500', 'throttle', 'overloaded', 'cutEarly', 'cut', 'garbageEarly', 'garbage', 'inband'];

let near, far, gateway, before_us;

before(async () => {
  before_us = Date.now();
  near = await Provider.start({ models: ['sim-local'], answer: { text: `${MARK}-answer words` } });
  far = await Provider.start({ key: PROVIDER_KEY, answer: { text: `${MARK}-answer words` } });
  gateway = await startSluice({
    config: {
      local: localAt(near, { first_byte_timeout: '300ms', idle_timeout: '300ms' }),
      frontier: [frontier('sim', far)],
      telemetry: { log_level: 'debug' },
    },
  });
});
after(async () => {
  gateway?.kill();
  fs.rmSync(gateway.dir, { recursive: true, force: true });
  await near.stop();
  await far.stop();
});

async function ask(body, how) {
  const r = await gateway.chat({ model: 'auto', ...body, ...how.body }, { headers: how.headers, signal: AbortSignal.timeout(3000) }).catch(() => null);
  await r?.text().catch(() => '');
}

// Every place that the gateway may have written to.
function written() {
  const places = { log: gateway.log() };
  const add = (file) => {
    const status = fs.statSync(file, { throwIfNoEntry: false });
    if (status?.isFile()) places[file] = fs.readFileSync(file, 'latin1');
  };
  for (const file of fs.readdirSync(gateway.dir)) if (file !== 'sluice.yaml') add(path.join(gateway.dir, file));
  for (const dir of new Set([os.tmpdir(), '/tmp', process.env.XDG_RUNTIME_DIR ?? '/tmp'])) {
    for (const file of fs.readdirSync(dir)) {
      const status = fs.statSync(path.join(dir, file), { throwIfNoEntry: false });
      if (/^(sluice|core)/.test(file) && status?.isFile() && status.mtimeMs >= before_us) add(path.join(dir, file));
    }
  }
  return places;
}

function assertUnwritten(places) {
  for (const [name, text] of Object.entries(places)) {
    for (const word of [MARK, CARD, PROVIDER_KEY]) assert.ok(!text.includes(word), `${word} is in ${name}`);
  }
}

test('canary_in_every_field_is_written_nowhere_on_success_and_failure', { timeout: 300000 }, async () => {
  for (const field of Object.values(FIELDS)) {
    for (const headers of [{}, { 'x-sluice-route': 'frontier' }]) await ask(field(canary()), { headers });
    await ask(field(`${canary()} card ${CARD}`), { body: { stream: true } });
  }
  for (const failure of FAILURES) {
    for (const stream of [true, false]) {
      for (const provider of [near, far]) {
        provider.behave(failure);
        await ask({ messages: user(`${HARD} ${canary()}`) }, { headers: { 'x-sluice-route': provider === far ? 'frontier' : 'local' }, body: { stream } });
        provider.reset();
      }
    }
  }
  const rows = await until('the rows', () => gateway.rows().length >= Object.keys(FIELDS).length && gateway.rows());
  const metrics = await (await fetch(`${gateway.origin}/metrics`)).text();
  assertUnwritten({ ...written(), rows: JSON.stringify(rows), metrics });
  assert.ok(planted > 100, 'canaries were planted');
});

test('canary_in_memory_reaches_no_core_file_when_the_gateway_crashes', async (t) => {
  near.behave('silent');
  const held = [];
  for (const field of [FIELDS.user, FIELDS.tool_result, FIELDS.metadata_value]) {
    held.push(ask(field(`${canary()} card ${CARD}`), { body: { stream: true } }));
  }
  await until('the requests at the local side', () => near.chats().length > 0);
  // The operator's limits may allow core files: then it is the gateway's own doing that none is of use.
  const raised = spawnSync('prlimit', ['--pid', String(gateway.pid), '--core=unlimited']);
  if (raised.status !== 0) t.diagnostic('the limit could not be raised: only what the gateway wrote by itself is looked at');
  process.kill(gateway.pid, 'SIGABRT');
  assert.equal((await gateway.exited()).signal, 'SIGABRT');
  await Promise.all(held);
  assertUnwritten(written());
});
