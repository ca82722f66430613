// The parts of a page: who speaks, the verdict with three numbers and one chart, then sections of evidence.

/**
 * @typedef {{value: string | null | undefined | false, label: string, note?: string | null | false}} BigNumber
 * @typedef {{title: string, label?: string, tone?: 'good' | 'bad', verdict: string, lead?: Child, numbers: BigNumber[],
 *   chart: HTMLElement | null, evidence: Child[]}} Page
 * @typedef {{kind: string, version: string, made: string, data: any}} Told
 */

/** The unit smaller than the number. @param {string} value */
function withUnit(value) {
  const [, number, unit] = value.match(/^(.*\d\S*) (\D+)$/) ?? [];
  return unit ? [number, h('small', {}, ` ${unit}`)] : value;
}

/** @param {BigNumber[]} numbers those without a value are left out */
function bigNumbers(numbers) {
  const known = numbers.filter(({ value }) => value);
  return known.length > 0 && h('dl.numbers', {}, known.map(({ value, label, note }) => h('div', {}, h('dt', {}, label), h('dd', {}, withUnit(String(value))), note && h('dd', {}, note))));
}

/**
 * null without content.
 * @param {string} title @param {Child} lead @param {...Child} content
 */
function section(title, lead, ...content) {
  const kept = content.flat(2).filter((child) => child !== null && child !== undefined && child !== false && child !== '');
  return kept.length > 0 && h('section', {}, h('h2', {}, title), lead && h('p', {}, lead), kept);
}

/** @param {Child} text @param {boolean} [bad] */
const callout = (text, bad) => (text ? h(bad ? 'p.callout.bad' : 'p.callout', {}, text) : null);

/** @param {Told} report @param {Page} page */
function show(report, page) {
  document.title = `${page.title} \u2013 Sluice`;
  document.getElementById('page')?.replaceChildren(
    h('div.summary', {},
      h('header.brand', {}, h('span', {}, h('strong', {}, 'Sluice'), ` ${page.title}`), h('time', { datetime: report.made }, day(report.made))),
      h('div.verdict', {},
        page.label && h(`span.label${page.tone ? `.${page.tone}` : ''}`, {}, page.label),
        h('h1', {}, page.verdict),
        page.lead && h('p', {}, page.lead)),
      bigNumbers(page.numbers) || '',
      page.chart ?? ''),
    ...page.evidence.filter((part) => part instanceof Node),
    h('footer', {},
      h('p', {}, `Made by sluice ${report.kind} ${report.version} on ${day(report.made)}. Every figure comes from the data below; this file fetches nothing and sends nothing.`),
      h('details', {}, h('summary', {}, 'The data of this report (JSON)'), h('pre', { tabindex: 0 }, JSON.stringify(report.data, null, 2)))));
}

// ---------------------------------------------------------------- reading the data

/** The rows of a list; none when it is absent. @param {any} value @returns {any[]} */
const rowsOf = (value) => (Array.isArray(value) ? value.filter((row) => row !== null && typeof row === 'object') : []);

/** One key of all rows, null where it is absent. @param {any[]} rows @param {string} key @returns {(number | null)[]} */
const column = (rows, key) => rows.map((row) => (isNumber(row[key]) ? row[key] : null));

/**
 * The same with an interval, when any row has one.
 * @param {any[]} rows @param {string} key @param {string} [low] @param {string} [high]
 */
function withBand(rows, key, low = `${key}_low`, high = `${key}_high`) {
  const band = { low: column(rows, low), high: column(rows, high) };
  return { values: column(rows, key), ...(band.low.some(isNumber) ? { band } : {}) };
}

/** The rows that have an x, in its order. @param {any} list @param {string} key */
const sortedBy = (list, key) => rowsOf(list).filter((row) => isNumber(row[key])).sort((a, b) => a[key] - b[key]);

/** The rows that have a date, with it as seconds in `at`. @param {any} list @param {string} key @returns {any[]} */
const dated = (list, key) => rowsOf(list).map((row) => ({ ...row, at: seconds(row[key]) })).filter((row) => isNumber(row.at)).sort((a, b) => a.at - b.at);
