// Numbers as people read them. What is not a number is "unknown", never 0. English, whatever the browser's language:
// so is the text around.

const UNKNOWN = 'unknown';
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** @typedef {(value: any) => string} Format */

/** @param {any} value @returns {value is number} */
const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);

/** @param {number} value @param {number} least @param {number} most digits after the point */
const digits = (value, least, most) =>
  value.toLocaleString('en-US', { minimumFractionDigits: least, maximumFractionDigits: most });

/** @param {number} value @param {number} figures that count */
const figures = (value, figures) => value.toLocaleString('en-US', { maximumSignificantDigits: figures });

// A true minus sign, and no minus before what is rounded to nothing.
/** @param {number} value @param {(size: number) => string} format */
function signed(value, format) {
  const text = format(Math.abs(value));
  return value < 0 && /[1-9]/.test(text) ? `\u2212${text}` : text;
}

/** $37,175; $4.55; $0.0028 @type {Format} */
function money(value) {
  if (!isNumber(value)) return UNKNOWN;
  return signed(value, (v) => `$${v >= 100 ? digits(v, 0, 0) : v >= 1 || v === 0 ? digits(v, 2, 2) : figures(v, 3)}`);
}

const UNITS = /** @type {[number, string][]} */ ([[1e12, 'T'], [1e9, 'B'], [1e6, 'M'], [1e3, 'k']]);

/** 10M, 1.25k, 850 @type {Format} */
function short(value) {
  if (!isNumber(value)) return UNKNOWN;
  const unit = UNITS.find(([size]) => Math.abs(value) >= size * .9995);
  return signed(value, (v) => (unit ? figures(v / unit[0], 3) + unit[1] : figures(v, 3)));
}

/** $1.25M, $45.5k, $850 @type {Format} */
const moneyShort = (value) => (isNumber(value) ? signed(value, (v) => `$${short(v)}`) : UNKNOWN);

/** 10,000,000; 0.25 @type {Format} */
const count = (value) => (isNumber(value) ? signed(value, (v) => digits(v, 0, v < 10 && v % 1 ? 2 : 0)) : UNKNOWN);

/** Of a value in percent: 81.7% @type {Format} */
const percent = (value) => (isNumber(value) ? signed(value, (v) => `${digits(v, 0, v < 99.95 && v % 1 ? 1 : 0)}%`) : UNKNOWN);

/** Of a value between 0 and 1: 85% @type {Format} */
const share = (value) => (isNumber(value) ? percent(Math.round(value * 1e5) / 1e3) : UNKNOWN);

/** A quality, an APGR: three digits, 0.655 @type {Format} */
const ratio = (value) => (isNumber(value) ? signed(value, (v) => digits(v, 3, 3)) : UNKNOWN);

/** 850 ms, 1.85 s, 2.5 min @type {Format} */
function milliseconds(value) {
  if (!isNumber(value)) return UNKNOWN;
  if (value < 999.5) return `${figures(value, 3)} ms`;
  return value < 99950 ? `${figures(value / 1e3, 3)} s` : `${figures(value / 6e4, 3)} min`;
}

/** 3.2 months; 1 month @type {Format} */
const months = (value) => (isNumber(value) ? `${digits(value, 0, value < 10 ? 1 : 0)} ${value === 1 ? 'month' : 'months'}` : UNKNOWN);

/** null is "never" here; what is absent is left out. @param {any} value @param {Format} format */
const orNever = (value, format) => (value === null ? 'never' : isNumber(value) && format(value));

/** When what was paid is paid back @type {Format} */
const payback = (value) => (value === 0 ? 'at once' : months(value));

/** What is not known is left out. @param {any} value @param {Format} format */
const known = (value, format) => isNumber(value) && format(value);

/** 1.5 GB @type {Format} */
function bytes(value) {
  if (!isNumber(value)) return UNKNOWN;
  const unit = [[1e12, 'TB'], [1e9, 'GB'], [1e6, 'MB'], [1e3, 'kB'], [0, 'B']].find(([size]) => value >= Number(size));
  return `${figures(value / (Number(unit?.[0]) || 1), 3)} ${unit?.[1] ?? 'B'}`;
}

/** "2026-01-31", with or without a time, as seconds since 1970; NaN for anything else. @param {any} text */
const seconds = (text) => (typeof text === 'string' ? Date.parse(text.length === 10 ? `${text}T00:00:00Z` : text) / 1000 : NaN);

/** Seconds since 1970, or a text of `seconds`, as 31 Jan 2026 @type {Format} */
function day(value) {
  const date = new Date((typeof value === 'string' ? seconds(value) : value) * 1000);
  if (Number.isNaN(date.getTime())) return UNKNOWN;
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

/** 31 Jan @type {Format} */
const dayShort = (value) => day(value).replace(/ \d+$/, '');

/** "cost per token" from "cost_per_token" or "cost-per-token" @param {any} name */
const words = (name) => String(name).replace(/[_-]+/g, ' ').trim();

/** @param {string} text */
const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);
