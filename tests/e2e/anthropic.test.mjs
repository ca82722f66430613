// OpenAI's client in front, Anthropic's Messages API behind: translated both ways.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { Provider } from '../providers/provider.mjs';
import { PROVIDER_KEY, assertError, frontier, readAll, startSluice, user } from './helper.mjs';

let far, gateway, client;
const TOKENS = { input: 100, output: 13, cached: 30, cacheWrite: 20, reasoning: 0 };

before(async () => {
  far = await Provider.start({ key: PROVIDER_KEY, answer: { tokens: TOKENS }, models: ['sim-claude'] });
  gateway = await startSluice({
    config: {
      local: { enabled: false },
      frontier: [frontier('sim', far, { protocol: 'anthropic', url: far.url })],
      policy: { unreadable: 'may_leave' },
    },
  });
  client = gateway.client();
});
beforeEach(() => far.reset());
after(async () => {
  await gateway?.stop();
  await far.stop();
});

const BASE = { model: 'frontier', messages: [{ role: 'system', content: 'Be brief.' }, ...user('Tell me about rivers.')], max_tokens: 64 };
const sent = () => far.chats()[0].json;
const flat = (content) => (typeof content === 'string' ? content : content.map((b) => b.text).join(''));
const collect = async (stream) => {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
};

test('anthropic_request_is_translated', async () => {
  await client.chat.completions.create({ ...BASE, temperature: 0.3, stop: ['END'] });
  assert.equal(far.chats()[0].path, '/v1/messages');
  assert.ok(far.chats()[0].headers['anthropic-version']);
  assert.equal(sent().model, 'sim-claude');
  assert.equal(flat(sent().system), 'Be brief.');
  assert.equal(sent().messages.length, 1);
  assert.equal(flat(sent().messages[0].content), 'Tell me about rivers.');
  assert.equal(sent().max_tokens, 64);
  assert.equal(sent().temperature, 0.3);
  assert.deepEqual(sent().stop_sequences, ['END']);
});

test('anthropic_max_tokens_is_always_sent', async () => {
  const { max_tokens, ...rest } = BASE;
  await client.chat.completions.create(rest);
  assert.ok(sent().max_tokens > 0);
});

test('anthropic_answer_is_an_openai_answer', async () => {
  const r = await client.chat.completions.create(BASE).withResponse();
  assert.equal(r.data.object, 'chat.completion');
  assert.equal(r.data.choices[0].message.content, far.answer.text);
  assert.equal(r.data.choices[0].finish_reason, 'stop');
  assert.equal(r.data.usage.prompt_tokens, 100);
  assert.equal(r.data.usage.completion_tokens, 13);
  assert.equal(r.data.usage.prompt_tokens_details.cached_tokens, 30);
  const row = await gateway.row(r.response.headers.get('x-request-id'));
  assert.deepEqual([row.input_tokens, row.output_tokens, row.cached_tokens, row.cache_write_tokens], [100, 13, 30, 20]);
});

test('anthropic_stream_is_an_openai_stream', async () => {
  const chunks = await collect(await client.chat.completions.create({ ...BASE, stream: true, stream_options: { include_usage: true } }));
  assert.equal(chunks[0].choices[0].delta.role, 'assistant');
  assert.equal(chunks.map((c) => c.choices[0]?.delta.content ?? '').join(''), far.answer.text);
  assert.equal(chunks.filter((c) => c.choices[0]?.finish_reason === 'stop').length, 1);
  assert.equal(chunks.at(-1).usage.prompt_tokens, 100);
  assert.equal(new Set(chunks.map((c) => c.id)).size, 1);
});

test('anthropic_raw_stream_ends_with_done_and_nothing_of_its_own_words', async () => {
  const text = await (await gateway.chat({ ...BASE, stream: true })).text();
  assert.ok(text.endsWith('data: [DONE]\n\n'));
  assert.doesNotMatch(text, /message_start|content_block|"usage":\{/);
});

test('anthropic_stop_reasons_are_translated', async () => {
  far.behaveNext({ finish: 'length' });
  const r = await client.chat.completions.create(BASE);
  assert.equal(r.choices[0].finish_reason, 'length');
});

const TOOL = {
  type: 'function',
  function: { name: 'look_up', description: 'Looks up a river.', parameters: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] } },
};
const CALL = { id: 'toolu_1', type: 'function', function: { name: 'look_up', arguments: '{"name":"Danube","deep":true}' } };

for (const stream of [false, true]) {
  test(`anthropic_tool_call_${stream ? 'stream' : 'body'}_is_translated`, async () => {
    far.behaveNext({ toolCalls: [CALL] });
    const r = await client.chat.completions.create({ ...BASE, tools: [TOOL], tool_choice: 'required', stream });
    assert.equal(sent().tools[0].name, 'look_up');
    assert.deepEqual(sent().tools[0].input_schema, TOOL.function.parameters);
    assert.equal(sent().tool_choice.type, 'any');
    const chunks = stream ? await collect(r) : [];
    const calls = stream ? chunks.flatMap((c) => c.choices[0]?.delta.tool_calls ?? []) : r.choices[0].message.tool_calls;
    assert.equal(calls[0].id, 'toolu_1');
    assert.deepEqual(JSON.parse(calls.map((c) => c.function.arguments ?? '').join('')), JSON.parse(CALL.function.arguments));
    const finishes = stream ? chunks.map((c) => c.choices[0]?.finish_reason).filter(Boolean) : [r.choices[0].finish_reason];
    assert.deepEqual(finishes, ['tool_calls']);
  });
}

test('anthropic_tool_result_is_translated', async () => {
  const messages = [...user('How deep?'), { role: 'assistant', content: null, tool_calls: [CALL] }, { role: 'tool', tool_call_id: 'toolu_1', content: '8 m' }];
  await client.chat.completions.create({ ...BASE, messages, tools: [TOOL] });
  const [, assistant, result] = sent().messages;
  const call = assistant.content.find((b) => b.type === 'tool_use');
  assert.deepEqual(call.input, { name: 'Danube', deep: true });
  assert.equal(result.role, 'user');
  assert.equal(result.content[0].type, 'tool_result');
  assert.equal(result.content[0].tool_use_id, 'toolu_1');
});

test('anthropic_image_is_translated', async () => {
  const data = Buffer.from('not really a picture').toString('base64');
  const content = [{ type: 'text', text: 'What is this?' }, { type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } }];
  await client.chat.completions.create({ ...BASE, messages: user(content) });
  const image = sent().messages[0].content.find((b) => b.type === 'image');
  assert.deepEqual(image.source, { type: 'base64', media_type: 'image/png', data });
});

test('anthropic_what_cannot_be_said_is_refused_with_the_field', async () => {
  const r = await gateway.chat({ ...BASE, n: 2 });
  assert.equal(r.status, 400);
  const body = await r.json();
  assertError(body);
  assert.equal(body.error.param, 'n');
  assert.equal(far.chats().length, 0);
});

test('anthropic_throttling_reaches_the_caller_with_retry_after', async () => {
  far.behave('throttle');
  const r = await gateway.chat(BASE);
  assert.equal(r.status, 429);
  assert.ok(Number(r.headers.get('retry-after')) >= 1);
  assertError(await r.json());
});

test('anthropic_error_event_after_content_is_no_false_end', async () => {
  far.behave('inband');
  const text = await readAll(await gateway.chat({ ...BASE, stream: true }));
  assert.match(text, /"error":\{/);
  assert.ok(!text.includes('[DONE]'));
});
