// Input that is wrong, hostile or late: the right status, OpenAI's error object, and one row or one
// counted rejection for each.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';
import { Provider } from '../providers/provider.mjs';
import { assertError, localAt, post, sendRaw, startSluice, until, user } from './helper.mjs';

const CHAT = '/v1/chat/completions';
const LIMITS = {
  header_bytes: 8192,
  headers: 64,
  body_bytes: 100_000,
  header_timeout: '400ms',
  body_timeout: '400ms',
  idle_timeout: '3000ms',
  json_depth: 32,
  messages: 50,
};

let near, gateway;

before(async () => {
  near = await Provider.start({ models: ['sim-local'] });
  gateway = await startSluice({ config: { local: localAt(near), limits: LIMITS } });
});
after(async () => {
  await gateway?.stop();
  await near.stop();
});

// Requests with a row plus rejections counted.
async function accounted() {
  const metrics = await gateway.metrics();
  return metrics.sum('sluice_requests_total') + metrics.sum('sluice_rejected_total');
}

async function countsOnce(act) {
  const before = await accounted();
  const result = await act();
  await until('one row or one rejection', async () => (await accounted()) > before);
  assert.equal(await accounted(), before + 1);
  return result;
}

const body = (extra = {}) => JSON.stringify({ model: 'local', messages: user('hello'), ...extra });
const deep = (n) => '['.repeat(n) + ']'.repeat(n);
const contentBytes = (...bytes) =>
  Buffer.concat([Buffer.from('{"model":"local","messages":[{"role":"user","content":"a'), Buffer.from(bytes), Buffer.from('"}]}')]);

describe('bodies', () => {
  const cases = [
    ['empty', '', 400, 'invalid_json'],
    ['cut_short', body().slice(0, -3), 400, 'invalid_json'],
    ['trailing_comma', '{"model":"local",}', 400, 'invalid_json'],
    ['two_values', `${body()} {}`, 400, 'invalid_json'],
    ['a_list', '[]', 400, 'invalid_json'],
    ['a_number', '42', 400, 'invalid_json'],
    ['single_quotes', "{'model':'local'}", 400, 'invalid_json'],
    ['byte_order_mark', `\ufeff${body()}`, 400, 'invalid_json'],
    ['raw_nul_in_a_string', contentBytes(0), 400, 'invalid_json'],
    ['raw_line_feed_in_a_string', contentBytes(10), 400, 'invalid_json'],
    ['broken_utf8', contentBytes(0xff), 400, 'invalid_json'],
    ['overlong_utf8', contentBytes(0xc0, 0xaf), 400, 'invalid_json'],
    ['surrogate_in_utf8', contentBytes(0xed, 0xa0, 0x80), 400, 'invalid_json'],
    ['cut_utf8', contentBytes(0xe2, 0x82), 400, 'invalid_json'],
    ['depth_bomb', `{"model":"local","messages":${deep(40)}}`, 400, 'invalid_json'],
    ['deep_bomb', deep(40_000), 400, 'invalid_json'],
    ['no_model', JSON.stringify({ messages: user('hello') }), 400, 'invalid_field'],
    ['no_messages', '{"model":"local"}', 400, 'invalid_field'],
    ['empty_messages', body({ messages: [] }), 400, 'invalid_field'],
    ['messages_as_text', body({ messages: 'hello' }), 400, 'invalid_field'],
    ['message_as_text', body({ messages: ['hello'] }), 400, 'invalid_field'],
    ['message_without_role', body({ messages: [{ content: 'hello' }] }), 400, 'invalid_field'],
    ['content_as_number', body({ messages: [{ role: 'user', content: 7 }] }), 400, 'invalid_field'],
    ['model_as_number', body({ model: 7 }), 400, 'invalid_field'],
    ['stream_as_text', body({ stream: 'yes' }), 400, 'invalid_field'],
    ['max_tokens_as_text', body({ max_tokens: 'many' }), 400, 'invalid_field'],
    ['too_many_messages', body({ messages: Array(51).fill(user('hello')[0]) }), 400, 'invalid_field'],
    ['unknown_model', body({ model: 'gpt-nonsense' }), 404, 'model_not_found'],
  ];
  for (const [name, bytes, status, code] of cases) {
    test(`input_body_${name}_is_${status}`, async () => {
      const r = await countsOnce(() => sendRaw(gateway.port, post(CHAT, bytes)));
      assert.equal(r.status, status, r.body);
      assert.match(r.headers['content-type'], /^application\/json/);
      assert.ok(r.headers['x-request-id']);
      assertError(r.json, code);
    });
  }

  test('input_body_over_the_limit_is_413_before_it_was_read', async () => {
    const head = post(CHAT, '', { 'content-length': 5_000_000 });
    const r = await countsOnce(() => sendRaw(gateway.port, head));
    assert.equal(r.status, 413);
    assertError(r.json, 'body_too_large');
  });

  test('input_chunked_body_over_the_limit_is_413', async () => {
    const head = `POST ${CHAT} HTTP/1.1\r\nhost: g\r\ntransfer-encoding: chunked\r\n\r\n`;
    const chunk = `4000\r\n${'a'.repeat(0x4000)}\r\n`;
    const r = await countsOnce(() => sendRaw(gateway.port, head + chunk.repeat(10)));
    assert.equal(r.status, 413);
    assertError(r.json, 'body_too_large');
  });

  test('input_nul_as_escape_is_text_like_any_other', async () => {
    const r = await countsOnce(() => sendRaw(gateway.port, post(CHAT, body({ messages: user('a\u0000b') }))));
    assert.equal(r.status, 200);
  });

  test('input_chunked_body_is_understood', async () => {
    const text = body();
    const head = `POST ${CHAT} HTTP/1.1\r\nhost: g\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`;
    const half = text.length >> 1;
    const chunks = [text.slice(0, half), text.slice(half)].map((t) => `${t.length.toString(16)}\r\n${t}\r\n`);
    const r = await countsOnce(() => sendRaw(gateway.port, `${head}${chunks.join('')}0\r\n\r\n`));
    assert.equal(r.status, 200);
  });

  test('input_request_sent_byte_by_byte_is_understood', async () => {
    const bytes = post(CHAT, body());
    const parts = [...bytes].flatMap((b, i) => (i % 16 ? [Buffer.from([b])] : [Buffer.from([b]), 1]));
    const r = await countsOnce(() => sendRaw(gateway.port, parts));
    assert.equal(r.status, 200);
  });
});

describe('slow senders', () => {
  test('input_head_that_never_ends_is_408', async () => {
    const r = await countsOnce(() => sendRaw(gateway.port, `POST ${CHAT} HTTP/1.1\r\nhost: g\r\n`, { ms: 5000 }));
    assert.equal(r.status, 408);
    assertError(r.json, 'header_timeout');
  });

  test('input_head_that_trickles_is_408', async () => {
    const parts = [...'POST / HTTP/1.1\r\nhost: gateway'].flatMap((c) => [c, 60]);
    const r = await countsOnce(() => sendRaw(gateway.port, parts, { ms: 5000 }));
    assert.equal(r.status, 408);
  });

  test('input_body_that_never_comes_is_408', async () => {
    const r = await countsOnce(() => sendRaw(gateway.port, post(CHAT, '', { 'content-length': 50 }), { ms: 5000 }));
    assert.equal(r.status, 408);
    assertError(r.json, 'body_timeout');
  });

  test('input_idle_connection_is_closed_without_a_word', async () => {
    const before = await accounted();
    const r = await sendRaw(gateway.port, '', { ms: 8000 });
    assert.equal(r.closed, true);
    assert.equal(r.body, '');
    assert.equal(await accounted(), before);
  });
});

describe('paths and methods', () => {
  test('input_unknown_path_is_404', async () => {
    const r = await countsOnce(() => sendRaw(gateway.port, post('/v1/nothing', body())));
    assert.equal(r.status, 404);
    assertError(r.json, 'unknown_path');
  });

  for (const [method, path, allow] of [
    ['GET', CHAT, 'POST'],
    ['DELETE', CHAT, 'POST'],
    ['POST', '/v1/models', 'GET'],
    ['PUT', '/healthz', 'GET'],
  ]) {
    test(`input_${method}_of_${path.replaceAll(/\W/g, '_')}_is_405_with_allow`, async () => {
      const request = `${method} ${path} HTTP/1.1\r\nhost: g\r\ncontent-length: 0\r\n\r\n`;
      const r = await countsOnce(() => sendRaw(gateway.port, request));
      assert.equal(r.status, 405);
      assert.match(r.headers.allow ?? '', new RegExp(`\\b${allow}\\b`));
      assertError(r.json, 'method_not_allowed');
    });
  }
});

describe('heads', () => {
  const get = (lines, version = 'HTTP/1.1') => `GET /healthz ${version}\r\nhost: g\r\n${lines}\r\n`;
  const chat = (lines, rest = '') => `POST ${CHAT} HTTP/1.1\r\nhost: g\r\n${lines}\r\n${rest}`;
  const cases = [
    ['flood_of_fields', get('a: b\r\n'.repeat(200)), 431],
    ['one_huge_field', get(`a: ${'b'.repeat(20_000)}\r\n`), 431],
    ['huge_path', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nhost: g\r\n\r\n`, 431],
    ['length_and_chunked', chat('content-length: 5\r\ntransfer-encoding: chunked\r\n', '0\r\n\r\n'), 400],
    ['chunked_and_length', chat('transfer-encoding: chunked\r\ncontent-length: 5\r\n', '0\r\n\r\n'), 400],
    ['two_lengths', chat('content-length: 5\r\ncontent-length: 6\r\n', 'abcdef'), 400],
    ['same_length_twice', chat('content-length: 5\r\ncontent-length: 5\r\n', 'abcde'), 400],
    ['signed_length', chat('content-length: +5\r\n', 'abcde'), 400],
    ['negative_length', chat('content-length: -5\r\n', 'abcde'), 400],
    ['hex_length', chat('content-length: 0x5\r\n', 'abcde'), 400],
    ['length_beyond_64_bits', chat('content-length: 18446744073709551617\r\n', 'a'), 400],
    ['chunked_not_last', chat('transfer-encoding: chunked, gzip\r\n', '0\r\n\r\n'), 400],
    ['unknown_coding', chat('transfer-encoding: xchunked\r\n', '0\r\n\r\n'), 400],
    ['bad_chunk_size', chat('transfer-encoding: chunked\r\n', 'zz\r\nabc\r\n0\r\n\r\n'), 400],
    ['chunk_size_overflow', chat('transfer-encoding: chunked\r\n', 'fffffffffffffffff\r\na'), 400],
    ['space_before_colon', chat('content-length : 5\r\n', 'abcde'), 400],
    ['nul_in_a_field', get('a: b\0c\r\n'), 400],
    ['bare_cr_in_a_field', get('a: b\rc\r\n'), 400],
    ['not_http', 'hello there\r\n\r\n', 400],
    ['tls_hello', Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]), 400],
    ['http2_preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ];
  for (const [name, bytes, status] of cases) {
    test(`input_head_${name}_is_${status}_and_closes`, async () => {
      const r = await countsOnce(() => sendRaw(gateway.port, bytes));
      assert.equal(r.status, status, r.body);
      assertError(r.json, status === 431 ? 'headers_too_large' : undefined);
      await assertCloses(bytes);
    });
  }

  async function assertCloses(bytes) {
    const r = await sendRaw(gateway.port, bytes, { keepOpen: true });
    await until('the connection to close', () => r.socket.destroyed || r.socket.readableEnded, 2000);
    r.socket.destroy();
  }

  test('input_smuggled_request_is_not_served', async () => {
    const before = near.chats().length;
    const inner = post(CHAT, body());
    const outer = Buffer.concat([Buffer.from(chat('content-length: 4\r\ntransfer-encoding: chunked\r\n', '0\r\n\r\n')), inner]);
    const r = await sendRaw(gateway.port, [outer, 200]);
    assert.equal(r.status, 400);
    assert.equal(near.chats().length, before);
  });

  // All statuses that one connection gets for what is sent one after the other, each after the answer to the one before.
  async function statusesOf(...requests) {
    const socket = net.connect(gateway.port, '127.0.0.1');
    let text = '';
    socket.on('data', (d) => (text += d.toString('latin1'))).on('error', () => {});
    const statuses = () => [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map((m) => Number(m[1]));
    for (const [i, bytes] of requests.entries()) {
      socket.write(bytes);
      await until(`answer ${i + 1}`, () => statuses().length > i || socket.destroyed);
    }
    socket.destroy();
    return statuses();
  }

  test('input_head_that_came_before_is_read_as_the_first_time', async () => {
    const before = near.chats().length;
    const asks = ['a', 'a longer text', 'a'].map((text) => body({ messages: user(text) }));
    const requests = asks.map((bytes) => chat(`content-length: ${bytes.length}\r\nx-sluice-route: local\r\n`, bytes));
    const other = requests[0].replace('x-sluice-route: local', 'x-sluice-route: other');
    assert.deepEqual(await statusesOf(...requests, other, ...requests), [200, 200, 200, 400, 200, 200, 200]);
    const texts = near.chats().slice(before).map((c) => c.json.messages.at(-1).content);
    assert.deepEqual(texts, ['a', 'a longer text', 'a', 'a', 'a longer text', 'a']);
  });

  for (const [name, bytes, status] of cases.filter(([, bytes]) => bytes.toString().startsWith('POST'))) {
    test(`input_head_${name}_is_${status}_also_after_good_ones`, async () => {
      const good = chat(`content-length: ${body().length}\r\n`, body());
      assert.deepEqual(await statusesOf(good, good, bytes), [200, 200, status]);
    });
  }

  test('input_pipelined_requests_are_answered_in_order', async () => {
    const r = await sendRaw(gateway.port, [Buffer.concat([post(CHAT, body({ model: 'nonsense' })), Buffer.from(get(''))]), 300], { keepOpen: true });
    assert.equal(r.status, 404);
    r.socket.destroy();
  });
});

test('input_gateway_still_serves_after_all_of_it', async () => {
  const r = await gateway.client().chat.completions.create({ model: 'local', messages: user('hello') });
  assert.equal(r.choices[0].message.content, near.answer.text);
});

test('input_rows_and_metrics_agree', async () => {
  const metrics = await gateway.metrics();
  const requests = metrics.sum('sluice_requests_total');
  const rows = await until('all rows', () => gateway.rows().length >= requests && gateway.rows());
  assert.equal(rows.length, requests);
  assert.equal(new Set(rows.map((row) => row.id)).size, rows.length);
});
