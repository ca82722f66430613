// Colours come from the style sheet, also those on canvas; this says when they change.

/** @param {string} name of a variable, "--ink" */
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** True while the page is made ready for paper. */
const onPaper = () => document.documentElement.hasAttribute('data-paper') || matchMedia('print').matches;

/**
 * Calls when light turns dark, and before and after printing.
 * @param {() => void} listener
 */
function onAppearance(listener) {
  const root = document.documentElement;
  for (const query of ['(prefers-color-scheme: dark)', 'print']) matchMedia(query).addEventListener('change', listener);
  // Browsers lay out for paper right after this event: the medium changes too late for what is drawn on canvas.
  addEventListener('beforeprint', () => {
    root.setAttribute('data-paper', '');
    listener();
  });
  addEventListener('afterprint', () => {
    root.removeAttribute('data-paper');
    listener();
  });
}
