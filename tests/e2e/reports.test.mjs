// The reports as a person sees them: opened in Chromium on a desk, in the dark, on paper and on a phone.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { chartTitles, drawn, launch, lightness, look, openFile, pdfPages, stickingOut } from './browser.mjs';
import { ROOT, run, temporaryFolder } from './helper.mjs';
import { EVIL, outcomeLog, spendLog } from './reports_data.mjs';

const A4_WIDTH = 680; // CSS pixels between the margins of web/print.css
const A4_HEIGHT = 1001;
const ROI = ['roi', '--requests', '10M', '--input-tokens', '200', '--output-tokens', '250..350', '--local-share', '0.85', '--ops', '1500',
  '--hardware', '120000', '--frontier', 'gpt-5.2'];

let browser, dir, log, outcomes;
const files = {};

const next = (kind) => path.join(dir, `${kind}-${Object.keys(files).length}.html`);

// What the command itself writes.
function htmlOf(args) {
  const file = next(args[0]);
  const r = run([...args, '--html', file]);
  assert.equal(r.status, 0, r.stderr);
  return file;
}

function jsonOf(args) {
  const r = run([...args, '--json']);
  assert.equal(r.status, 0, r.stderr);
  return JSON.parse(r.stdout);
}

// Outcomes of one side only: 1,000 scores, each answered by one model, the local one the worse the higher the score.
function servedLog() {
  const rows = Array.from({ length: 1000 }, (_, i) => {
    const local = i % 2 === 0;
    return `${local ? 'tiny,local' : 'gpt-5.2,frontier'},${(i + .5) / 1000},0,500,800,${i % 7 < (local ? 5 - i / 250 : 6) ? 1 : 0}`;
  });
  return `model,route,score,sensitive,input_tokens,output_tokens,quality\n${rows.join('\n')}\n`;
}

// The same of data made here: the page that is built in with the data in their place, as tests/unit/report checks it.
function reportOf(kind, data) {
  const page = fs.readFileSync(path.join(ROOT, 'build/web/report.html'), 'utf8');
  const told = JSON.stringify({ kind, version: '0', made: '2026-01-31T12:00:00.000Z', data }).replaceAll('<', '\\u003c');
  const file = next(kind);
  fs.writeFileSync(file, page.replace('@data@', () => told));
  return file;
}

before(async () => {
  dir = temporaryFolder();
  files.roi = htmlOf(ROI);
  files.compare = htmlOf([...ROI, '--compare', 'deepseek-chat,claude-opus-4-6']);
  log = path.join(dir, 'spend.csv');
  fs.writeFileSync(log, spendLog());
  files.audit = htmlOf(['audit', log, '--ops', '5']);
  outcomes = path.join(dir, 'outcomes.jsonl');
  fs.writeFileSync(outcomes, outcomeLog());
  files.replay = htmlOf(['replay', outcomes]);
  const served = path.join(dir, 'served.csv');
  fs.writeFileSync(served, servedLog());
  files.served = htmlOf(['replay', served, '--frontier', 'gpt-5.2']);
  files.eval = htmlOf(['eval', '--data', outcomes]);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  fs.rmSync(dir, { recursive: true, force: true });
});

const DESK = { width: 1100, height: 900 };
const PHONE = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const pages = new Map();

// Runs with the page of a kind, which is opened once for the desk and once for the phone. It has no faults afterwards.
async function withPage(kind, { media = 'screen', colorScheme = 'light', viewport = DESK, phone = false }, body) {
  const key = kind + phone;
  if (!pages.has(key)) pages.set(key, await openFile(browser, files[kind], phone ? PHONE : {}));
  const page = pages.get(key);
  await page.emulateMedia({ media, colorScheme });
  if (!phone) await page.setViewportSize(viewport);
  await drawn(page);
  await body(page);
  assert.deepEqual(page.faults, []);
}

const near = (value, wanted, most, what) => assert.ok(Math.abs(value - wanted) <= most, `${what}: ${value} is not within ${most} of ${wanted}`);
// The middle of what a column holds, at a part of the width.
function heightAt(columns, x) {
  const [, top, bottom] = columns.reduce((best, c) => (Math.abs(c[0] - x) < Math.abs(best[0] - x) ? c : best));
  return 1 - (top + bottom) / 2;
}

// ---------------------------------------------------------------- every kind, everywhere

const LINES = {
  roi: { 'Cash over 36 months': ['--series-1'], 'Saving over the local share': ['--series-1'], 'How often which saving comes out': ['--series-1'] },
  compare: { 'Cash over 36 months': ['--series-1', '--series-2', '--series-3'] },
  audit: { 'What routing would save': ['--series-1'], 'Spend by day': ['--series-1'] },
  replay: { 'Cost over the local share': ['--series-1'], 'Quality kept over the local share': ['--series-5'] },
  served: { 'Answers that served, over the score': ['--series-1', '--series-2'] },
  eval: { 'Quality over the frontier share': ['--series-1', '--series-2', '--series-3', '--series-4'] },
};

for (const [kind, charts] of Object.entries(LINES)) {
  for (const colorScheme of ['light', 'dark']) {
    test(`reports_${kind}_${colorScheme}_curves_are_drawn_in_their_colours`, () =>
      withPage(kind, { colorScheme }, async (page) => {
        const titles = await chartTitles(page);
        for (const [title, colours] of Object.entries(charts)) {
          assert.ok(titles.includes(title), `${title} is not among ${titles.join(', ')}`);
          const found = await look(page, title, colours);
          for (const name of colours) {
            const columns = found[name];
            assert.ok(columns.length > 0, `${title}: nothing in ${name}`);
            assert.ok(columns.at(-1)[0] - columns[0][0] > .8, `${title}: ${name} spans ${columns[0][0]} to ${columns.at(-1)[0]} only`);
          }
        }
        const light = await lightness(page);
        assert.ok(colorScheme === 'dark' ? light < .2 : light > .8, `${light} of the page is light`);
      }));
  }

  test(`reports_${kind}_fits_a_phone`, () =>
    withPage(kind, { phone: true }, async (page) => {
      assert.deepEqual(await stickingOut(page), []);
      // also with everything unfolded
      await page.$$eval('details', (all) => all.forEach((e) => (e.open = true)));
      assert.deepEqual(await stickingOut(page), []);
    }));

  test(`reports_${kind}_prints_light_and_whole`, () =>
    withPage(kind, { media: 'print', colorScheme: 'dark', viewport: { width: A4_WIDTH, height: A4_HEIGHT } }, async (page) => {
      assert.ok(await lightness(page) > .8, 'it is not light on paper');
      assert.deepEqual(await stickingOut(page), []);
      const figures = await page.$$eval('figure.chart', (all) => all.map((e) => ({ height: e.offsetHeight, breaks: getComputedStyle(e).breakInside })));
      for (const { height, breaks } of figures) assert.ok(height < A4_HEIGHT && breaks === 'avoid');
      for (const [title, colours] of Object.entries(charts)) {
        const found = await look(page, title, colours); // the light colours: those of the medium
        for (const name of colours) assert.ok(found[name].length > 0, `${title}: nothing in ${name} on paper`);
      }
      const sheets = pdfPages(await page.pdf({ format: 'A4', preferCSSPageSize: true }));
      assert.ok(sheets >= 2 && sheets <= 8, `${sheets} sheets of paper`);
    }));
}

// ---------------------------------------------------------------- files

test('reports_roi_on_standard_output_is_the_same_page', () => {
  const r = run([...ROI, '--html', '-']);
  assert.equal(r.status, 0, r.stderr);
  const undated = (page) => page.replace(/"made":"[^"]*"/, '');
  assert.equal(undated(r.stdout), undated(fs.readFileSync(files.roi, 'utf8')));
});

test('reports_that_cannot_be_written_are_an_error_and_leave_nothing', () => {
  const r = run([...ROI, '--html', path.join(dir, 'missing', 'x.html')]);
  assert.equal(r.status, 1);
  assert.match(r.stderr, /missing\/x\.html: cannot be written: No such file or directory/);
  const before = fs.readdirSync(dir);
  assert.equal(run([...ROI, '--html', dir]).status, 1);
  assert.deepEqual(fs.readdirSync(dir), before);
});

// ---------------------------------------------------------------- what stands where

test('reports_roi_says_the_verdict_first_and_the_numbers_of_the_json', () =>
  withPage('roi', {}, async (page) => {
    const told = jsonOf(ROI);
    const dollars = (v) => `$${Math.round(v).toLocaleString('en-US')}`;
    assert.match((await page.textContent('h1')).replaceAll('\u00a0', ' '), new RegExp(`^Routing 85% of the requests to a local model saves \\${dollars(told.saving_usd_per_month)} a month`));
    const numbers = await page.$$eval('.numbers > div', (all) => all.map((e) => e.querySelector('dd').textContent));
    assert.deepEqual(numbers, [dollars(told.saving_usd_per_month), `${told.break_even_months.toFixed(1)} months`, dollars(told.routed_usd_per_month)]);
    // all of it within the first screen of a desk: nobody scrolls for the verdict
    assert.ok(await page.$eval('.numbers', (e) => e.getBoundingClientRect().bottom) < 600);
    assert.equal(await page.title(), 'Savings and break-even \u2013 Sluice');
  }));

test('reports_roi_cash_crosses_zero_where_break_even_is', () =>
  withPage('roi', {}, async (page) => {
    const told = jsonOf(ROI);
    const found = await look(page, 'Cash over 36 months', ['--series-1', '--ink', '--muted']);
    const zero = 1 - found['--muted'][0][1]; // the line at 0 USD
    const curve = found['--series-1'];
    const at = told.break_even_months / 36;
    near(heightAt(curve, at), zero, .02, 'the curve at break-even');
    assert.ok(heightAt(curve, .01) < zero && heightAt(curve, .99) > zero + .3);
    // and a dashed line stands there
    const marks = found['--ink'].filter(([, top, bottom]) => bottom - top > .8);
    assert.ok(marks.length > 0, 'no line marks break-even');
    for (const [x] of marks) near(x, at, .01, 'the mark');
    // the curve is a straight line here: growth is 0
    near(heightAt(curve, .75) - heightAt(curve, .5), heightAt(curve, .5) - heightAt(curve, .25), .02, 'its slope');
  }));

test('reports_audit_bars_are_as_high_as_the_days_cost', () =>
  withPage('audit', {}, async (page) => {
    const bars = (await look(page, 'Spend by day', ['--series-1']))['--series-1'].map(([x, top]) => [x, top, top]);
    const days = jsonOf(['audit', log]).by_day.map((d) => d.spend_usd);
    assert.equal(days.length, 28);
    const [most, top] = [Math.max(...days), Math.max(...bars.map(([, t]) => 1 - t))];
    days.forEach((usd, i) => near(heightAt(bars, (i + .5) / days.length) / top, usd / most, .03, `day ${i}`));
  }));

test('reports_audit_egress_is_in_bytes', () =>
  withPage('audit', {}, async (page) => {
    // 559 requests of 200 tokens of 4 bytes in 28 days, as of a month
    const kilobytes = Math.round((559 * 200 * 4 * (365 / 12 / 28)) / 1000);
    assert.ok((await page.textContent('main')).includes(`Egress per month: ${kilobytes} kB, estimated`));
  }));

test('reports_audit_shows_the_row_that_it_could_not_read', () =>
  withPage('audit', {}, async (page) => {
    assert.match(await page.textContent('main'), /1 row could not be read/);
    const row = await page.locator('tr', { hasText: 'spend.csv' }).last().textContent();
    assert.match(row, /spend\.csv17/); // the sixteenth request, below the head
  }));

test('reports_replay_quality_ends_where_the_sweep_does', () =>
  withPage('replay', {}, async (page) => {
    const { sweep } = jsonOf(['replay', outcomes]);
    const curve = (await look(page, 'Quality kept over the local share', ['--series-5']))['--series-5'];
    const fell = heightAt(curve, .99) - heightAt(curve, .01);
    assert.ok(sweep.at(-1).quality_kept < sweep[0].quality_kept - .1 && fell < -.3, `it falls by ${fell}`);
  }));

test('reports_eval_router_is_above_chance_as_its_figures_say', () =>
  withPage('eval', {}, async (page) => {
    const { curve } = jsonOf(['eval', '--data', outcomes]);
    const { '--series-1': router, '--series-4': random } = await look(page, 'Quality over the frontier share', ['--series-1', '--series-4']);
    const middle = curve.find((point) => point.frontier_share === .5);
    assert.ok(middle.router > middle.random + .05);
    assert.ok(heightAt(router, .5) > heightAt(random, .5) + .1);
    near(heightAt(router, .005), heightAt(random, .005), .06, 'where nothing goes to the frontier');
  }));

test('reports_eval_by_task_is_seen_whole_on_a_screen', async () => {
  const named = path.join(dir, 'named.jsonl');
  const rows = fs.readFileSync(outcomes, 'utf8').trim().split('\n').map((line) => ({ ...JSON.parse(line), category: 'high_school_european_history', task: undefined, domain: undefined }));
  fs.writeFileSync(named, rows.map((row) => JSON.stringify(row)).join('\n') + '\n');
  files.named = htmlOf(['eval', '--data', named]);
  await withPage('named', { viewport: { width: 1200, height: 900 } }, async (page) => {
    const cut = await page.$$eval('.scroll', (all) => all.filter((e) => e.checkVisibility() && e.scrollWidth > e.clientWidth).map((e) => e.textContent.slice(0, 60)));
    assert.deepEqual(cut, []);
  });
});

test('reports_leave_out_what_the_data_lack', async () => {
  files.bare = reportOf('audit', { requests: 12, verdict: 'weak' });
  await withPage('bare', {}, async (page) => {
    assert.deepEqual(await chartTitles(page), []);
    assert.deepEqual(await page.$$eval('h2', (all) => all.map((e) => e.textContent)), ['Where the money goes']);
    assert.equal((await page.$$('.numbers')).length, 0);
    assert.doesNotMatch(await page.textContent('.summary'), /unknown|NaN|undefined|null/);
  });
});

test('reports_data_are_text_never_markup', () =>
  withPage('audit', {}, async (page) => {
    assert.equal((await page.$$('img')).length, 0);
    assert.ok((await page.textContent('main')).includes(EVIL)); // the name of a model in the log
    assert.equal(await page.title(), 'Audit of past usage \u2013 Sluice');
  }));

// ---------------------------------------------------------------- what a reader can do

test('reports_legend_takes_a_curve_away_and_brings_it_back', () =>
  withPage('eval', {}, async (page) => {
    const title = 'Quality over the frontier share';
    const columns = async () => (await look(page, title, ['--series-2']))['--series-2'].length;
    const before = await columns();
    const button = page.locator('figure', { hasText: title }).getByRole('button', { name: 'prompt length' });
    await button.click();
    assert.equal(await button.getAttribute('aria-pressed'), 'false');
    assert.equal(await columns(), 0);
    await button.focus();
    await page.keyboard.press('Enter');
    assert.equal(await columns(), before);
  }));

test('reports_keyboard_reads_the_values', () =>
  withPage('roi', {}, async (page) => {
    const told = jsonOf(ROI);
    const plot = page.getByRole('slider', { name: /^Cash over 36 months/ });
    await plot.focus();
    await page.keyboard.press('End');
    await drawn(page);
    const last = told.cash_months.at(-1);
    assert.equal(await plot.getAttribute('aria-valuetext'), `month: 36. saved so far: $${Math.round(last.cumulative_usd).toLocaleString('en-US')}`);
    assert.ok(await page.locator('.readout').first().isVisible());
    await page.keyboard.press('Escape');
    assert.ok(!await page.locator('.readout').first().isVisible());
  }));

test('reports_mouse_reads_the_values_beside_it', () =>
  withPage('roi', {}, async (page) => {
    const box = await page.locator('.u-over').first().boundingBox();
    await page.mouse.move(box.x + box.width * .5, box.y + box.height * .5);
    await drawn(page);
    const readout = page.locator('.readout').first();
    assert.match(await readout.textContent(), /^month: 18saved so far\$/);
    const shown = await readout.boundingBox();
    assert.ok(shown.x >= box.x + box.width * .5 && shown.x + shown.width <= box.x + box.width + 20);
  }));

test('reports_change_colours_when_the_system_does', () =>
  withPage('roi', { colorScheme: 'light' }, async (page) => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await drawn(page);
    assert.ok((await look(page, 'Cash over 36 months', ['--series-1']))['--series-1'].length > 0);
    assert.ok(await lightness(page) < .2);
  }));

test('reports_charts_are_drawn_for_paper_when_printing_begins', () =>
  withPage('roi', { colorScheme: 'dark' }, async (page) => {
    const title = 'Cash over 36 months';
    // The canvas at the moment at which the browser lays the sheets out: curves in the light colour, twice as large.
    await page.evaluate(() => addEventListener('beforeprint', () => {
      const canvas = document.querySelector('canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      const [r, g, b] = [1, 3, 5].map((i) => parseInt(getComputedStyle(document.documentElement).getPropertyValue('--series-1').trim().slice(i, i + 2), 16));
      let found = 0;
      for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 200 && Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b) < 12) found++;
      globalThis.printed = { width: canvas.width, colour: [r, g, b], found };
    }, { once: true }));
    await page.pdf({ format: 'A4', preferCSSPageSize: true });
    const printed = await page.evaluate(() => globalThis.printed);
    assert.ok(printed.colour.every((part) => part < 160), `a light curve on white paper: ${printed.colour}`);
    assert.ok(printed.found > 500, 'the curve is not in its colour for paper');
    assert.ok(printed.width > 1200 && printed.width <= 2 * A4_WIDTH);
    // and dark again afterwards
    await drawn(page);
    assert.ok((await look(page, title, ['--series-1']))['--series-1'].length > 0);
    assert.ok(await lightness(page) < .2);
  }));

test('reports_figures_of_a_chart_stand_in_a_table_too', () =>
  withPage('roi', {}, async (page) => {
    const told = jsonOf(ROI);
    const rows = await page.locator('figure', { hasText: 'Cash over' }).locator('tbody tr').count();
    assert.equal(rows, told.cash_months.length);
  }));

test('reports_audit_of_bills_alone_shows_them_and_judges_nothing', async () => {
  const bills = path.join(dir, 'bills.csv');
  fs.writeFileSync(bills, 'start_time,end_time,amount_value,amount_currency,line_item\n1764547200,1764633600,1.25,usd,"gpt-5.2, output"\n');
  files.bills = htmlOf(['audit', bills]);
  await withPage('bills', {}, async (page) => {
    const main = await page.textContent('main');
    assert.match(main, /These logs cannot tell whether routing would pay/);
    assert.match(main, /Bills, not added to the rest\s*\$1\.25/);
    assert.doesNotMatch(main, /of which read from a cache/);
  });
});

test('reports_replay_without_prompts_gives_the_range', async () => {
  const sizes = path.join(dir, 'sizes.csv');
  fs.writeFileSync(sizes, 'model,input_tokens,output_tokens\ngpt-5.2,1000,0\ngpt-5.2,300000,0\n');
  files.shares = htmlOf(['replay', sizes]);
  await withPage('shares', {}, async (page) => assert.match(await page.textContent('main'), /between \$[\d.,]+ and \$[\d.,]+; \$[\d.,]+ as it was/));
});
