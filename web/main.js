// Reads what the command said and draws its page.

const PAGES = /** @type {Record<string, (report: Told) => Page>} */ ({ roi: roiPage, audit: auditPage, replay: replayPage, eval: evalPage });

function main() {
  const report = /** @type {Told} */ (JSON.parse(document.getElementById('report')?.textContent ?? ''));
  show(report, PAGES[report.kind](report));
}

main();
