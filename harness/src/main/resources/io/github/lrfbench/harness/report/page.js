// Puts the page together: draws anew whatever is chosen, and sorts the table.

decode(data.layers).forEach(layer => {
  const row = rows[layer.cell];
  (row.layers = row.layers || []).push(layer);
});
const tableRows = [...document.querySelectorAll('#cells + div tbody tr')];
const withLayers = unique(rows.filter(row => row.layers && !row.failed).map(row => row.together));
chooser('matrices-controls', 'layersOf', 'Of', withLayers.map(facet => [facet, facet]), withLayers[0]);

function draw() {
  rows.forEach(row => row.facet = state.weights === 'apart' ? row.apart : row.together);
  const all = points(rows.filter(row => !row.failed && chosen(row)));
  const facets = [...d3.group(all, point => point.facet).values()];
  const drawEach = (id, drawing, of) => {
    const box = document.getElementById(id);
    box.replaceChildren();
    of.forEach(facet => drawing(box, facet));
    if (!box.hasChildNodes()) box.append(element('p', 'No cell has what this shows.', {className: 'soft'}));
  };
  legend();
  drawEach('ranking', drawRanking, facets);
  document.getElementById('winners').replaceChildren();
  drawWinners(document.getElementById('winners'), facets);
  drawEach('cost', drawCost, facets);
  drawEach('even', drawEven, facets);
  if (withLayers.length) {
    document.getElementById('matrices-note').textContent = `At ${state.budget}, the budget chosen above, where matrices are shown one by one.`;
    const facet = facets.filter(([first]) => first.rows[0].together === state.layersOf);
    drawEach('prediction', drawPrediction, facet);
    drawEach('profile', drawProfile, facet);
  }
  notice(all);
  tableRows.forEach((row, i) => row.hidden = !chosenInTable(rows[i]));
}

// What a reader must know of what is, and is not, in the charts.
function notice(all) {
  const cells = all.reduce((sum, point) => sum + point.rows.length, 0);
  const repeated = all.filter(point => point.rows.length > point.seeds).length;
  const failed = rows.filter(row => row.failed).length;
  document.getElementById('notice').textContent = joined([
    `${cells} of ${rows.length} cells are chosen, on ${state.deviceTitle || 'an unknown device'}, timed ${state.shape}.`,
    repeated ? `${repeated} points are means of cells of the same seed, as they were measured more than once.` : '',
    failed ? `${failed} cells have no result; the table below tells why.` : ''], ' ');
}

// Sorts the table by the column whose head is pressed; empty cells stay last.
document.querySelectorAll('th button').forEach(button => button.addEventListener('click', () => {
  const head = button.closest('th');
  const column = [...head.parentNode.children].indexOf(head);
  const down = head.getAttribute('aria-sort') === 'ascending';
  head.parentNode.querySelectorAll('th').forEach(other => other.removeAttribute('aria-sort'));
  head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
  const body = head.closest('table').tBodies[0];
  const numeric = head.classList.contains('number');
  const key = row => row.cells[column].dataset.value ?? row.cells[column].textContent;
  [...body.rows].sort((a, b) => {
    const x = key(a), y = key(b);
    if (x === '' || y === '') return (x === '') - (y === '');
    const order = numeric ? x - y : x.localeCompare(y);
    return down ? -order : order;
  }).forEach(row => body.append(row));
}));

document.getElementById('report').hidden = false;
showLeaders();
draw();
let drawnWidth = document.body.clientWidth;
addEventListener('resize', () => {
  if (drawnWidth === document.body.clientWidth) return;
  drawnWidth = document.body.clientWidth;
  draw();
});
