// Starts the gateway under test with a configuration, a ledger and a port of its own, and looks at what
// it leaves behind: answers, headers, ledger rows, metrics, log.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import OpenAI from 'openai';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const BIN = process.env.SLUICE_BIN ?? path.join(ROOT, 'build/sluice');
const SANITIZER = /ERROR: (Address|Leak|Thread)Sanitizer|runtime error:/;
const READY_MS = 60000;

// Keys are made here so that no literal in the tree looks like one.
export const PROVIDER_KEY = 'test-' + 'k'.repeat(20);
export const CARD = '4' + '1'.repeat(15);

export { sleep };

// Asks until `look` gives something true; its value, or a failure that says what was awaited.
export async function until(what, look, ms = 5000) {
  const end = performance.now() + ms;
  for (;;) {
    const value = await look();
    if (value) return value;
    if (performance.now() > end) assert.fail(`${what} did not happen within ${ms} ms`);
    await sleep(10);
  }
}

// ---------------------------------------------------------------- configuration

// Block YAML of maps, lists and scalars; strings are always quoted.
export function toYaml(value, indent = '') {
  if (Array.isArray(value)) {
    return value.map((item) => `${indent}- ${toYaml(item, indent + '  ').trimStart()}`).join('');
  }
  if (value === null || typeof value !== 'object') return `${indent}${JSON.stringify(value)}\n`;
  const lines = Object.entries(value).map(([key, v]) => {
    const nested = v !== null && typeof v === 'object';
    if (nested && Object.keys(v).length === 0) return '';
    return `${indent}${key}:${nested ? `\n${toYaml(v, indent + '  ')}` : ` ${JSON.stringify(v)}\n`}`;
  });
  return lines.join('');
}

// A frontier that is a simulated provider.
export function frontier(name, provider, extra = {}) {
  return {
    name,
    protocol: 'openai',
    url: provider.url,
    key_env: 'SIM_KEY',
    zone: 'us',
    models: provider.models,
    ...extra,
  };
}

// A local side that is a simulated provider.
export function localAt(provider, extra = {}) {
  return { url: provider.url, url_is_local: true, model: 'sim-local', ...extra };
}

// The built-in local model, unless a developer names another file.
export function localModel(extra = {}) {
  const model = process.env.SLUICE_E2E_MODEL;
  return { ...(model ? { model } : {}), ...extra };
}

// ---------------------------------------------------------------- the process

export async function freePort() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export function temporaryFolder() {
  return fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-e2e-'));
}

// Writes the configuration into `dir`; returns the file's name.
export function writeConfig(dir, config) {
  const file = path.join(dir, 'sluice.yaml');
  fs.writeFileSync(file, toYaml(config));
  return file;
}

export function environment(extra = {}) {
  const { SLUICE_CONFIG, ...rest } = process.env;
  return { ...rest, SIM_KEY: PROVIDER_KEY, NO_COLOR: '1', ...extra };
}

// Runs a command to its end: {status, stdout, stderr}.
export function run(args, options = {}) {
  const r = spawnSync(BIN, args, { encoding: 'utf8', timeout: 60000, maxBuffer: 64 << 20, ...options, env: environment(options.env) });
  if (r.error) throw r.error;
  assert.doesNotMatch(r.stderr, SANITIZER);
  return r;
}

// Like run, without blocking this process (for commands that ask a server that lives here).
export async function runAsync(args, options = {}) {
  const child = spawn(BIN, args, { env: environment(options.env), cwd: options.cwd });
  const out = { stdout: '', stderr: '' };
  child.stdout.on('data', (d) => (out.stdout += d));
  child.stderr.on('data', (d) => (out.stderr += d));
  child.stdin.end(options.input ?? '');
  out.status = await new Promise((resolve) => child.on('close', (code) => resolve(code)));
  assert.doesNotMatch(out.stderr, SANITIZER);
  return out;
}

// Returns when it is ready, and so is its local side unless `local` is false.
export async function startSluice({ config = {}, env = {}, local = config.local?.enabled !== false } = {}) {
  const dir = temporaryFolder();
  const port = await freePort();
  const ledger = path.join(dir, 'ledger.db');
  const file = writeConfig(dir, {
    ...config,
    listen: { address: `127.0.0.1:${port}`, workers: 1, ...config.listen },
    ledger: { path: ledger, ...config.ledger },
  });
  const child = spawn(BIN, ['serve', '-c', file], { env: environment(env), cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
  const gateway = new Gateway(child, { dir, port, ledger, file });
  try {
    await gateway.ready(local);
  } catch (e) {
    gateway.kill();
    throw e;
  }
  return gateway;
}

class Gateway {
  #output = '';
  #exit;

  constructor(child, places) {
    Object.assign(this, places);
    this.child = child;
    this.origin = `http://127.0.0.1:${this.port}`;
    this.url = `${this.origin}/v1`;
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (d) => (this.#output += d));
    this.#exit = new Promise((resolve) => {
      child.on('error', (e) => resolve({ error: e }));
      child.on('close', (code, signal) => resolve({ code, signal }));
    });
  }

  get pid() {
    return this.child.pid;
  }

  // Everything it wrote to stdout and stderr.
  log() {
    return this.#output;
  }

  exited() {
    return this.#exit;
  }

  // What /readyz says, with its status; null when nobody answers.
  async state() {
    try {
      const r = await fetch(`${this.origin}/readyz`);
      return { status: r.status, ...(await r.json()) };
    } catch {
      return null;
    }
  }

  async ready(withLocal) {
    let ended = false;
    const gone = this.#exit.then((how) => {
      ended = true;
      throw new Error(`the gateway ended: ${JSON.stringify(how)}\n${this.#output}`);
    });
    const isReady = async () => {
      if (ended) return true; // the other promise says why
      const state = await this.state();
      return state?.status === 200 && (!withLocal || state.local === 'ready');
    };
    gone.catch(() => {});
    await Promise.race([gone, until('readiness', isReady, READY_MS)]);
  }

  kill() {
    this.child.kill('SIGKILL');
  }

  // SIGTERM; a clean end is part of every test.
  async stop() {
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.kill(), 20000);
    const how = await this.#exit;
    clearTimeout(timer);
    assert.doesNotMatch(this.#output, SANITIZER);
    assert.deepEqual(how, { code: 0, signal: null }, this.#output.slice(-2000));
    fs.rmSync(this.dir, { recursive: true, force: true });
  }

  // The official client; it does not retry, so that one call is one request.
  client(options = {}) {
    return new OpenAI({ baseURL: this.url, apiKey: 'unused', maxRetries: 0, timeout: 60000, ...options });
  }

  chat(body, { headers = {}, signal } = {}) {
    return fetch(`${this.url}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
      signal,
    });
  }

  // ---- what it leaves behind

  rows() {
    const r = run(['ledger', 'export', '--db', this.ledger]);
    assert.equal(r.status, 0, r.stderr);
    return r.stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line));
  }

  // The one row of a request; rows are durable within a second.
  async row(id) {
    const found = await until(`the ledger row of ${id}`, () => {
      const rows = this.rows().filter((row) => row.id === id);
      return rows.length > 0 && rows;
    });
    assert.equal(found.length, 1);
    return found[0];
  }

  // The newest row, once there are `count`.
  async lastOf(count) {
    const rows = await until(`row ${count} of the ledger`, () => {
      const all = this.rows();
      return all.length >= count && all;
    });
    assert.equal(rows.length, count);
    return rows.at(-1);
  }

  async metrics() {
    const r = await fetch(`${this.origin}/metrics`);
    assert.equal(r.status, 200);
    return parseMetrics(await r.text());
  }
}

// What came of an answer, also when it was cut: a broken stream has no closing chunk, so text() would throw.
export async function readAll(response) {
  const parts = [];
  try {
    for await (const part of response.body) parts.push(part);
  } catch {
    // the end that never came
  }
  return Buffer.concat(parts).toString('utf8');
}

// ---------------------------------------------------------------- Prometheus text

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (-?(?:\d+(?:\.\d*)?(?:[eE][-+]?\d+)?)|[-+]?Inf|NaN)$/;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)",?/;

// Parses strictly; every sample must belong to a family that was declared. {samples, types, sum(name, labels)}
export function parseMetrics(text) {
  const types = new Map();
  const samples = [];
  assert.ok(text.endsWith('\n'), 'metrics end with a line feed');
  for (const line of text.split('\n').slice(0, -1)) {
    const declared = line.match(/^# TYPE (\S+) (counter|gauge|histogram|summary|untyped)$/);
    if (declared) {
      assert.ok(!types.has(declared[1]), `${declared[1]} is declared twice`);
      types.set(declared[1], declared[2]);
      continue;
    }
    if (line.startsWith('# HELP ') || line === '') continue;
    const m = line.match(SAMPLE);
    assert.ok(m, `not a sample: ${line}`);
    const family = types.has(m[1]) ? m[1] : m[1].replace(/_(bucket|sum|count)$/, '');
    assert.ok(types.has(family), `${m[1]} has no TYPE`);
    samples.push({ name: m[1], labels: parseLabels(m[2] ?? ''), value: Number(m[3].replace('Inf', 'Infinity')) });
  }
  const matches = (s, labels) => Object.entries(labels).every(([k, v]) => s.labels[k] === v);
  const sum = (name, labels = {}) =>
    samples.filter((s) => s.name === name && matches(s, labels)).reduce((total, s) => total + s.value, 0);
  return { samples, types, sum };
}

function parseLabels(text) {
  const labels = {};
  while (text) {
    const m = text.match(LABEL);
    assert.ok(m, `not a label: ${text}`);
    labels[m[1]] = m[2];
    text = text.slice(m[0].length);
  }
  return labels;
}

// ---------------------------------------------------------------- bytes on a socket

// Sends bytes (a string, a Buffer, or a list of them with pauses in ms between) and reads the first answer,
// or until the peer closes: {status, headers, body, json, closed}.
export async function sendRaw(port, what, { ms = 10000, keepOpen = false } = {}) {
  const socket = net.connect(port, '127.0.0.1');
  let bytes = Buffer.alloc(0);
  let closed = false;
  socket.on('data', (d) => (bytes = Buffer.concat([bytes, d])));
  socket.on('error', () => {});
  const end = new Promise((resolve) => socket.on('close', () => resolve((closed = true))));
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  for (const part of Array.isArray(what) ? what : [what]) {
    if (typeof part === 'number') await Promise.race([sleep(part), end]);
    else if (!socket.destroyed) socket.write(part);
  }
  const deadline = performance.now() + ms;
  while (!closed && !wholeAnswer(bytes) && performance.now() < deadline) await Promise.race([sleep(5), end]);
  if (!keepOpen) socket.destroy();
  return { ...readAnswer(bytes), closed, socket };
}

function wholeAnswer(bytes) {
  const head = bytes.indexOf('\r\n\r\n');
  if (head < 0) return false;
  const length = bytes.subarray(0, head).toString('latin1').match(/\r\ncontent-length: *(\d+)/i);
  return length ? bytes.length >= head + 4 + Number(length[1]) : false;
}

function readAnswer(bytes) {
  const head = bytes.indexOf('\r\n\r\n');
  if (head < 0) return { status: 0, headers: {}, body: bytes.toString('utf8') };
  const [first, ...lines] = bytes.subarray(0, head).toString('latin1').split('\r\n');
  const headers = {};
  for (const line of lines) headers[line.slice(0, line.indexOf(':')).toLowerCase()] = line.slice(line.indexOf(':') + 1).trim();
  const body = bytes.subarray(head + 4).toString('utf8');
  let json = null;
  try {
    json = JSON.parse(body);
  } catch {
    // not JSON: the test will say so
  }
  return { status: Number(first.split(' ')[1]), headers, body, json };
}

export function post(path, body, headers = {}) {
  const bytes = Buffer.from(body);
  const all = { host: 'gateway', 'content-type': 'application/json', 'content-length': bytes.length, ...headers };
  const lines = Object.entries(all).filter(([, v]) => v !== null).map(([k, v]) => `${k}: ${v}\r\n`);
  return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n`), bytes]);
}

// OpenAI's error object, whole.
export function assertError(json, code) {
  assert.deepEqual(Object.keys(json ?? {}), ['error']);
  assert.deepEqual(Object.keys(json.error).sort(), ['code', 'message', 'param', 'type']);
  assert.ok(json.error.message.length > 10, 'the message says something');
  assert.equal(typeof json.error.type, 'string');
  if (code) assert.equal(json.error.code, code);
}

// ---------------------------------------------------------------- prompts

export const ROUTINE =
  'Classify this support ticket as billing, technical or account. Answer with one word.\n\n' +
  'Ticket: I was charged twice for my subscription this month, please return one of the payments.';
export const HARD =
  'Prove rigorously that every bounded entire function is constant, then derive the fundamental theorem of ' +
  'algebra from it, and discuss how the argument changes for harmonic functions on R^n. Afterwards design a ' +
  'lock-free, linearizable resizable hash table in C11, prove its progress guarantee step by step, and analyse ' +
  'the memory ordering of every atomic operation under the C11 memory model.';

export function user(content) {
  return [{ role: 'user', content }];
}

// Processes whose parent is `pid`.
export function childrenOf(pid) {
  return fs
    .readdirSync(`/proc/${pid}/task`)
    .flatMap((task) => fs.readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' '))
    .filter(Boolean)
    .map(Number);
}

export function alive(pid) {
  try {
    return !/^State:\s+[ZX]/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
