// The official client, unchanged, against an OpenAI-speaking frontier and a local server given by URL.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { Provider } from '../providers/provider.mjs';
import { PROVIDER_KEY, frontier, localAt, startSluice, user } from './helper.mjs';

let far, near, gateway, client;

before(async () => {
  far = await Provider.start({ key: PROVIDER_KEY });
  near = await Provider.start({ models: ['sim-local'] });
  gateway = await startSluice({
    config: { local: localAt(near), frontier: [frontier('sim', far)], policy: { unreadable: 'may_leave' } },
  });
  client = gateway.client();
});
beforeEach(() => {
  far.reset();
  near.reset();
});
after(async () => {
  await gateway?.stop();
  await near.stop();
  await far.stop();
});

const BASE = { model: 'frontier', messages: user('Tell me about rivers.') };
const collect = async (stream) => {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
};
const textOf = (chunks) => chunks.map((c) => c.choices[0]?.delta.content ?? '').join('');
const lastRow = async (r) => gateway.row(r.response.headers.get('x-request-id'));

for (const model of ['frontier', 'local']) {
  test(`client_answer_of_${model}_is_read_unchanged`, async () => {
    const r = await client.chat.completions.create({ ...BASE, model }).withResponse();
    const side = model === 'local' ? near : far;
    assert.equal(r.data.choices[0].message.content, side.answer.text);
    assert.equal(r.data.choices[0].finish_reason, 'stop');
    assert.equal(r.data.usage.total_tokens, 55);
    const row = await lastRow(r);
    assert.deepEqual([row.input_tokens, row.output_tokens, row.cached_tokens], [42, 13, 8]);
    assert.equal(row.usage_estimated, false);
  });

  test(`client_stream_of_${model}_gives_every_word_once`, async () => {
    const chunks = await collect(await client.chat.completions.create({ ...BASE, model, stream: true }));
    assert.equal(textOf(chunks), (model === 'local' ? near : far).answer.text);
    assert.equal(chunks.filter((c) => c.choices[0]?.finish_reason === 'stop').length, 1);
  });
}

test('client_usage_chunk_is_kept_when_asked', async () => {
  const stream = await client.chat.completions.create({ ...BASE, stream: true, stream_options: { include_usage: true } });
  const chunks = await collect(stream);
  assert.deepEqual(chunks.at(-1).choices, []);
  assert.equal(chunks.at(-1).usage.prompt_tokens, 42);
});

test('client_usage_is_metered_but_not_shown_when_not_asked', async () => {
  const r = await client.chat.completions.create({ ...BASE, stream: true }).withResponse();
  const chunks = await collect(r.data);
  assert.ok(chunks.every((c) => c.choices.length > 0 && !c.usage));
  assert.equal(far.chats()[0].json.stream_options.include_usage, true);
  const row = await lastRow(r);
  assert.deepEqual([row.input_tokens, row.output_tokens, row.usage_estimated], [42, 13, false]);
});

for (const usage of ['usageLast', 'usageTwice']) {
  test(`client_${usage}_is_counted_once`, async () => {
    far.behaveNext(usage);
    const r = await client.chat.completions.create({ ...BASE, stream: true }).withResponse();
    assert.equal(textOf(await collect(r.data)), far.answer.text);
    const row = await lastRow(r);
    assert.deepEqual([row.input_tokens, row.output_tokens], [42, 13]);
  });
}

test('client_missing_usage_is_estimated_and_marked', async () => {
  far.behaveNext('usageNone');
  const r = await client.chat.completions.create({ ...BASE, stream: true }).withResponse();
  await collect(r.data);
  const row = await lastRow(r);
  assert.equal(row.usage_estimated, true);
  assert.ok(row.output_tokens > 0);
});

test('client_stream_sent_byte_by_byte_is_the_same', async () => {
  far.behaveNext('bytewise');
  const chunks = await collect(await client.chat.completions.create({ ...BASE, stream: true }));
  assert.equal(textOf(chunks), far.answer.text);
});

test('client_huge_event_passes_whole', async () => {
  far.behaveNext({ hugeBytes: 200_000 });
  const chunks = await collect(await client.chat.completions.create({ ...BASE, stream: true }));
  assert.ok(textOf(chunks).startsWith('h'.repeat(200_000)));
});

test('client_several_choices_pass', async () => {
  const r = await client.chat.completions.create({ ...BASE, n: 3 });
  assert.equal(r.choices.length, 3);
  assert.equal(far.chats()[0].json.n, 3);
});

test('client_logprobs_pass', async () => {
  const r = await client.chat.completions.create({ ...BASE, logprobs: true, top_logprobs: 1 });
  assert.equal(r.choices[0].logprobs.content[0].token, 'The');
  assert.equal(far.chats()[0].json.top_logprobs, 1);
});

test('client_response_format_reaches_the_provider', async () => {
  const response_format = {
    type: 'json_schema',
    json_schema: { name: 'river', strict: true, schema: { type: 'object', properties: { name: { type: 'string' } } } },
  };
  await client.chat.completions.create({ ...BASE, response_format });
  assert.deepEqual(far.chats()[0].json.response_format, response_format);
});

const TOOL = {
  type: 'function',
  function: { name: 'look_up', description: 'Looks up a river.', parameters: { type: 'object', properties: { name: { type: 'string' } } } },
};
const CALL = { id: 'call_1', type: 'function', function: { name: 'look_up', arguments: '{"name":"Danube","deep":true}' } };

test('client_tool_call_comes_back_whole', async () => {
  far.behaveNext({ toolCalls: [CALL] });
  const r = await client.chat.completions.create({ ...BASE, tools: [TOOL], tool_choice: 'auto' });
  assert.equal(r.choices[0].finish_reason, 'tool_calls');
  assert.deepEqual(r.choices[0].message.tool_calls[0].function, CALL.function);
  assert.deepEqual(far.chats()[0].json.tools, [TOOL]);
});

test('client_tool_call_is_streamed_in_pieces_that_add_up', async () => {
  far.behaveNext({ toolCalls: [CALL] });
  const chunks = await collect(await client.chat.completions.create({ ...BASE, tools: [TOOL], stream: true }));
  const parts = chunks.flatMap((c) => c.choices[0]?.delta.tool_calls ?? []);
  assert.equal(parts.map((t) => t.function.arguments).join(''), CALL.function.arguments);
  assert.equal(parts[0].id, 'call_1');
});

test('client_tool_result_reaches_the_provider', async () => {
  const messages = [...user('How deep?'), { role: 'assistant', content: null, tool_calls: [CALL] }, { role: 'tool', tool_call_id: 'call_1', content: '8 m' }];
  await client.chat.completions.create({ ...BASE, messages, tools: [TOOL] });
  assert.deepEqual(far.chats()[0].json.messages, messages);
});

test('client_image_reaches_the_provider_when_the_policy_allows', async () => {
  const url = `data:image/png;base64,${Buffer.from('not really a picture').toString('base64')}`;
  const content = [{ type: 'text', text: 'What is this?' }, { type: 'image_url', image_url: { url, detail: 'low' } }];
  await client.chat.completions.create({ ...BASE, messages: user(content) });
  assert.deepEqual(far.chats()[0].json.messages[0].content, content);
});

test('client_untouched_bytes_survive', async () => {
  const odd = (model) =>
    `{ "model" :"${model}",\n\t"messages":[ {"role":"user","content":"caf\\u00e9 \u00e9 \\/ \\ud83d\\ude00"} ],` +
    ' "temperature":0.70, "seed":9007199254740993, "top_p":1E0, "x_unknown":{"deep":[1,2.50,{"a":null}]},' +
    ' "metadata":{"k":"v"}, "prompt_cache_key":"abc", "service_tier":"flex" }';
  const r = await gateway.chat(odd('frontier'));
  assert.equal(r.status, 200);
  assert.equal(far.chats()[0].body.toString(), odd('sim-large'));
});

test('client_key_of_the_caller_is_not_passed_on', async () => {
  await client.chat.completions.create(BASE);
  assert.equal(far.chats()[0].headers.authorization, `Bearer ${PROVIDER_KEY}`);
  assert.ok(!far.bytes().includes('unused'));
});

test('client_answer_passes_byte_for_byte', async () => {
  const direct = await fetch(`${far.url}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${PROVIDER_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...BASE, model: 'sim-large' }),
  });
  const through = await gateway.chat(BASE);
  assert.equal(await through.text(), await direct.text());
});

test('client_many_requests_at_once_each_get_their_own_answer', async () => {
  far.behave({ gapMs: 2 });
  const streams = [...Array(40).keys()].map(async () => {
    const stream = await client.chat.completions.create({ ...BASE, stream: true });
    return textOf(await collect(stream));
  });
  for (const text of await Promise.all(streams)) assert.equal(text, far.answer.text);
});
