// A simulated provider: speaks OpenAI chat completions and Anthropic Messages over plain HTTP/1.1, and
// misbehaves when told to. It keeps every byte that it received and the times at which connections
// opened and closed, so that a test can prove what left the gateway and how soon a cancel arrived.
//
// It stands on `net`, not on `http`: a server that lies about lengths and cuts answers has to write
// its own bytes.
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { RequestReader } from './reader.mjs';
import * as openai from './openai.mjs';
import * as anthropic from './anthropic.mjs';

// Behaviours by name: `provider.behave('cut')`, or a model name that ends in "!cut".
export const PRESETS = {
  redirect: { status: 307 }, // to wherever the test says: behave({ ...PRESETS.redirect, headers: { location } })
  throttle: { status: 429, headers: { 'retry-after': '1' } },
  spend: { status: 429, errorType: 'insufficient_quota' },
  error500: { status: 500 },
  error503: { status: 503 },
  overloaded: { status: 529 },
  slow: { delayMs: 2000 },
  trickle: { gapMs: 20 },
  paused: { stallAfter: 5 },
  cut: { cutAfter: 5 },
  cutEarly: { cutAfter: 0 },
  garbage: { garbageAfter: 5 },
  garbageEarly: { garbageAfter: 0 },
  inband: { errorAfter: 5 },
  inbandEarly: { errorAfter: 0 },
  noEnd: { noEnd: true }, // everything but [DONE] or message_stop
  shortEnd: { endAfter: 5 }, // a clean end of the body in mid-answer
  silent: { silent: true },
  bytewise: { chunkBytes: 1 },
  huge: { hugeBytes: 2_000_000 },
  lengthLong: { lengthOff: 50 },
  lengthShort: { lengthOff: -20 },
  usageLast: { usage: 'last' },
  usageTwice: { usage: 'repeated' },
  usageNone: { usage: 'none' },
};

// What an answer is made of unless the behaviour says otherwise.
const ANSWER = {
  text: 'The simulated provider answers with these few words, one after the other.',
  usage: 'own', // in a chunk of its own | 'last': with the finish reason | 'repeated': in every chunk | 'none'
  tokens: { input: 42, output: 13, cached: 8, cacheWrite: 0, reasoning: 0 }, // also cacheWriteHour (of cacheWrite), serviceTier
};

export class Provider {
  #server;
  #sockets = new Set();
  #queue = [];
  #standing = {};

  // Options: key (demanded on every POST; null = none), name (only for messages of tests), answer.
  static async start(options = {}) {
    const p = new Provider();
    p.key = options.key ?? null;
    p.name = options.name ?? 'provider';
    p.answer = { ...ANSWER, ...options.answer };
    p.models = options.models ?? ['sim-large', 'sim-small'];
    p.reset();
    p.#server = net.createServer({ noDelay: true }, (socket) => p.#accept(socket));
    p.#server.unref(); // a test that failed to stop it still ends
    await new Promise((resolve) => p.#server.listen(options.port ?? 0, '127.0.0.1', resolve));
    p.port = p.#server.address().port;
    p.origin = `http://127.0.0.1:${p.port}`;
    p.url = `${p.origin}/v1`;
    return p;
  }

  // Forgets what it received and how it was told to behave.
  reset() {
    this.received = []; // Buffers, in order
    this.requests = []; // {method, path, headers, body: Buffer, json, at, answered, closedAt}
    this.connections = []; // {openedAt, closedAt, bytes}
    this.#queue = [];
    this.#standing = {};
  }

  // Each argument (a preset's name or an object) serves one request, in order; afterwards it behaves well.
  behaveNext(...behaviours) {
    this.#queue.push(...behaviours.map(preset));
  }

  // From now on, for every request.
  behave(behaviour) {
    this.#standing = preset(behaviour);
  }

  bytes() {
    return Buffer.concat(this.received);
  }

  // The chat requests, without the probes (GET) of a supervisor.
  chats() {
    return this.requests.filter((r) => r.method === 'POST');
  }

  openConnections() {
    return this.connections.filter((c) => c.closedAt === null).length;
  }

  async stop() {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(socket) {
    const connection = { openedAt: performance.now(), closedAt: null, bytes: 0 };
    const reader = new RequestReader();
    let turn = Promise.resolve();
    this.connections.push(connection);
    this.#sockets.add(socket);
    socket.unref();
    socket.on('data', (bytes) => {
      connection.bytes += bytes.length;
      this.received.push(bytes);
      let requests;
      try {
        requests = reader.feed(bytes);
      } catch {
        socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
        return;
      }
      for (const request of requests) turn = turn.then(() => this.#serve(socket, connection, request));
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      connection.closedAt = performance.now();
      this.#sockets.delete(socket);
    });
  }

  async #serve(socket, connection, request) {
    const record = { ...request, at: performance.now(), answered: false, connection };
    record.json = parseJson(request.body);
    this.requests.push(record);
    try {
      await this.#answer(socket, record);
      record.answered = true;
    } catch (e) {
      if (!(e instanceof Gone)) throw e;
    }
  }

  async #answer(socket, request) {
    const path = request.path.split('?')[0];
    const out = new Writer(socket);
    if (request.method === 'GET') return out.head(...this.#page(path));
    const protocol = path.endsWith('/messages') ? anthropic : openai;
    if (!path.endsWith('/messages') && !path.endsWith('/chat/completions')) {
      return out.json(404, openai.error(404, 'not_found_error', `Unknown path ${path}`));
    }
    if (this.key !== null && protocol.keyOf(request.headers) !== this.key) {
      return out.json(401, protocol.error(401, null, 'Incorrect API key provided.'));
    }
    if (!request.json || typeof request.json !== 'object') {
      return out.json(400, protocol.error(400, null, 'We could not parse the JSON body of your request.'));
    }
    const how = { ...this.answer, ...this.#standing, ...this.#byModel(request.json), ...this.#queue.shift() };
    return this.#perform(out, protocol, request, how);
  }

  #byModel(json) {
    const name = String(json.model ?? '').split('!')[1];
    return name ? preset(name) : {};
  }

  #page(path) {
    if (path === '/health' || path === '/v1/health') return [200, {}, '{"status":"ok"}'];
    if (path === '/v1/models') return [200, {}, JSON.stringify(openai.modelList(this.models))];
    return [404, {}, JSON.stringify(openai.error(404, 'not_found_error', 'Unknown path'))];
  }

  async #perform(out, protocol, request, how) {
    out.chunkBytes = how.chunkBytes;
    if (how.silent) return out.untilClosed();
    if (how.headDelayMs) await out.wait(how.headDelayMs);
    if (how.status && how.status !== 200) {
      return out.json(how.status, protocol.error(how.status, how.errorType, how.message), how.headers);
    }
    const id = { 'x-request-id': `req_sim_${this.requests.length}`, ...how.headers };
    if (!request.json.stream) {
      if (how.delayMs) await out.wait(how.delayMs);
      if (how.cutAfter !== undefined) return out.cutBody(id, JSON.stringify(protocol.body(request.json, how)));
      const text = how.garbageAfter === undefined ? JSON.stringify(protocol.body(request.json, how)) : '{"choices": [nonsense';
      return out.head(200, id, text, how.lengthOff ?? 0);
    }
    return this.#stream(out, protocol, request.json, how, id);
  }

  async #stream(out, protocol, json, how, headers) {
    await out.streamHead(headers);
    if (how.delayMs) await out.wait(how.delayMs);
    let index = 0;
    for (const event of protocol.events(json, how)) {
      if (index === how.cutAfter) return out.cut();
      if (index === how.endAfter) break;
      if (index === how.stallAfter) return out.untilClosed();
      if (index === how.garbageAfter) await out.event('data: {"choices": [nonsense\n\n');
      if (index === how.errorAfter) {
        await out.event(protocol.errorEvent(how.errorType));
        return out.streamEnd();
      }
      if (how.noEnd && event.end) break;
      if (index > 0 && how.gapMs) await out.wait(how.gapMs);
      await out.event(event.text);
      index++;
    }
    return out.streamEnd();
  }
}

class Gone extends Error {}

// Writes HTTP to one socket; throws Gone once the peer has left.
class Writer {
  constructor(socket) {
    this.socket = socket;
    this.gone = new Promise((_, reject) => {
      if (socket.destroyed) reject(new Gone());
      socket.once('close', () => reject(new Gone()));
    });
    this.gone.catch(() => {});
  }

  async write(text) {
    if (this.socket.destroyed) throw new Gone();
    const bytes = Buffer.from(text);
    const step = this.chunkBytes ?? bytes.length;
    for (let at = 0; at < bytes.length; at += step) {
      if (this.socket.destroyed) throw new Gone();
      const room = this.socket.write(bytes.subarray(at, at + step));
      if (!room) await Promise.race([new Promise((resolve) => this.socket.once('drain', resolve)), this.gone]);
      if (this.chunkBytes) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async head(status, headers, body, lengthOff = 0) {
    const bytes = Buffer.from(body);
    const lines = { 'content-type': 'application/json', ...headers, 'content-length': bytes.length + lengthOff };
    await this.write(`HTTP/1.1 ${status} Simulated\r\n${headerText(lines)}\r\n`);
    await this.write(bytes);
    if (lengthOff) this.socket.end(); // the promise of the length is broken
  }

  json(status, object, headers) {
    return this.head(status, headers, JSON.stringify(object));
  }

  async cutBody(headers, body) {
    const bytes = Buffer.from(body);
    const lines = { 'content-type': 'application/json', ...headers, 'content-length': bytes.length };
    await this.write(`HTTP/1.1 200 Simulated\r\n${headerText(lines)}\r\n`);
    await this.write(bytes.subarray(0, bytes.length >> 1));
    return this.cut();
  }

  async streamHead(headers) {
    const lines = { 'content-type': 'text/event-stream', 'transfer-encoding': 'chunked', ...headers };
    await this.write(`HTTP/1.1 200 Simulated\r\n${headerText(lines)}\r\n`);
  }

  async event(text) {
    await this.write(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`);
  }

  async streamEnd() {
    await this.write('0\r\n\r\n');
  }

  // Ends the connection in mid-answer, after what was written has gone.
  async cut() {
    await sleep(5);
    this.socket.destroy();
    throw new Gone();
  }

  wait(ms) {
    const stop = new AbortController();
    const timer = sleep(ms, undefined, { signal: stop.signal });
    timer.catch(() => {});
    return Promise.race([timer, this.gone]).finally(() => stop.abort());
  }

  untilClosed() {
    return this.gone;
  }
}

function headerText(headers) {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
}

function preset(behaviour) {
  if (typeof behaviour !== 'string') return behaviour ?? {};
  if (!Object.hasOwn(PRESETS, behaviour)) throw new Error(`no behaviour is called ${behaviour}`);
  return PRESETS[behaviour];
}

function parseJson(bytes) {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
}
