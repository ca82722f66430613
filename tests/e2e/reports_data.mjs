// What the pages of the tests are made of: a log for the audit, and what takes long to ask for, in small. Made by
// formulas, so that a test can say what is to be seen.

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

// Requests whose outcome is known for both models: the local one does the hard third well once in three times.
export const outcomeLog = () => range(300, (i) => {
  const hard = i % 3 === 2;
  const prompt = hard ? `Prove that there are infinitely many primes of the form 4k + ${i}, then generalise to rings of integers.` : `Classify ticket ${i} as billing, technical or sales: the invoice is wrong`;
  return `${JSON.stringify({ prompt, model: 'gpt-5.2', input_tokens: 200, output_tokens: 400, weak: hard && i % 9 !== 2 ? 0 : 1, strong: 1 })}\n`;
}).join('');

export const EVAL = {
  rows: 1400, apgr: .667, apgr_low: .64, apgr_high: .69, cpt50: 25, cpt80: 64,
  curve: range(21, (i) => {
    const x = i / 20;
    const router = .5 + .3 * Math.sqrt(x);
    return { frontier_share: x, router, router_low: router - .01, router_high: router + .01, random: .5 + .3 * x, length: .5 + .3 * x ** .75, oracle: .85 - .35 * Math.max(0, 1 - 3 * x) };
  }),
  lines: { random: { apgr: .5, cpt50: 50, cpt80: 80 }, length: { apgr: .571, cpt50: 40, cpt80: 74 } },
  method: 'weights in use', weak: .5, strong: .8, ece: .03,
  calibration: range(10, (i) => ({ predicted: (i + .5) / 10, observed: (i + .5) / 10, rows: 140 })),
  tasks: [{ task: 'classification', rows: 900, weak_wins: .8, apgr: .66 }, { task: 'reasoning', rows: 500, weak_wins: .3, apgr: .64 }],
};
