// More than 200 broken logs, made here: each ends in a clear error or in counted bad rows, never in a crash and never in
// sums that are wrong. Under AddressSanitizer when that binary is built.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { BIN, environment, run, runAsync, temporaryFolder } from './helper.mjs';

let dir;
before(() => { dir = temporaryFolder(); });
after(() => fs.rmSync(dir, { recursive: true, force: true }));

const HEAD = 'time,model,input_tokens,output_tokens,cost_usd,latency_ms,status';
const GOOD = '2026-01-31T12:00:00Z,gpt-5.2,100,50,0.001,900,200';
const GOOD_JSON = { time: '2026-01-31T12:00:00Z', model: 'gpt-5.2', input_tokens: 100, output_tokens: 50, cost_usd: 0.001, latency_ms: 900 };

const cases = [];
// fails: exit 1, and the message says it. `bad` of `rows`: exit 0, so many bad and good rows; the first bad one at `line`.
const fails = (name, bytes, says, extra = {}) => cases.push({ name, bytes, exit: 1, says, ...extra });
const counts = (name, bytes, rows, bad, says, line, extra = {}) => cases.push({ name, bytes, exit: 0, rows, bad, says, line, ...extra });
const csv = (...lines) => [HEAD, ...lines].join('\n') + '\n';
const bytes = (...parts) => Buffer.concat(parts.map((p) => (typeof p === 'string' ? Buffer.from(p) : Buffer.from(p))));

// ---------------------------------------------------------------- values

const NUMBERS = { word: 'many', nan: 'NaN', infinity: 'inf', minus_infinity: '-Infinity', huge: '1e308', huge_negative: '-1e308', hex: '0x10',
  comma: '"1,5"', two_points: '1.2.3', inner_space: '1 000', exponent: '1e', unit: '5ms', formula: '=1+1', full_width: '\uff11',
  nul: '1\0', control: '\x01', percent: '5%', quote: '"5""x"', apostrophe: "'5", trillion: '99999999999999999999' };
const COLUMNS = { input_tokens: 2, output_tokens: 3, cost_usd: 4, latency_ms: 5 };
for (const [field, at] of Object.entries(COLUMNS)) {
  for (const [name, value] of Object.entries(NUMBERS)) {
    const cells = GOOD.split(',');
    cells[at] = value;
    counts(`${field}_${name}`, csv(GOOD, cells.join(','), GOOD), 2, 1, new RegExp(field.replace(/_ms$/, '')), 3);
  }
  const cells = GOOD.split(',');
  cells[at] = '-1';
  counts(`${field}_negative`, csv(GOOD, cells.join(',')), 1, 1, /negative/, 3);
}
for (const fraction of ['0.5', '1e-3']) {
  counts(`tokens_fraction_${fraction}`, csv(GOOD, GOOD.replace(',100,', `,${fraction},`)), 1, 1, /input_tokens/, 3);
}
const TIMES = { word: 'yesterday', day_first: '31/01/2026', american: '01/31/2026', month_13: '2026-13-01', day_32: '2026-01-32', no_leap: '2025-02-29',
  hour_25: '2026-01-31T25:00:00Z', minute_60: '2026-01-31T12:60:00Z', second_61: '2026-01-31T12:00:61Z', zone_name: '2026-01-31 12:00:00 CET',
  zone_wide: '2026-01-31T12:00:00+25:00', cut: '2026-01-31T12', two_digits: '26-01-31', future: '2099-01-01', epoch_zero: '0', negative: '-86400',
  before_models: '1999-12-31', far: '9999-12-31T23:59:59Z', huge: '1e40', nan: 'NaN', nul: '2026-01-31\0' };
for (const [name, value] of Object.entries(TIMES)) {
  counts(`time_${name}`, csv(GOOD, GOOD.replace('2026-01-31T12:00:00Z', value)), 1, 1, /time/, 3);
}
for (const [name, value] of Object.entries({ leap: '2016-12-31T23:59:60Z', midnight: '2026-01-30T24:00:00', offset: '2026-01-31T12:00:00+05:30', offset_short: '2026-01-31 12:00:00-08',
  millis: '1769860800000', micros: '1769860800000000', nanos: '1769860800000000000', seconds: '1769860800.25', spaces: '  2026-01-31  ', empty: '', null: 'NULL' })) {
  counts(`time_${name}_is_read`, csv(GOOD, GOOD.replace('2026-01-31T12:00:00Z', value)), 2, 0);
}
for (const [name, value] of Object.entries({ cut_utf8: [0x67, 0xc3], lone_byte: [0xff], overlong: [0xc0, 0xaf], surrogate: [0xed, 0xa0, 0x80], latin1: [0x67, 0xe9, 0x68], past_unicode: [0xf4, 0x90, 0x80, 0x80] })) {
  counts(`model_${name}`, bytes(HEAD, '\n', GOOD, '\n2026-01-31,', value, ',1,2,0,1,200\n'), 1, 1, /UTF-8/, 3);
}
counts('model_nul', csv(GOOD, '2026-01-31,g\0h,1,2,0,1,200'), 1, 1, /control/, 3);
counts('model_break', csv(GOOD, '2026-01-31,"g\nh",1,2,0,1,200', GOOD), 2, 1, /control/, 3);
counts('model_long', csv(GOOD, `2026-01-31,${'m'.repeat(300)},1,2,0,1,200`), 1, 1, /255 bytes/, 3);
counts('status_1000', csv(GOOD, GOOD.replace(/200$/, '1000')), 1, 1, /status/, 3);
counts('nothing_told', csv(GOOD, '2026-01-31,gpt-5.2,,,,,'), 1, 1, /neither tokens nor a cost/, 3);
counts('cached_more_than_input', 'input_tokens,output_tokens,cached_tokens\n1,2,5\n9,9,9\n', 1, 1, /more tokens from and to the cache/, 2);
counts('reasoning_more_than_output', 'input_tokens,output_tokens,reasoning_tokens\n1,2,5\n9,9,9\n', 1, 1, /reasoning/, 2);
counts('end_before_begin', 'time,end_time,input_tokens,output_tokens\n2026-01-31T12:00:00,2026-01-31T11:00:00,1,1\n2026-01-31,2026-01-31,1,1\n', 1, 1, /end lies before/, 2);
counts('currency_digits', 'input_tokens,output_tokens,cost_usd,currency\n1,2,3,123\n1,2,3,EUR\n1,2,3,usd\n', 2, 1, /currency/, 2);
counts('score_word', 'input_tokens,output_tokens,score\n1,2,high\n1,2,0.5\n', 1, 1, /score/, 2);
counts('sensitive_word', 'input_tokens,output_tokens,sensitive\n1,2,maybe\n1,2,true\n', 1, 1, /sensitive/, 2);

// ---------------------------------------------------------------- the shape of a CSV

fails('empty', '', /is empty/);
fails('white_space', ' \n \t\n\n', /white space/);
fails('only_header', HEAD + '\n', /no entry/);
fails('only_header_without_end', HEAD, /no entry/);
fails('no_header', `${GOOD}\n${GOOD}\n`, /no known format/);
fails('unknown_columns', 'a,b,c\n1,2,3\n', /no known format \(columns: a, b, c\).*--map/);
fails('one_column', 'hello\nworld\n', /no known format/);
fails('columns_missing', 'time,model,input_tokens\n2026-01-31,m,1\n', /no known format/);
fails('header_twice', 'time,input_tokens,output_tokens,input_tokens\n2026-01-31,1,2,3\n', /'input_tokens' is there twice/);
fails('header_twice_in_other_case', 'time,input_tokens,output_tokens,Input_Tokens\n2026-01-31,1,2,3\n', /there twice/);
counts('unused_header_twice', 'x,input_tokens,output_tokens,x\na,1,2,b\n', 1, 0);
fails('header_quote_open', '"time,model,input_tokens,output_tokens\n2026-01-31,m,1,2\n', /header line.*quote/);
fails('header_with_nul', 'time,mo\0del,input_tokens,output_tokens\n', /NUL/);
fails('header_of_2000_columns', 'c,'.repeat(2000) + 'd\n', /header line.*1024 columns/);
fails('header_of_a_megabyte', 'input_tokens,output_tokens,' + 'x'.repeat(1 << 20) + '\n1,2,3\n', /header line has more than/);
fails('all_rows_bad', csv('x', 'y,z'), /no entry could be used.*:2: 1 columns/);
counts('too_few_columns', csv(GOOD, '2026-01-31,m,1', GOOD), 2, 1, /3 columns, and the header has 7/, 3);
counts('too_many_columns', csv(GOOD, GOOD + ',x', GOOD), 2, 1, /8 columns/, 3);
counts('row_of_5000_columns', csv(GOOD, ','.repeat(5000), GOOD), 2, 1, /1024 columns/, 3);
counts('header_again_in_the_middle', csv(GOOD, HEAD, GOOD), 2, 1, /time/, 3);
counts('other_separator_in_a_row', csv(GOOD, GOOD.replaceAll(',', ';'), GOOD), 2, 1, /1 columns/, 3);
counts('blank_lines', csv('', GOOD, '', '', GOOD, ''), 2, 0);
counts('no_end_of_line', `${HEAD}\n${GOOD}`, 1, 0);
counts('cut_in_the_last_row', csv(GOOD, GOOD).slice(0, -20), 1, 1, /columns/, 3);
for (const [name, sep] of Object.entries({ semicolon: ';', tab: '\t', pipe: '|' })) {
  counts(`separator_${name}_is_read`, csv(GOOD, GOOD).replaceAll(',', sep), 2, 0);
}
counts('separator_semicolon_decimal_comma', csv(GOOD, GOOD.replace('0.001', '0.002')).replaceAll(',', ';').replace('0.002', '0,002'), 1, 1, /cost_usd/, 3);
counts('crlf', csv(GOOD, GOOD).replaceAll('\n', '\r\n'), 2, 0);
counts('crlf_and_lf', `${HEAD}\r\n${GOOD}\n${GOOD}\r\n`, 2, 0);
fails('cr_only', csv(GOOD, GOOD).replaceAll('\n', '\r'), /CR only.*tr/);
counts('bom', '\ufeff' + csv(GOOD), 1, 0);
fails('bom_alone', '\ufeff', /white space|empty/);
counts('bom_and_quotes', '\ufeff"time","model","input_tokens","output_tokens"\n"2026-01-31","m","1","2"\n', 1, 0);
counts('quoted_everything', csv(GOOD).replace(/[^,\n]+/g, '"$&"'), 1, 0);
counts('quote_never_closed', csv(GOOD, '2026-01-31,"m,1,2,0,1,200', GOOD, GOOD), 3, 1, /quote is opened/, 3);
counts('quote_never_closed_at_end', csv(GOOD, GOOD, '2026-01-31,"m'), 2, 1, /quote is opened/, 4);
counts('quote_behind_text', csv(GOOD, GOOD.replace('gpt-5.2', 'gpt"5"')), 2, 0);
counts('text_behind_quote', csv(GOOD, GOOD.replace('gpt-5.2', '"gpt"5'), GOOD), 2, 1, /behind a closing quote/, 3);
counts('quotes_crossed', csv(GOOD, '2026-01-31,"a","b"c,1', '2026-01-31,"d",1,2,0,1,200', GOOD), 3, 1, /closing quote/, 3);
counts('backslash_escapes', csv(GOOD, GOOD.replace('gpt-5.2', '"g\\"pt"'), GOOD), 2, 1, /closing quote/, 3);
counts('line_breaks_in_quotes', 'input_tokens,output_tokens,prompt\n1,2,"a\nb\n\nc"\nx,2,"d"\n', 1, 1, /input_tokens/, 6);
counts('nul_bytes_far_in', csv(...Array(500).fill(GOOD), '\0\0\0\0', GOOD), 501, 1, /1 columns/, 502);
counts('binary_in_the_middle', bytes(csv(...Array(100).fill(GOOD)), [1, 2, 0xff, 0, 0xfe, 10], GOOD, '\n'), 101, 1, /columns/, 102);
counts('long_line', csv(GOOD, 'x'.repeat(9 << 20), GOOD), 2, 1, /a line of more than/, 3);
counts('long_quoted_record', csv(GOOD, '2026-01-31,"' + ('x'.repeat(1000) + '\n').repeat(9000), GOOD), 2, 1, /record of more than.*quote missing/, 3, { manyMore: true });
fails('utf16_le', bytes([0xff, 0xfe], Buffer.from(csv(GOOD), 'utf16le')), /UTF-16.*iconv/);
fails('utf16_be', bytes([0xfe, 0xff], Buffer.from(csv(GOOD), 'utf16le').swap16()), /UTF-16.*iconv/);
fails('utf16_without_bom', Buffer.from(csv(GOOD), 'utf16le'), /UTF-16.*iconv/);
fails('utf32', bytes([0xff, 0xfe, 0, 0], ...[...csv(GOOD)].map((c) => [c.charCodeAt(0), 0, 0, 0])), /UTF-16 or UTF-32/);
fails('html', '<!doctype html>\n<html><body>502 Bad Gateway</body></html>\n', /HTML/);
fails('xml', '<?xml version="1.0"?>\n<usage/>\n', /XML/);
fails('png', bytes([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13]), /NUL/);
fails('random_bytes', Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919 + (i >> 3) * 31) % 251 + 1)), /./);

// ---------------------------------------------------------------- JSON

const line = JSON.stringify(GOOD_JSON);
const without = (key) => { const { [key]: _, ...rest } = GOOD_JSON; return rest; };
const BROKEN_LINES = { cut: line.slice(0, -5), single_quotes: line.replaceAll('"', "'"), trailing_comma: line.replace('}', ',}'), no_quotes: '{time:1}', bare_word: 'hello', number: '42',
  string: '"text"', true_alone: 'true', null_alone: 'null', array: '[1,2]', two_colons: '{"a"::1}', control: '{"a":"\x01"}', bad_escape: '{"a":"\\x"}', lone_quote: '{"a":"}',
  nan: '{"input_tokens":NaN}', infinity: '{"input_tokens":Infinity}', leading_zero: '{"input_tokens":01}', plus: '{"input_tokens":+1}', comment: '{"a":1} // x', two_values: `${line} ${line}`,
  deep: '{"a":'.repeat(200) + '1' + '}'.repeat(200), empty_object: '{}', nul: '{"a":\0}' };
for (const [name, text] of Object.entries(BROKEN_LINES)) {
  counts(`jsonl_${name}`, `${line}\n${line}\n${text}\n${line}\n`, 3, name === 'array' ? 2 : 1, /./, 3);
}
for (const [name, tail] of Object.entries({ cut_utf8: [0xc3], lone_byte: [0x80], overlong: [0xc0, 0xaf] })) {
  counts(`jsonl_${name}`, bytes(`${line}\n{"model":"`, tail, `","input_tokens":1}\n${line}\n`), 2, 1, /UTF-8/, 2);
}
const WRONG = { text_tokens: ['input_tokens', 'ten'], object_tokens: ['input_tokens', { a: 1 }], list_tokens: ['input_tokens', [1]], negative_tokens: ['input_tokens', -1],
  fraction_tokens: ['input_tokens', 1.5], bool_tokens: ['input_tokens', true], huge_cost: ['cost_usd', 1e308], text_cost: ['cost_usd', 'free'], object_cost: ['cost_usd', {}],
  list_model: ['model', ['m']], object_model: ['model', { a: 'm' }], long_model: ['model', 'm'.repeat(300)], escaped_model: ['model', 'a\nb'], list_time: ['time', [1]], future: ['time', 4102444800],
  bool_time: ['time', true], negative_latency: ['latency_ms', -5], text_latency: ['latency_ms', 'slow'], long_text: ['time', '"'.repeat(2000)] };
for (const [name, [key, value]] of Object.entries(WRONG)) {
  counts(`jsonl_${name}`, `${line}\n${JSON.stringify({ ...GOOD_JSON, [key]: value })}\n`, 1, 1, new RegExp(key.replace(/_ms$/, '')), 2);
}
for (const key of ['time', 'model', 'cost_usd', 'latency_ms', 'input_tokens']) counts(`jsonl_without_${key}`, `${line}\n${JSON.stringify(without(key))}\n`, 2, 0);
counts('jsonl_nulls', `${line}\n${JSON.stringify(Object.fromEntries(Object.keys(GOOD_JSON).map((k) => [k, null])))}\n`, 1, 1, /neither tokens/, 2);
counts('jsonl_key_twice', `${line}\n${line.replace('"time"', '"input_tokens":7,"time"')}\n`, 2, 0);
counts('jsonl_other_schema', `${line}\n{"event":"click","at":1}\n{"spend":1,"prompt_tokens":5,"startTime":"x"}\n${line}\n`, 3, 1, /neither/, 2);
counts('jsonl_crlf_and_blank', `${line}\r\n\r\n\n${line}\r\n`, 2, 0);
counts('jsonl_bom', `\ufeff${line}\n`, 1, 0);
counts('jsonl_no_end', `${line}\n${line}`, 2, 0);
counts('jsonl_long_line', `${line}\n{"a":"${'x'.repeat(9 << 20)}"}\n${line}\n`, 2, 1, /line of more than/, 2);
counts('jsonl_first_line_broken', `{"time":\n${line}\n${line}\n${line}\n`, 3, 1, /not valid JSON/, 1);
counts('jsonl_too_many_values', `${line}\n{"a":[${'1,'.repeat(300000)}1]}\n`, 1, 1, /too many values/, 2);
fails('json_unknown', '{"a":1,"b":2}\n', /no known format \(keys: a, b\).*--map/);
fails('json_array_empty', '[]', /no entry/);
fails('json_object_empty', '{}', /no known format/);
fails('json_page_empty', '{"object":"page","data":[],"has_more":false}', /no entry/);
fails('json_error_page', '{"error":{"message":"Incorrect API key","type":"invalid_request_error"}}', /no known format \(keys: error\)/);
fails('json_array_of_numbers', '[1,2,3]', /object is expected|no entry/);
fails('json_open_bracket', '[', /ends in the middle/);
fails('json_open_brace', '{', /ends in the middle/);
counts('json_array_cut', `[${line},\n${line},\n${line.slice(0, 40)}`, 2, 1, /ends in the middle/, 3);
counts('json_array_cut_between', `[${line},\n${line},\n`, 2, 1, /ends in the middle/, 3);
counts('json_array_element_broken', `[${line},\n{"time":tomorrow},\n${line}]`, 2, 1, /not valid JSON/, 2);
counts('json_array_word_between', `[${line},\nhello\n${line}]`, 2, 1, /object is expected/, 2);
counts('json_array_no_comma', `[${line} ${line}]`, 2, 0);
counts('json_page_cut', `{"data":[${line},${line}],"meta":{"x":`, 2, 1, /ends in the middle/, 1);
counts('json_two_arrays', `[${line}]\n[${line}]`, 2, 0);
counts('json_closed_too_often', `[${line}]]]\n${line}`, 2, 1, /object is expected/, 1);
counts('json_bucket_without_results', `{"data":[{"start_time":1769817600,"results":[{"input_tokens":1,"output_tokens":2,"num_model_requests":1}]},{"start_time":1769817600,"results":null}]}`, 1, 1, /neither/, 1);
counts('json_bucket_of_strings', `{"data":[{"start_time":1769817600,"results":[{"input_tokens":1,"output_tokens":2,"num_model_requests":1},"x"]}]}`, 1, 1, /no JSON object/, 1);
fails('json_array_long_element', `[${line},{"a":"${'x'.repeat(17 << 20)}"}]`, /JSON value of more than/);

// ---------------------------------------------------------------- packed

const gz = zlib.gzipSync(csv(...Array(2000).fill(GOOD)));
const zst = (data) => (zlib.zstdCompressSync ? zlib.zstdCompressSync(data) : null);
const packed = zst(Buffer.from(csv(...Array(2000).fill(GOOD))));
const spoil = (data, at) => { const b = Buffer.from(data); b[at < 0 ? b.length + at : at] ^= 0x55; return b; };
counts('gzip', gz, 2000, 0);
counts('gzip_under_another_name', gz, 2000, 0, undefined, undefined, { file: 'log.txt' });
counts('csv_named_gz', csv(GOOD), 1, 0, undefined, undefined, { file: 'log.csv.gz' });
counts('csv_named_json', csv(GOOD), 1, 0, undefined, undefined, { file: 'log.json' });
counts('jsonl_named_csv', `${line}\n`, 1, 0, undefined, undefined, { file: 'log.csv' });
counts('gzip_of_two_members', Buffer.concat([zlib.gzipSync(csv(GOOD)), zlib.gzipSync(GOOD + '\n')]), 2, 0);
counts('gzip_with_padding', Buffer.concat([gz, Buffer.alloc(512)]), 2000, 0);
for (const cut of [1, 4, 8, 20, 100]) fails(`gzip_cut_by_${cut}`, gz.subarray(0, gz.length - cut), /gzip: truncated/);
fails('gzip_header_alone', gz.subarray(0, 10), /truncated/);
fails('gzip_two_bytes', gz.subarray(0, 2), /truncated/);
fails('gzip_check_sum_wrong', spoil(gz, -6), /gzip: damaged/);
fails('gzip_length_wrong', spoil(gz, -2), /gzip: damaged/);
fails('gzip_method_wrong', spoil(gz, 2), /gzip: damaged/);
fails('gzip_middle_wrong', spoil(gz, gz.length >> 1), /gzip: |no known|columns/);
fails('gzip_garbage_behind', Buffer.concat([gz, Buffer.from('garbage')]), /gzip: (damaged|truncated)/);
fails('gzip_twice', zlib.gzipSync(gz), /packed twice/);
fails('gzip_of_nothing', zlib.gzipSync(''), /is empty/);
fails('gzip_of_utf16', zlib.gzipSync(Buffer.from('\ufeff' + csv(GOOD), 'utf16le')), /UTF-16/);
fails('gzip_of_sqlite', zlib.gzipSync(Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(100)])), /NUL|UTF-16/);
fails('zip', bytes('PK\x03\x04', Buffer.alloc(40)), /packed in a way that is not read/);
fails('xz', bytes([0xfd], '7zXZ', [0, 0, 4]), /packed in a way/);
fails('bzip2', 'BZh91AY&SY', /packed in a way/);
fails('zstd_header_alone', [0x28, 0xb5, 0x2f, 0xfd], /zstd: truncated/);
fails('zstd_garbage', bytes([0x28, 0xb5, 0x2f, 0xfd], 'garbage garbage'), /zstd: /);
if (packed) {
  counts('zstd', packed, 2000, 0);
  for (const cut of [1, 5, 50]) fails(`zstd_cut_by_${cut}`, packed.subarray(0, packed.length - cut), /zstd: truncated/);
  fails('zstd_middle_wrong', spoil(packed, packed.length >> 1), /zstd: |columns|no known/);
  fails('zstd_of_gzip', zst(gz), /packed twice/);
}
fails('sqlite_header_alone', 'SQLite format 3\0', /./);
fails('sqlite_garbage', bytes('SQLite format 3\0', Buffer.alloc(4096, 7)), /./);

test(`malformed_there_are_at_least_200 (${cases.length})`, () => assert.ok(cases.length >= 200));

for (const c of cases) {
  test(`malformed_${c.name}`, async () => {
    const file = path.join(dir, c.file ?? `${c.name}.log`);
    fs.writeFileSync(file, typeof c.bytes === 'string' ? c.bytes : Buffer.from(c.bytes));
    const r = await runAsync(['audit', file, '--json']);
    fs.rmSync(file);
    assert.equal(r.status, c.exit, r.stderr + r.stdout.slice(0, 300));
    if (c.exit === 1) {
      assert.ok(r.stderr.includes(path.basename(file)), r.stderr);
      assert.match(r.stderr, c.says);
      assert.equal(r.stdout, '');
      return;
    }
    const report = JSON.parse(r.stdout);
    assert.equal(report.rows, c.rows);
    if (c.manyMore) assert.ok(report.bad_rows >= c.bad);
    else assert.equal(report.bad_rows, c.bad, JSON.stringify(report.bad));
    if (!c.bad) return;
    assert.match(report.bad[0].why, c.says);
    assert.equal(report.bad[0].line, c.line);
    assert.equal(report.bad[0].file, file);
  });
}

test('malformed_files_that_cannot_be_opened', () => {
  for (const [args, says] of [[['/nonexistent/x.csv'], /No such file/], [[dir], /directory/]]) {
    const r = run(['audit', ...args]);
    assert.equal(r.status, 1);
    assert.match(r.stderr, says);
  }
  assert.equal(run(['audit']).status, 2);
});

// A gigabyte without an end of line, from a pipe: refused in constant memory.
test('malformed_a_line_of_a_gigabyte', async () => {
  const child = spawn(BIN, ['audit', '-', '--json'], { env: environment() });
  const piece = Buffer.alloc(1 << 20, 'x');
  let [out, err, peak] = ['', '', 0];
  child.stdout.on('data', (d) => (out += d));
  child.stderr.on('data', (d) => (err += d));
  child.stdin.on('error', () => {});
  const ended = new Promise((resolve) => child.on('close', resolve));
  child.stdin.write(csv(GOOD));
  for (let i = 0; i < 1024 && child.exitCode === null; i++) {
    if (!child.stdin.write(piece)) await Promise.race([new Promise((resolve) => child.stdin.once('drain', resolve)), ended]);
    if (i % 64 === 0) peak = Math.max(peak, Number(/VmHWM:\s*(\d+)/.exec(fs.readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0));
  }
  child.stdin.end();
  assert.equal(await ended, 0, err);
  const report = JSON.parse(out);
  assert.equal(report.rows, 1);
  assert.match(report.bad[0].why, /a line of more than/);
  if (!BIN.includes('address')) assert.ok(peak < 64 * 1024, `${peak} kB`);
});
