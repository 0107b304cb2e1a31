// Draws what kernels measured, by Observable Plot: of every shape the speedup by rank, and the roofline.

const KINDS = [['dense_matmul', 'dense', 'var(--c1)'], ['lowrank_matmul', 'two factors', 'var(--c0)'],
  ['lowrank_two_products', 'as two products', 'var(--c2)'], ['gemm', '1024 x 1024 x 1024', 'var(--c3)']];
const kinds = new Map(KINDS.map(([kind, name, color]) => [kind, {name, color}]));
const decimals = d3.format('.3~r');

function describe(product) {
  return [kinds.get(product.kind).name + (product.rank ? ` of rank ${product.rank}` : ''),
    `${product.shape}, ${product.batch_rows} rows`,
    `${decimals(product.latency_ms_p50)} ms, ${decimals(product.gflop_per_s)} GFLOP/s`,
    product.speedup ? `${decimals(product.speedup)} times as fast as dense` : '',
    `${Math.round(100 * product.share)} % of the roofline`].filter(line => line).join('\n');
}

function plot(box, caption, legend, options) {
  const across = Math.max(1, Math.floor(((box.clientWidth || 1100) + 16) / 376));
  const drawing = Plot.plot({
    style: {background: 'none', fontSize: '12px'}, height: 280, marginLeft: 48, marginBottom: 40, marginRight: 34,
    width: Math.floor(((box.clientWidth || 1100) - 16 * (across - 1)) / across), color: {type: 'identity'}, ...options,
  });
  const figure = document.createElement('figure');
  const title = document.createElement('figcaption');
  title.textContent = caption;
  const note = document.createElement('p');
  note.className = 'note';
  legend.forEach(([name, color], i) => {
    const mark = document.createElement('span');
    mark.textContent = (i ? '  ' : '') + '● ';
    mark.style.color = color;
    note.append(mark, name);
  });
  figure.append(title, drawing, note);
  box.append(figure);
}

function curves(box, shape, products) {
  const low = products.filter(product => product.kind === 'lowrank_matmul' && product.speedup > 0);
  if (!low.length) return;
  const batches = [...new Set(low.map(product => product.batch_rows))].sort((a, b) => a - b);
  const color = product => `var(--c${batches.indexOf(product.batch_rows) % 8})`;
  const log = {type: 'log', labelArrow: 'none', labelAnchor: 'center', grid: true, ticks: 5, tickFormat: decimals};
  plot(box, `${shape}: speedup by rank`, batches.map((rows, i) => [`${rows} rows`, `var(--c${i % 8})`]), {
    x: {...log, label: 'rank'}, y: {...log, label: 'times as fast as dense', labelAnchor: 'top'},
    marks: [
      Plot.ruleY([1], {stroke: 'var(--fg)'}),
      Plot.ruleX(low.slice(0, 1), {x: 'break_even_rank', stroke: 'var(--soft)', strokeDasharray: '4 3'}),
      Plot.line(low, {x: 'rank', y: 'speedup', z: 'batch_rows', stroke: color, sort: 'rank', strokeWidth: 1.5}),
      Plot.dot(low, {x: 'rank', y: 'speedup', fill: color, r: 3.5}),
      Plot.tip(low, Plot.pointer({x: 'rank', y: 'speedup', title: describe})),
    ],
  });
}

function roofline(box, chart) {
  const ends = d3.extent(chart.products, product => product.intensity);
  const ridge = chart.peak / chart.bandwidth;
  const roof = [ends[0], ...(ridge > ends[0] && ridge < ends[1] ? [ridge] : []), ends[1]]
    .map(intensity => ({intensity, speed: Math.min(chart.peak, chart.bandwidth * intensity)}));
  const there = KINDS.filter(([kind]) => chart.products.some(product => product.kind === kind));
  const log = {type: 'log', labelArrow: 'none', labelAnchor: 'center', grid: true, ticks: 5, tickFormat: decimals};
  plot(box, `Roofline: ${decimals(chart.peak)} GFLOP/s, ${decimals(chart.bandwidth)} GB/s`,
    there.map(([, name, color]) => [name, color]), {
      x: {...log, label: 'operations for each byte'}, y: {...log, label: 'GFLOP/s', labelAnchor: 'top'},
      marks: [
        Plot.line(roof, {x: 'intensity', y: 'speed', stroke: 'var(--fg)', strokeWidth: 1.5}),
        Plot.dot(chart.products, {x: 'intensity', y: 'gflop_per_s', r: 3.5, fill: product => kinds.get(product.kind).color, fillOpacity: 0.75}),
        Plot.tip(chart.products, Plot.pointer({x: 'intensity', y: 'gflop_per_s', title: describe})),
      ],
    });
}

const charts = JSON.parse(document.getElementById('data').textContent);
const boxes = [...document.querySelectorAll('.plots')];

function draw() {
  charts.forEach((chart, i) => {
    boxes[i].replaceChildren();
    d3.group(chart.products.filter(product => kinds.has(product.kind)), product => product.shape)
      .forEach((products, shape) => curves(boxes[i], shape, products));
    if (chart.products.length) roofline(boxes[i], chart);
  });
}

draw();
let drawnWidth = document.body.clientWidth;
addEventListener('resize', () => {
  if (drawnWidth === document.body.clientWidth) return;
  drawnWidth = document.body.clientWidth;
  draw();
});
