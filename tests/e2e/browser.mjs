// Opens pages in Chromium and looks at what they drew. Every page is watched: a request to anywhere, a message on the
// console and a script error are faults.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

function findChromium() {
  const named = process.env.CHROMIUM;
  const found = named ? [named] : (process.env.PATH ?? '').split(':').flatMap((dir) => NAMES.map((name) => path.join(dir, name)));
  const there = found.find((file) => fs.existsSync(file));
  assert.ok(there, 'no Chromium: apt-get install chromium (make test does), or set CHROMIUM to one');
  return there;
}

// The sandbox of its processes needs rights that root in a container lacks; only pages of ours are opened.
export const launch = () => chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox', '--disable-gpu'] });

// Opens a file; the page's `faults` are texts, and a good page has none.
export async function openFile(browser, file, options = {}) {
  const page = await browser.newPage({ viewport: { width: 1100, height: 900 }, ...options });
  const url = pathToFileURL(file).href;
  const faults = [];
  page.on('request', (r) => r.url() !== url && faults.push(`request: ${r.url()}`));
  page.on('console', (m) => faults.push(`console: ${m.text()}`));
  page.on('pageerror', (e) => faults.push(`error: ${e.stack}`));
  await page.goto(url);
  await drawn(page);
  return Object.assign(page, { faults });
}

// Charts are drawn when they get their size: two frames later at most.
export const drawn = (page) => page.evaluate(() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(r)))));

// The charts on canvas with their titles, in order.
export const chartTitles = (page) => page.$$eval('figure.chart:has(canvas) figcaption strong', (all) => all.map((e) => e.textContent));

/*
What stands on the canvas of a chart, within its plotting area: for each of the colours (names of CSS variables) the
columns in which it occurs, as [x, top, bottom] in parts of the area's width and height.
*/
export function look(page, title, colours) {
  return page.evaluate(({ title, colours }) => {
    const figure = [...document.querySelectorAll('figure.chart')].find((f) => f.querySelector('figcaption strong')?.textContent === title);
    const canvas = figure?.querySelector('canvas');
    if (!canvas) return null;
    const over = figure.querySelector('.u-over');
    const scale = canvas.width / canvas.clientWidth; // before any transform
    const [left, top, width, height] = [over.offsetLeft, over.offsetTop, over.offsetWidth, over.offsetHeight].map((v) => Math.round(v * scale));
    // from a copy: reading changes how the browser keeps a canvas
    const copy = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    copy.drawImage(canvas, -left, -top);
    const pixels = copy.getImageData(0, 0, width, height).data;
    const style = getComputedStyle(document.documentElement);
    const parse = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
    const wanted = colours.map((name) => parse(style.getPropertyValue(name).trim()));
    const found = wanted.map(() => []);
    for (let x = 0; x < width; x++) {
      const ends = wanted.map(() => [Infinity, -Infinity]);
      for (let y = 0; y < height; y++) {
        const at = 4 * (y * width + x);
        if (pixels[at + 3] < 200) continue;
        wanted.forEach(([r, g, b], i) => {
          if (Math.abs(pixels[at] - r) + Math.abs(pixels[at + 1] - g) + Math.abs(pixels[at + 2] - b) > 12) return;
          ends[i] = [Math.min(ends[i][0], y), Math.max(ends[i][1], y)];
        });
      }
      ends.forEach(([least, most], i) => least <= most && found[i].push([(x + .5) / width, (least + .5) / height, (most + .5) / height]));
    }
    return Object.fromEntries(colours.map((name, i) => [name, found[i]]));
  }, { title, colours });
}

let reader; // a page that reads screenshots: those that are looked at may not read even these

// The part of what is on the screen that is lighter than half, 0..1.
export async function lightness(page) {
  const png = (await page.screenshot()).toString('base64');
  reader ??= await page.context().browser().newPage();
  return reader.evaluate(async (data) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
    const canvas = new OffscreenCanvas(160, 160);
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0, 160, 160);
    const { data: p } = context.getImageData(0, 0, 160, 160);
    let light = 0;
    for (let i = 0; i < p.length; i += 4) light += p[i] + p[i + 1] + p[i + 2] > 384 ? 1 : 0;
    return light / (p.length / 4);
  }, png);
}

// What sticks out of the page to the right: elements that no ancestor scrolls, as texts.
export function stickingOut(page) {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const scrolls = (e) => e && (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
    const out = [...document.body.querySelectorAll('*')]
      .filter((e) => e.getBoundingClientRect().right > width + .5 && !e.closest('.unseen') && !scrolls(e.parentElement))
      .map((e) => `${e.tagName}.${e.className}: ${e.textContent.slice(0, 40)}`);
    return document.documentElement.scrollWidth > width ? [...out, `the page is ${document.documentElement.scrollWidth} wide`] : out;
  });
}

// Pages of a PDF that Chromium wrote.
export const pdfPages = (bytes) => (bytes.toString('latin1').match(/\/Type \/Page\b/g) ?? []).length;
