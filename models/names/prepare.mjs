// Makes the training rows and the list of known words: node prepare.mjs DATA OUT
//   OUT/words.tsv   set TAB word
//   OUT/rows.jsonl  {"set", "group", "text", "spans": [{"start", "end" in bytes, "type": PERSON PLACE ORG GROUP SKIP}]}
// Rows whose set begins with "only-" are for measuring.
import { readFileSync, writeFileSync } from 'node:fs';
import * as L from './lists.mjs';
import { below, chance, pick, seed } from './random.mjs';

const [data, out] = process.argv.slice(2);
const here = new URL('.', import.meta.url);
const load = (f) => readFileSync(`${data}/${f}.jsonl`, 'utf8').split('\n').filter(Boolean).map((l) => JSON.parse(l));

const TYPES = { PERSON: 'PERSON', LOCATION: 'PLACE', GPE: 'PLACE', ORGANIZATION: 'ORG', CORPORATION: 'ORG', GROUP: 'ORG', NRP: 'GROUP',
  STREET_ADDRESS: 'SKIP', MISC: 'MISC' };
const isGroup = new Set([...L.nationalities, ...L.groups]);

// A row as pieces: [text, type or null], so that parts can be exchanged.
function pieces(text, spans) {
  const chars = [...text], parts = [];
  let at = 0;
  for (const s of [...spans].sort((a, b) => a.start - b.start)) {
    if (s.start < at) continue;
    const value = chars.slice(s.start, s.end).join('');
    let type = TYPES[s.type] ?? null;
    if (type === 'MISC') type = isGroup.has(value) ? 'GROUP' : null;
    parts.push([chars.slice(at, s.start).join(''), null], [value, type]);
    at = s.end;
  }
  parts.push([chars.slice(at).join(''), null]);
  return parts;
}
const lines = [];
function put(set, group, parts) {
  let text = '', at = 0;
  const spans = [];
  for (const [s, type] of parts) {
    const n = Buffer.byteLength(s);
    if (type && n) spans.push({ start: at, end: at + n, type });
    text += s;
    at += n;
  }
  if (text.trim()) lines.push(JSON.stringify({ set, group, text, spans }));
}
const lower = (parts) => parts.map(([s, t]) => [s.toLowerCase(), t]);

// The same sentence with other names of the same form.
function swap(parts) {
  const known = new Map();
  return parts.map(([s, type]) => {
    if (!type || type === 'SKIP' || chance(15)) return [s, type];
    const like = (v) => s === s.toUpperCase() && s.length > 3 ? v.toUpperCase() : s === s.toLowerCase() ? v.toLowerCase() : v;
    if (!known.has(s)) known.set(s, like({
      PERSON: () => s.includes(' ') ? L.aPerson() : chance(50) ? L.aFirst() : L.aLast(),
      PLACE: () => L.countries.includes(s) ? pick(L.countries) : L.regions.includes(s) ? pick(L.regions) : L.aCity(),
      ORG: () => L.anOrg(),
      GROUP: () => L.groups.includes(s) ? L.aGroup() : L.aNationality(),
    }[type]()));
    return [known.get(s), type];
  });
}

// ---------------------------------------------------------------- templates
const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DAYS = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ');
const TITLES = ['Mr.', 'Mrs.', 'Ms.', 'Dr.', 'Mr', 'Mrs', 'Ms', 'Dr', 'Prof.', 'Miss', 'Professor', 'Sir', 'Judge', 'Captain'];
const LANGUAGES = ['English', 'German', 'French', 'Spanish', 'Italian', 'Russian', 'Chinese', 'Japanese', 'Arabic', 'Portuguese', 'Turkish', 'Polish', 'Dutch'];
const date = () => pick([() => `${1 + below(28)}/${1 + below(12)}/${1940 + below(85)}`, () => `${1940 + below(85)}-0${1 + below(9)}-1${below(9)}`,
  () => `${pick(MONTHS)} ${1 + below(28)}, ${1990 + below(35)}`, () => `${1 + below(28)} ${pick(MONTHS)} ${1990 + below(35)}`])();
const SLOTS = {
  p: [L.aPerson, 'PERSON'], f: [() => L.aFirst(), 'PERSON'], l: [() => L.aLast(), 'PERSON'], c: [L.aCity, 'PLACE'], k: [() => pick(L.countries), 'PLACE'],
  r: [() => pick(L.regions), 'PLACE'], o: [L.anOrg, 'ORG'], n: [L.aNationality, 'GROUP'], g: [L.aGroup, 'GROUP'],
  street: [L.aStreet], product: [L.aProduct], work: [L.aWork], month: [() => pick(MONTHS)], day: [() => pick(DAYS)], num: [() => String(1 + below(pick([9, 60, 2000])))],
  money: [() => pick(['$', '€', '£', 'USD ']) + (1 + below(90000))], date: [date], phone: [() => `+${1 + below(90)} ${100 + below(900)} ${1000 + below(9000)}`],
  email: [() => `${pick(['info', 'me', 'a.b', 'sales'])}${below(99)}@${pick(['example', 'mail', 'corp'])}.com`], id: [() => `${pick(['A', 'BX', 'INV-', '#', ''])}${10000 + below(900000)}`],
  job: [L.aJob], headline: [L.aHeadline], abbr: [L.anAbbreviation], tech: [L.aTech], title: [() => pick(TITLES)], lang: [() => pick(LANGUAGES)], code: [L.aCode], Code: [L.aClass],
};
function fill(template) {
  const small = template[0] === '~', parts = [];
  for (const s of (small ? template.slice(1) : template).replaceAll('\\n', '\n').split(/(\{[a-zA-Z]+\})/)) {
    const slot = /^\{([a-zA-Z]+)\}$/.exec(s);
    if (!slot) parts.push([s, null]);
    else parts.push([SLOTS[slot[1]][0](), SLOTS[slot[1]][1] ?? null]);
  }
  return small ? lower(parts) : parts;
}

function main() {
  seed(20260101);
  const words = [...L.knownWords(), ...commonWords()];
  const templates = readFileSync(new URL('templates.txt', here), 'utf8').split('\n').filter((l) => l && l[0] !== '#');
  templates.forEach((t, i) => {
    const marked = /\{[pflckrong]\}/.test(t), copies = marked ? 40 : /abbr|headline|Code|tech|product/.test(t) ? 40 : /\{/.test(t) ? 15 : 4;
    for (let n = 0; n < copies; n++) {
      let parts = fill(t);
      if (chance(9)) parts = lower(parts);
      else if (chance(2)) parts = parts.map(([s, k]) => [s.toUpperCase(), k]);
      put('templates', i, parts);
    }
  });
  const sets = [['presidio', 'policy/presidio_synth_dev', 4, (r) => r.template], ['wnut', 'policy/wnut17_dev', 2, (r, i) => i], ['wikigold', 'policy/wikigold', 2, (r, i) => i]];
  for (const [set, file, copies, group] of sets)
    load(file).forEach((r, i) => {
      const parts = pieces(r.text, r.spans);
      put(set, group(r, i), parts);
      for (let n = 0; n < copies; n++) {
        const other = swap(parts);
        put(set + '-swapped', group(r, i), chance(6) ? lower(other) : other);
      }
    });
  for (const r of load('policy/uner_ewt_dev')) put('only-ewt', 0, pieces(r.text, r.spans));
  // Support requests without names, half of them; places are neither taught nor untaught.
  const place = new Set([...L.cities, ...L.countries, ...L.regions].map((s) => s.toLowerCase()));
  load('intent/banking77_train').forEach((r, i) => {
    const text = r.text ?? r.prompt;
    const parts = text.split(/([\p{L}']+)/u).map((s) => [s, place.has(s.toLowerCase()) || isGroup.has(L.capital(s)) ? 'SKIP' : null]);
    if (i % 4 === 0) put('banking', i, parts);
  });
  // Examination questions, a quarter of them: that a common word with a capital, alone among others, is no name. All
  // other words with capitals are left open.
  const common = new Set(words.filter(([set]) => set === 'C').map(([, w]) => w));
  const name = new Set(L.knownWords().filter(([set]) => set !== 'Q').flatMap(([, s]) => s.toLowerCase().split(/[ -]/)));
  load('router/mmlu').forEach((r, i) => {
    const list = r.prompt.slice(0, 1500).split(/(\p{L}[\p{L}'’.-]*)/u), big = (k) => /^\p{Lu}/u.test(list[k] ?? '');
    if (i % 4 === 0) put('mmlu', i, list.map((s, k) => {
      const w = s.toLowerCase().replace(/[.-]+$/, '');
      const open = big(k) && (big(k - 2) || big(k + 2) || name.has(w) || !(common.has(w) || w.length === 1));
      return [s, open ? 'SKIP' : null];
    }));
  });
  writeFileSync(`${out}/rows.jsonl`, lines.join('\n') + '\n');
  writeFileSync(`${out}/words.tsv`, words.map((w) => w.join('\t')).join('\n') + '\n');
  console.log(`${lines.length} rows, ${templates.length} templates, ${L.cultures.length} cultures`);
}

const CONTRACTIONS = ['i', 'you', 'he', 'she', 'it', 'we', 'they', 'who', 'what', 'that', 'there', 'here', 'where', 'how', 'when', 'why']
  .flatMap((w) => ['re', 'll', 've', 'd', 's', 'm'].map((e) => `${w}'${e}`))
  .concat(['is', 'are', 'was', 'were', 'do', 'does', 'did', 'has', 'have', 'had', 'wo', 'ca', 'could', 'would', 'should', 'must', 'ai'].map((w) => `${w}n't`), ['can\'t', 'let\'s', 'c\'mon', 'y\'all', 'o\'clock', 'ma\'am']);

// Words that prose writes in lower case. Text that cares about capitals says so of names as well; of other text only
// words count that are no name.
function commonWords() {
  const names = new Set(L.knownWords().filter(([set]) => set !== 'Q').flatMap(([, s]) => s.toLowerCase().split(/[ -]/)));
  const count = new Map(), capital = new Map();
  const add = (text, careful) => {
    for (const [w] of text.matchAll(/[a-zA-Z']+/g)) {
      if (/^[a-z']+$/.test(w)) { if (careful || !names.has(w)) count.set(w, (count.get(w) ?? 0) + 1); }
      else if (careful) capital.set(w.toLowerCase(), (capital.get(w.toLowerCase()) ?? 0) + 1);
    }
  };
  for (const f of ['router/mmlu', 'router/gsm8k', 'intent/arena_hard', 'policy/wikigold'])
    for (const r of load(f)) add(r.text ?? r.prompt ?? '', true);
  for (const f of ['intent/clinc150_train', 'intent/banking77_train', 'intent/self_instruct_seed'])
    for (const r of load(f)) add(r.text ?? r.prompt ?? '', false);
  const words = [...count].filter(([w, n]) => n >= 2 && w.length > 1 && n * 2 >= (capital.get(w) ?? 0)).map(([w]) => w);
  for (const w of L.words()) words.push(w);
  for (const w of [...CONTRACTIONS, ...L.abbreviations()]) words.push(w);
  return [...new Set(words)].sort().map((w) => ['C', w]);
}
main();
