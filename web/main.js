// Reads what the command said and draws its page.

function main() {
  const report = JSON.parse(document.getElementById('report')?.textContent ?? '');
  const page = document.getElementById('page');
  page?.replaceChildren(h('h1', {}, `Sluice ${report.kind}`), h('pre', {}, JSON.stringify(report.data, null, 2)));
}

main();
