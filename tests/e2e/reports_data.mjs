// The logs that the pages of the tests are made of. Made by formulas, so that a test can say what is to be seen.

const range = (n, make) => Array.from({ length: n }, (_, i) => make(i));

// A name that would break out of a page that took text for markup.
export const EVIL = '</script><img src="http://x.invalid/" onerror="document.title=1"><!--';

/*
Four weeks of LiteLLM's spend log, twenty requests a day. On day i the answers are 500 + 100 * (i % 7) tokens long, so
that the days cost differently; one row has no amount, one a model that nobody knows.
*/
export function spendLog() {
  const head = 'request_id,call_type,spend,total_tokens,prompt_tokens,completion_tokens,startTime,endTime,completionStartTime,model,status,messages';
  const quoted = (text) => `"${text.replaceAll('"', '""')}"`;
  const row = (i) => {
    const at = Date.UTC(2026, 0, 5) + Math.floor(i / 20) * 86400e3 + (i % 20) * 3600e3;
    const iso = (ms) => new Date(at + ms).toISOString();
    const output = 500 + 100 * (Math.floor(i / 20) % 7);
    const model = i === 100 ? EVIL : i % 4 === 3 ? 'deepseek-chat' : 'gpt-5.2';
    const prompt = i % 5 === 4 ? 'Prove that there are infinitely many primes, then generalise to rings.' : 'Classify this ticket as billing, technical or sales: the invoice is wrong';
    const messages = JSON.stringify([{ role: 'user', content: prompt }]);
    return [`r${i}`, 'completion', i === 15 ? 'much' : '0.01', 200 + output, 200, output, iso(0), iso(2000 + 10 * i), iso(400), quoted(model), 'success', quoted(messages)].join(',');
  };
  return `${head}\n${range(560, row).join('\n')}\n`;
}

// Requests whose outcome is known for both models: the local one does the hard third well once in three times. The
// easy ones are the longer ones, so that length tells nothing good.
export const outcomeLog = () => range(300, (i) => {
  const hard = i % 3 === 2;
  const prompt = hard ? `Prove that there are infinitely many primes of the form 4k + ${i}, then generalise to rings of integers.` : `Classify ticket ${i} as billing, technical or sales: ${'the invoice is wrong and nobody answers, '.repeat(3 + (i % 4))}please.`;
  return `${JSON.stringify({ prompt, model: 'gpt-5.2', input_tokens: 200, output_tokens: 400, weak: hard && i % 9 !== 2 ? 0 : 1, strong: 1 })}\n`;
}).join('');
