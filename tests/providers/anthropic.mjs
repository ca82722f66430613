// The words of Anthropic's Messages API: bodies, the sequence of events, errors, as the API sends them.
import { splitter } from './openai.mjs';

const ERROR_TYPES = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  503: 'api_error',
  529: 'overloaded_error',
};
const STOP_REASONS = { stop: 'end_turn', length: 'max_tokens', tool_calls: 'tool_use' };

export function keyOf(headers) {
  return headers['x-api-key'] ?? '';
}

export function error(status, type, message) {
  const usual = ERROR_TYPES[status] ?? 'api_error';
  return { type: 'error', error: { type: type ?? usual, message: message ?? `simulated ${status}` }, request_id: 'req_sim' };
}

export function errorEvent(type) {
  const data = { type: 'error', error: { type: type ?? 'overloaded_error', message: 'Overloaded' } };
  return `event: error\ndata: ${JSON.stringify(data)}\n\n`;
}

function usageOf(tokens) {
  return {
    input_tokens: tokens.input - tokens.cached - tokens.cacheWrite, // cached ones are not part of it
    cache_creation_input_tokens: tokens.cacheWrite,
    cache_read_input_tokens: tokens.cached,
    cache_creation: { ephemeral_5m_input_tokens: tokens.cacheWrite - (tokens.cacheWriteHour ?? 0), ephemeral_1h_input_tokens: tokens.cacheWriteHour ?? 0 },
    output_tokens: tokens.output,
    ...(tokens.serviceTier ? { service_tier: tokens.serviceTier } : {}),
  };
}

function blocks(how) {
  if (!how.toolCalls) return [{ type: 'text', text: how.text }];
  return how.toolCalls.map((call) => ({
    type: 'tool_use',
    id: call.id,
    name: call.function.name,
    input: JSON.parse(call.function.arguments),
  }));
}

function stopReason(how) {
  return STOP_REASONS[how.finish ?? (how.toolCalls ? 'tool_calls' : 'stop')];
}

export function body(request, how) {
  const answer = {
    id: 'msg_sim1',
    type: 'message',
    role: 'assistant',
    model: String(request.model).split('!')[0],
    content: blocks(how),
    stop_reason: stopReason(how),
    stop_sequence: null,
  };
  if (how.usage !== 'none') answer.usage = usageOf(how.tokens);
  return answer;
}

const event = (data) => ({ text: `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`, end: data.type === 'message_stop' });

// Yields {text, end}: the events of a stream; `end` marks message_stop.
export function* events(request, how) {
  const message = { ...body(request, how), content: [], stop_reason: null };
  if (how.usage !== 'none') message.usage = { ...usageOf(how.tokens), output_tokens: 1 };
  yield event({ type: 'message_start', message });
  for (const [index, block] of blocks(how).entries()) {
    const isText = block.type === 'text';
    yield event({ type: 'content_block_start', index, content_block: isText ? { ...block, text: '' } : { ...block, input: {} } });
    if (index === 0) yield event({ type: 'ping' });
    if (isText && how.hugeBytes) yield delta(index, { type: 'text_delta', text: 'h'.repeat(how.hugeBytes) });
    const text = isText ? block.text.match(splitter(how, /\S+\s*/g)) : JSON.stringify(block.input).match(splitter(how, /.{1,7}/gs));
    for (const part of text) {
      yield delta(index, isText ? { type: 'text_delta', text: part } : { type: 'input_json_delta', partial_json: part });
    }
    yield event({ type: 'content_block_stop', index });
  }
  const last = { type: 'message_delta', delta: { stop_reason: stopReason(how), stop_sequence: null } };
  if (how.usage !== 'none') last.usage = usageOf(how.tokens);
  yield event(last);
  yield event({ type: 'message_stop' });
}

function delta(index, d) {
  return event({ type: 'content_block_delta', index, delta: d });
}
