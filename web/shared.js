// What pages share: the verdict and the recommendation; the files that were read, and what was wrong with them.

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

// ---------------------------------------------------------------- logs, of the audit and the replay

/** @param {any} d */
const readFiles = (d) => table({
  label: 'Files',
  columns: [
    { label: 'file', value: (row) => row.file },
    { label: 'read as', value: (row) => row.title ?? row.format },
    { label: 'rows', value: (row) => row.rows, format: count },
    { label: 'bad', value: (row) => row.bad_rows, format: count },
    { label: 'left out', value: (row) => row.left_out, format: count },
    { label: 'size', value: (row) => row.bytes, format: bytes },
  ],
  rows: rowsOf(d.files),
});

/** @param {any} d */
const badRows = (d) => [
  d.bad_rows > 0 && callout(`${count(d.bad_rows)} ${d.bad_rows === 1 ? 'row could not be read, and stands' : 'rows could not be read, and stand'} in no figure.`, true),
  table({
    label: 'Bad rows',
    columns: [
      { label: 'bad row in', value: (row) => row.file },
      { label: 'line', value: (row) => row.line, format: String },
      { label: 'what is wrong', value: (row) => row.why, wide: true },
    ],
    rows: rowsOf(d.bad),
  }),
];
