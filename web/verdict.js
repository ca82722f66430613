// The verdict and the recommendation, which the savings page and the audit share.

const VERDICTS = /** @type {Record<string, {label: string, tone?: 'good' | 'bad'}>} */ ({
  'strong-candidate': { label: 'Strong candidate', tone: 'good' },
  candidate: { label: 'Candidate', tone: 'good' },
  weak: { label: 'Weak candidate' },
  'stay-in-the-cloud': { label: 'Stay in the cloud', tone: 'bad' },
});

const RECOMMENDATIONS = /** @type {Record<string, string>} */ ({
  cloud: 'the cloud API',
  hybrid: 'hybrid',
  'local-first': 'local first',
  'frontier-first': 'frontier first',
});

/** @param {string} text */
const stopped = (text) => (/[.!?]$/.test(text) ? text : `${text}.`);

/** "60 %" as the pages write it: "60%" @param {string} text */
const tidy = (text) => text.replaceAll(' %', '%');

/** Why, and what to do. @param {any} d */
function verdictLead(d) {
  const what = d.recommendation && `Recommended: ${RECOMMENDATIONS[d.recommendation] ?? words(d.recommendation)}`;
  return [
    d.verdict_why && `${sentence(stopped(tidy(d.verdict_why)))} `,
    what && stopped(d.recommendation_why ? `${what} \u2013 ${tidy(d.recommendation_why)}` : what),
  ];
}
