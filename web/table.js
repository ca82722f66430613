// Tables, and tables with bars in them.

/**
 * A column without `format` is text. A column that no row has a value for is left out.
 * @typedef {{label: string, value: (row: any) => any, format?: Format, wide?: boolean, wraps?: boolean}} Column
 */

const WHOLE_ROWS = 14; // up to so many stay on one sheet of paper

/** @param {any} value */
const given = (value) => value !== undefined && value !== null && value !== '';

/** @param {Column} column @param {any} row */
function cellText(column, row) {
  const value = column.value(row);
  if (value instanceof Node) return value;
  if (!given(value)) return '\u2013';
  return column.format ? column.format(value) : String(value);
}

/** @param {Column} column */
const cellClass = (column) => (column.format ? `.right${column.wraps ? '.wraps' : ''}` : column.wide ? '.wide' : '');

/**
 * null when there are no rows. `mark` says which rows are the ones to look at.
 * @param {{label: string, columns: Column[], rows: any[] | undefined, caption?: boolean, mark?: (row: any) => any}} spec
 */
function table({ label, columns, rows, caption, mark }) {
  if (!Array.isArray(rows) || rows.length === 0) return null;
  const kept = columns.filter((column) => rows.some((row) => given(column.value(row))));
  if (kept.length === 0) return null;
  const cell = (/** @type {any} */ row) => (/** @type {Column} */ column, /** @type {number} */ i) =>
    i === 0 ? h('th', { scope: 'row' }, cellText(column, row)) : h(`td${cellClass(column)}`, {}, cellText(column, row));
  return h(`div.scroll${rows.length <= WHOLE_ROWS ? '.whole' : ''}`, { tabindex: 0, role: 'region', 'aria-label': label },
    h('table', {},
      caption && h('caption', {}, label),
      h('thead', {}, h('tr', {}, kept.map((column, i) => h(`th${i === 0 ? '' : cellClass(column)}`, { scope: 'col' }, column.label)))),
      h('tbody', {}, rows.map((row) => h(mark?.(row) ? 'tr.marked' : 'tr', {}, kept.map(cell(row)))))));
}

/**
 * Rows with a bar each, from `from` to `to` on one scale; `base` is where a line stands (default: 0).
 * @typedef {{label: string, from: number, to: number, texts: string[], colours?: [string, string]}} BarRow
 * @param {{title: string, note?: string, heads: string[], rows: BarRow[], base?: number}} spec `heads`: of the label, of the texts
 */
function bars({ title, note, heads, rows, base = 0 }) {
  if (rows.length === 0) return null;
  const ends = [base, ...rows.flatMap((row) => [row.from, row.to])];
  const [least, most] = [Math.min(...ends), Math.max(...ends)];
  const place = (/** @type {number} */ v) => `${(100 * (v - least)) / (most - least || 1)}%`;
  const part = (/** @type {number} */ a, /** @type {number} */ b, /** @type {string} */ tint) => {
    const piece = h('i', {});
    piece.style.setProperty('--from', place(Math.min(a, b)));
    piece.style.setProperty('--part', `${(100 * Math.abs(b - a)) / (most - least || 1)}%`);
    piece.style.setProperty('--colour', `var(${tint})`);
    return piece;
  };
  const bar = (/** @type {BarRow} */ { from, to, colours = ['--series-2', '--series-1'] }) => {
    const line = h('u', {});
    line.style.setProperty('--at', place(base));
    // each side of the line in its own colour
    return h('div.bar', { 'aria-hidden': 'true' },
      from < base && part(from, Math.min(to, base), colours[0]), to > base && part(Math.max(from, base), to, colours[1]), line);
  };
  return h('figure.chart', {},
    h('figcaption', {}, h('strong', {}, title), note && h('span', {}, note)),
    h('div.scroll', { tabindex: 0, role: 'region', 'aria-label': title },
      h('table.bars', {},
        h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, heads[0]), h('th.bar-cell', {}, h('span.unseen', {}, 'bar')),
          heads.slice(1).map((head) => h('th.right', { scope: 'col' }, head)))),
        h('tbody', {}, rows.map((row) => h('tr', {}, h('th', { scope: 'row' }, row.label), h('td.bar-cell', {}, bar(row)),
          row.texts.map((text) => h('td.right', {}, text))))))));
}

/**
 * Two columns: what, and how much; what is not known is left out.
 * @param {string} label @param {[string, string | null | undefined | false][]} rows @param {string} [marked] the row to look at
 */
const facts = (label, rows, marked) => table({
  label,
  columns: [{ label, value: (row) => row[0] }, { label: '', value: (row) => row[1], format: String, wraps: true }],
  rows: rows.filter((row) => row[1]),
  mark: (row) => row[0] === marked,
});
