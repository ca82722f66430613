// Reads HTTP/1.1 requests out of a byte stream: heads, Content-Length and chunked bodies, pipelining.
// Only for well-formed input of the gateway under test; anything else throws.

const END = Buffer.from('\r\n\r\n');

export class RequestReader {
  #bytes = Buffer.alloc(0);

  // Returns the requests that are now complete.
  feed(bytes) {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    const done = [];
    for (let request = this.#next(); request; request = this.#next()) done.push(request);
    return done;
  }

  #next() {
    const headEnd = this.#bytes.indexOf(END);
    if (headEnd < 0) return null;
    const [first, ...lines] = this.#bytes.subarray(0, headEnd).toString('latin1').split('\r\n');
    const [method, path, version] = first.split(' ');
    if (!version?.startsWith('HTTP/1.')) throw new Error('not HTTP/1.x');
    const headers = {};
    for (const line of lines) {
      const colon = line.indexOf(':');
      const name = line.slice(0, colon).toLowerCase();
      if (name in headers) throw new Error(`header ${name} comes twice`);
      headers[name] = line.slice(colon + 1).trim();
    }
    const body = this.#body(headEnd + END.length, headers);
    if (!body) return null;
    const raw = this.#bytes.subarray(0, body.end);
    this.#bytes = this.#bytes.subarray(body.end);
    return { method, path, headers, body: body.bytes, raw };
  }

  #body(start, headers) {
    if (headers['transfer-encoding']?.toLowerCase() === 'chunked') return this.#chunks(start);
    const end = start + Number(headers['content-length'] ?? 0);
    if (!Number.isSafeInteger(end)) throw new Error('bad content-length');
    return end <= this.#bytes.length ? { bytes: this.#bytes.subarray(start, end), end } : null;
  }

  #chunks(start) {
    const parts = [];
    for (let at = start; ; ) {
      const lineEnd = this.#bytes.indexOf('\r\n', at);
      if (lineEnd < 0) return null;
      const size = parseInt(this.#bytes.subarray(at, lineEnd).toString('latin1'), 16);
      if (!(size >= 0)) throw new Error('bad chunk size');
      const end = lineEnd + 2 + size;
      if (end + 2 > this.#bytes.length) return null;
      if (size === 0) return { bytes: Buffer.concat(parts), end: end + 2 };
      parts.push(this.#bytes.subarray(lineEnd + 2, end));
      at = end + 2;
    }
  }
}
