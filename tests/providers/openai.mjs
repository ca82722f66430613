// The words of OpenAI's chat completions: bodies, events, errors, as the API sends them.

const ERROR_TYPES = {
  400: ['invalid_request_error', null],
  401: ['invalid_request_error', 'invalid_api_key'],
  404: ['invalid_request_error', 'model_not_found'],
  429: ['requests', 'rate_limit_exceeded'],
  500: ['server_error', null],
  503: ['server_error', null],
  529: ['server_error', null],
};

export function keyOf(headers) {
  return (headers.authorization ?? '').replace(/^Bearer /, '');
}

export function error(status, type, message) {
  const [usualType, code] = ERROR_TYPES[status] ?? ['server_error', null];
  return { error: { message: message ?? `simulated ${status}`, type: type ?? usualType, param: null, code } };
}

export function errorEvent(type) {
  return `data: ${JSON.stringify(error(500, type ?? 'server_error', 'The server had an error while processing.'))}\n\n`;
}

export function modelList(names) {
  return { object: 'list', data: names.map((id) => ({ id, object: 'model', created: 1700000000, owned_by: 'sim' })) };
}

export function usageOf(tokens) {
  return {
    prompt_tokens: tokens.input,
    completion_tokens: tokens.output,
    total_tokens: tokens.input + tokens.output,
    prompt_tokens_details: { cached_tokens: tokens.cached, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: tokens.reasoning, audio_tokens: 0 },
  };
}

function logprobsOf(token, request, logprob = -0.01) {
  if (!request.logprobs) return null;
  const bytes = [...Buffer.from(token)];
  const top = request.top_logprobs ? [{ token, logprob, bytes }] : [];
  return { content: [{ token, logprob, bytes, top_logprobs: top }], refusal: null };
}

function base(request, object) {
  return { id: 'chatcmpl-sim1', object, created: 1700000000, model: String(request.model).split('!')[0], system_fingerprint: 'fp_sim' };
}

// Told beside the usage, not in it.
const tierOf = (how) => (how.tokens.serviceTier ? { service_tier: how.tokens.serviceTier } : {});

export function body(request, how) {
  const choices = [];
  for (let index = 0; index < (request.n ?? 1); index++) {
    const message = { role: 'assistant', content: how.toolCalls ? null : how.text, refusal: null };
    if (how.toolCalls) message.tool_calls = how.toolCalls;
    const finish = how.finish ?? (how.toolCalls ? 'tool_calls' : 'stop');
    choices.push({ index, message, logprobs: logprobsOf('The', request, how.logprob), finish_reason: finish });
  }
  const answer = { ...base(request, 'chat.completion'), choices, ...tierOf(how) };
  if (how.usage !== 'none') answer.usage = usageOf(how.tokens);
  return answer;
}

// Yields {text, end}: the events of a stream; `end` marks [DONE].
export function* events(request, how) {
  const wanted = request.stream_options?.include_usage === true;
  const chunk = (choices, usage) => {
    const c = { ...base(request, 'chat.completion.chunk'), choices, ...tierOf(how) };
    if (how.usage === 'repeated') c.usage = usageOf(how.tokens);
    else if (usage) c.usage = usageOf(how.tokens);
    else if (wanted && how.usage === 'own') c.usage = null;
    return { text: `data: ${JSON.stringify(c)}\n\n` };
  };
  const indices = [...Array(request.n ?? 1).keys()];
  for (const index of indices) {
    yield chunk([{ index, delta: { role: 'assistant', content: '', refusal: null }, logprobs: null, finish_reason: null }]);
  }
  for (const piece of pieces(how)) {
    for (const index of indices) {
      const logprobs = logprobsOf(piece.content ?? '', request, how.logprob);
      yield chunk([{ index, delta: piece, logprobs, finish_reason: null }]);
    }
  }
  for (const index of indices) {
    const finish = how.finish ?? (how.toolCalls ? 'tool_calls' : 'stop');
    yield chunk([{ index, delta: {}, logprobs: null, finish_reason: finish }], how.usage === 'last');
  }
  if (how.usage === 'own' && wanted) yield chunk([], true);
  yield { text: 'data: [DONE]\n\n', end: true };
}

// A stream's pieces: as usual, or of `pieceChars` characters each.
export function splitter(how, usual) {
  return how.pieceChars ? new RegExp(`.{1,${how.pieceChars}}`, 'gsu') : usual;
}

function* pieces(how) {
  if (how.hugeBytes) yield { content: 'h'.repeat(how.hugeBytes) };
  if (!how.toolCalls) {
    for (const content of how.text.match(splitter(how, /\S+\s*/g)) ?? []) yield { content };
    return;
  }
  for (const [index, call] of how.toolCalls.entries()) {
    yield { tool_calls: [{ index, id: call.id, type: 'function', function: { name: call.function.name, arguments: '' } }] };
    for (const part of call.function.arguments.match(splitter(how, /.{1,7}/gs))) {
      yield { tool_calls: [{ index, function: { arguments: part } }] };
    }
  }
}
