// The simulated provider is what the other tests lean on, so it is tested by itself, with plain fetch.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { PRESETS, Provider } from './provider.mjs';

const KEY = 'k'.repeat(24);
let p;

before(async () => (p = await Provider.start({ key: KEY })));
beforeEach(() => p.reset());
after(() => p.stop());

const chat = (body, key = KEY, signal = undefined) =>
  fetch(`${p.url}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'sim-large', messages: [{ role: 'user', content: 'hello' }], ...body }),
    signal,
  });
const messages = (body) =>
  fetch(`${p.url}/messages`, {
    method: 'POST',
    headers: { 'x-api-key': KEY, 'anthropic-version': '2023-06-01', 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'sim-large', max_tokens: 50, messages: [{ role: 'user', content: 'hello' }], ...body }),
  });
const dataLines = (text) => text.split('\n').filter((l) => l.startsWith('data: ')).map((l) => l.slice(6));

test('provider_wrong_key_is_refused_with_401', async () => {
  const r = await chat({}, 'wrong');
  assert.equal(r.status, 401);
  assert.equal((await r.json()).error.code, 'invalid_api_key');
});

test('provider_body_has_usage_and_choices', async () => {
  const answer = await (await chat({ n: 2 })).json();
  assert.equal(answer.choices.length, 2);
  assert.equal(answer.usage.total_tokens, 55);
});

test('provider_stream_ends_with_done_and_own_usage_chunk_when_asked', async () => {
  const lines = dataLines(await (await chat({ stream: true, stream_options: { include_usage: true } })).text());
  assert.equal(lines.at(-1), '[DONE]');
  assert.deepEqual(JSON.parse(lines.at(-2)).choices, []);
  assert.equal(JSON.parse(lines.at(-2)).usage.prompt_tokens, 42);
});

test('provider_stream_without_the_wish_tells_no_usage', async () => {
  const lines = dataLines(await (await chat({ stream: true })).text());
  assert.ok(lines.slice(0, -1).every((l) => !JSON.parse(l).usage));
});

test('provider_anthropic_events_come_in_the_real_order', async () => {
  const types = dataLines(await (await messages({ stream: true })).text()).map((l) => JSON.parse(l).type);
  const order = ['message_start', 'content_block_start', 'ping', 'content_block_delta', 'content_block_stop', 'message_delta'];
  assert.deepEqual([...new Set(types)], [...order, 'message_stop']);
});

test('provider_marker_in_the_model_name_chooses_the_behaviour', async () => {
  const r = await chat({ model: 'sim-large!throttle' });
  assert.equal(r.status, 429);
  assert.equal(r.headers.get('retry-after'), '1');
});

test('provider_queued_behaviours_serve_one_request_each', async () => {
  p.behaveNext('overloaded', 'error500');
  const statuses = [];
  for (let i = 0; i < 3; i++) statuses.push((await chat({})).status);
  assert.deepEqual(statuses, [529, 500, 200]);
});

test('provider_cut_stream_never_completes', async () => {
  p.behaveNext('cut');
  const r = await chat({ stream: true });
  await assert.rejects(r.text());
});

test('provider_false_lengths_break_the_answer', async () => {
  p.behaveNext('lengthLong');
  const r = await chat({});
  await assert.rejects(r.text());
});

test('provider_garbage_stands_between_events', async () => {
  p.behaveNext('garbage');
  const lines = dataLines(await (await chat({ stream: true })).text());
  assert.throws(() => JSON.parse(lines[PRESETS.garbage.garbageAfter]));
});

test('provider_bytewise_answer_is_the_same_text', async () => {
  const whole = await (await chat({ stream: true })).text();
  p.behaveNext('bytewise');
  assert.equal(await (await chat({ stream: true })).text(), whole);
});

test('provider_records_bytes_and_the_time_a_connection_closed', async () => {
  p.behaveNext('silent');
  const stop = new AbortController();
  const asked = chat({}, KEY, stop.signal).catch(() => {});
  while (p.chats().length === 0) await new Promise((r) => setTimeout(r, 5));
  const left = performance.now();
  stop.abort();
  await asked;
  while (p.chats()[0].connection.closedAt === null) await new Promise((r) => setTimeout(r, 1));
  assert.ok(p.chats()[0].connection.closedAt - left < 500);
  assert.ok(p.bytes().includes('"content":"hello"'));
});

test('provider_tool_calls_are_streamed_in_pieces_that_add_up', async () => {
  const call = { id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"place":"Paris","unit":"C"}' } };
  p.behave({ toolCalls: [call] });
  const lines = dataLines(await (await chat({ stream: true })).text()).slice(0, -1).map((l) => JSON.parse(l));
  const parts = lines.flatMap((l) => l.choices[0].delta.tool_calls ?? []).map((t) => t.function.arguments);
  assert.equal(parts.join(''), call.function.arguments);
});
