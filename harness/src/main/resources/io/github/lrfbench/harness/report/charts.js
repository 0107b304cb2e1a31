// What the page draws, by Observable Plot. Texts reach the page as text, never as markup.

const COLORS = 8;
const figures = d3.format('.3~s');
const decimals = d3.format('.4~r');

function number(value) {
  if (value === null || !Number.isFinite(value)) return String(value ?? '');
  return Math.abs(value) >= 1e4 ? figures(value) : decimals(value);
}

function color(label) {
  return shown.has(label) ? `var(--c${shown.get(label) % COLORS})` : 'var(--faint)';
}

// After eight colours the next round has another shape.
function symbol(label) {
  return d3.symbolsFill[Math.floor((shown.get(label) ?? 0) / COLORS) % d3.symbolsFill.length];
}

function sample(label) {
  const svg = d3.create('svg').attr('width', 14).attr('height', 14).attr('viewBox', '-7 -7 14 14').attr('aria-hidden', 'true');
  svg.append('path').attr('d', d3.symbol(symbol(label), 60)()).attr('fill', color(label));
  return svg.node();
}

function describe(point) {
  const error = point.rows.length === 1 && Number.isFinite(point.rows[0].metric_stderr)
    ? ' ± ' + number(point.rows[0].metric_stderr) : '';
  const lines = [joined([point.label, budgetTitle(point)], ', '),
    point.metricName + ' ' + number(value(point, 'metric')) + error];
  if (value(point, 'metric_drop') !== null) lines.push('lost ' + number(value(point, 'metric_drop')));
  if (value(point, 'params_ratio') !== null) lines.push('kept ' + number(value(point, 'params_ratio')) + ' of all parameters');
  if (value(point, 'speedup') !== null) lines.push('speedup ' + number(value(point, 'speedup')));
  if (point.rows.some(row => row.apart !== row.together)) lines.push(weights(point.rows[0]));
  if (point.rows.length > 1) {
    const range = interval(point, 'metric');
    lines.push(`mean of n = ${point.rows.length} cells of ${point.seeds} seed${point.seeds > 1 ? 's' : ''}`);
    if (range) lines.push('from ' + number(range[0]) + ' to ' + number(range[1]));
  }
  return lines.join('\n');
}

function width(box) {
  const free = box.clientWidth || 1100;
  const across = Math.max(1, Math.floor((free + 16) / 376));
  return Math.floor((free - 16 * (across - 1)) / across);
}

function figure(box, caption, drawing, note) {
  const made = element('figure');
  made.append(element('figcaption', caption), drawing);
  if (note) made.append(element('p', note, {className: 'note'}));
  box.append(made);
}

function plot(options) {
  return Plot.plot({style: {background: 'none', fontSize: '12px'}, ...options});
}

// Marks of items {point, x, y}: grey ones that are not shown, lines, bars, marks, and what is pointed at.
function marks(items, y, lines) {
  const drawn = items.filter(item => shown.has(item.point.label));
  const bars = drawn.map(item => ({...item, bar: interval(item.point, y)})).filter(item => item.bar);
  const order = [...drawn].sort((a, b) => a.point.budget - b.point.budget);
  return [
    Plot.dot(items.filter(item => !shown.has(item.point.label)), {x: 'x', y: 'y', r: 2, fill: 'var(--faint)'}),
    lines ? Plot.line(order, {x: 'x', y: 'y', z: item => item.point.label + item.point.kind + item.point.size,
      stroke: item => color(item.point.label), strokeWidth: 1.5, strokeOpacity: 0.6}) : null,
    Plot.ruleX(bars, {x: 'x', y1: item => item.bar[0], y2: item => item.bar[1], stroke: item => color(item.point.label)}),
    Plot.dot(drawn, {x: 'x', y: 'y', r: 4, symbol: item => symbol(item.point.label), fill: item => color(item.point.label),
      stroke: 'var(--bg)', strokeWidth: 0.7}),
    Plot.tip(items, Plot.pointer({x: 'x', y: 'y', title: item => describe(item.point), lineWidth: 24})),
  ];
}

function placed(facet, x, y) {
  return facet.map(point => ({point, x: value(point, x), y: value(point, y)})).filter(item => item.x !== null && item.y !== null);
}

function scales(x) {
  return {
    color: {type: 'identity'}, symbol: {type: 'identity'},
    x: {label: x, labelAnchor: 'center', labelArrow: 'none', nice: true, inset: 6, ticks: 5, tickFormat: number, grid: true},
  };
}

function drawCost(box, facet) {
  const axis = AXES.find(([name]) => name === state.x);
  const items = placed(facet, state.x, state.y);
  const compressed = items.filter(item => !item.point.dense);
  if (!axis || !compressed.length) return;
  const across = [denseOf(facet, state.x)].filter(number => number !== null);
  const up = [denseOf(facet, state.y)].filter(number => number !== null);
  const metric = compressed[0].point.metricName;
  const high = state.y === 'metric' && sign(metric) > 0;
  const best = front(items, axis[2], high);
  const drawing = plot({
    ...scales(axis[1]), width: width(box), height: 300, marginLeft: 56, marginBottom: 42,
    y: {label: state.y === 'metric' ? metric : 'loss of ' + metric, grid: true, nice: true, ticks: 6, tickFormat: number, labelArrow: 'none'},
    marks: [
      Plot.ruleX(across, {stroke: 'var(--soft)', strokeDasharray: '5 4'}),
      Plot.ruleY(up, {stroke: 'var(--soft)', strokeDasharray: '5 4'}),
      Plot.line(best, {x: 'x', y: 'y', stroke: 'var(--soft)', strokeWidth: 1, curve: axis[2] ? 'step-before' : 'step-after'}),
      ...marks(compressed, state.y, true),
    ],
  });
  figure(box, facet[0].facet, drawing);
}

function drawEven(box, facet) {
  const items = placed(facet, 'linear_ratio', 'speedup').filter(item => !item.point.dense && !item.point.peer && !item.point.exit && item.point.sameMatrices);
  if (!items.length) return;
  const drawing = plot({
    ...scales('parameters kept, of the compressed matrices'), width: width(box), height: 280, marginLeft: 56, marginBottom: 42,
    y: {label: 'speedup', grid: true, nice: true, ticks: 6, labelArrow: 'none'},
    marks: [Plot.ruleY([1], {stroke: 'var(--soft)', strokeDasharray: '5 4'}), ...marks(items, 'speedup', true)],
  });
  figure(box, facet[0].facet, drawing);
}

const RANKED = 12;
const CHARACTER = 6.6;

function drawRanking(box, facet) {
  const candidates = contenders(facet, state.budget);
  const order = ranked(candidates);
  if (!order.length) return;
  const dense = [denseOf(facet, 'metric')].filter(metric => metric !== null);
  const drawn = order.slice(0, RANKED);
  const labels = drawn.map(entry => entry.point.label);
  const name = entry => entry.point.label;
  const wide = width(box);
  const most = Math.floor(wide * 0.55 / CHARACTER) - 2;
  const cut = label => label.length > most ? label.slice(0, Math.ceil(most / 2) - 1) + '…' + label.slice(-Math.floor(most / 2)) : label;
  const names = CHARACTER * (2 + Math.max(...labels.map(label => cut(label).length)));
  const drawing = plot({
    width: wide, height: 60 + 22 * drawn.length, marginLeft: names, marginRight: 16, marginBottom: 46,
    x: {label: order[0].point.metricName, labelAnchor: 'center', labelArrow: 'none', nice: true, ticks: 4, tickFormat: number, grid: true},
    y: {domain: labels, label: null, tickSize: 0, tickFormat: cut},
    color: {type: 'identity'},
    marks: [
      Plot.ruleX(dense, {stroke: 'var(--soft)', strokeDasharray: '5 4'}),
      Plot.ruleY(drawn, {y: name, x1: entry => entry.metric - Math.sqrt(entry.variance),
        x2: entry => entry.metric + Math.sqrt(entry.variance), stroke: 'var(--c0)'}),
      Plot.dot(drawn, {x: 'metric', y: name, r: 4.5, stroke: 'var(--c0)', fill: entry => entry.alike ? 'var(--c0)' : 'var(--bg)'}),
      Plot.tip(drawn, Plot.pointer({x: 'metric', y: name, title: entry => describe(entry.point), lineWidth: 24})),
    ],
  });
  const others = order.filter(entry => entry.alike).length - 1;
  const out = facet.filter(point => !point.dense && budgetTitle(point) === state.budget
    && candidates.every(candidate => candidate.label !== point.label));
  const winner = element('p', undefined, {className: 'winner'});
  winner.append(element('strong', order[0].point.label), ` ${number(order[0].metric)}`
    + (dense.length ? ` (dense ${number(dense[0])})` : '')
    + (others ? `; ${others} other${others > 1 ? 's' : ''} not told apart` : order.length > 1 ? '; all others are worse' : ''));
  const made = element('div');
  made.append(winner, drawing);
  figure(box, facet[0].facet, made, joined([
    order.length > RANKED ? `${order.length - RANKED} more below.` : '',
    out.length ? 'Not compared, as they keep more of the model than the others at this budget: '
      + unique(out.map(point => point.label)).join(', ') + '.' : ''], ' '));
}

function drawWinners(box, facets) {
  const table = element('table');
  const head = element('tr');
  ['', ...budgets].forEach(text => head.append(element('th', text, {scope: 'col'})));
  table.append(head);
  facets.forEach(facet => {
    const row = element('tr');
    row.append(element('th', facet[0].facet, {scope: 'row'}));
    budgets.forEach(budget => {
      const order = ranked(contenders(facet, budget));
      const cell = element('td');
      if (order.length) {
        const others = order.filter(entry => entry.alike).length - 1;
        cell.append(element('strong', order[0].point.label), element('br'),
          number(order[0].metric) + (others ? `, ${others} alike` : ''));
      }
      row.append(cell);
    });
    table.append(row);
  });
  box.append(table);
}

const ERRORS = [['relative_error', 'relative error of the weights'], ['optimal_error', 'least error at the rank'],
  ['output_error', 'relative error of the outputs']];

function drawPrediction(box, facet) {
  ERRORS.forEach(([name, text]) => {
    const items = facet.filter(point => !point.dense && point.sameMatrices && value(point, 'metric_drop') !== null)
      .map(point => ({point, x: rootMeanSquare(point.rows.flatMap(row => row.layers || []).map(layer => layer[name])),
        y: value(point, 'metric_drop'), group: budgetTitle(point)}))
      .filter(item => item.x !== null);
    if (!items.length) return;
    const result = prediction(items);
    const drawing = plot({
      ...scales(text), width: width(box), height: 260, marginLeft: 56, marginBottom: 42,
      y: {label: 'loss of ' + facet[0].metricName, grid: true, nice: true, ticks: 6, tickFormat: number, labelArrow: 'none'},
      marks: marks(items, 'metric_drop', false),
    });
    const all = result.all === null ? 'none' : result.all.toFixed(2);
    figure(box, text, drawing, `Rank correlation ${all} over ${items.length} cells; ` + (result.groups
      ? `${result.within.toFixed(2)} within a budget, the mean of ${result.groups}.` : 'no budget has four cells.'));
  });
}

// The names without what all begin with.
function shortener(names) {
  let length = names.length ? names[0].lastIndexOf('.') + 1 : 0;
  while (length && !names.every(name => name.startsWith(names[0].slice(0, length)))) {
    length = names[0].lastIndexOf('.', length - 2) + 1;
  }
  return name => name.slice(length);
}

function drawProfile(box, facet) {
  const cells = facet.filter(point => shown.has(point.label) && budgetTitle(point) === state.budget)
    .flatMap(point => d3.groups(point.rows.flatMap(row => row.layers || []), layer => layer.layer)
      .map(([layer, found]) => ({point, layer, rows: found})));
  const layers = unique(cells.map(cell => cell.layer));
  const short = shortener(layers);
  const names = CHARACTER * (2 + Math.max(0, ...layers.map(layer => short(layer).length)));
  [['rank', 'rank'], ...ERRORS].forEach(([name, text], i) => {
    const items = cells.map(cell => ({...cell, x: value(cell, name)})).filter(cell => cell.x !== null);
    if (!items.length) return;
    const left = i === 0 ? names : 8;
    figure(box, text, plot({
      width: 240 + left, height: 40 + 15 * layers.length, marginLeft: left, marginRight: 16,
      color: {type: 'identity'}, symbol: {type: 'identity'},
      x: {label: null, grid: true, nice: true, ticks: 4, tickFormat: number},
      y: {domain: layers, label: null, tickSize: 0, tickFormat: i === 0 ? short : () => '', grid: true},
      marks: [
        Plot.line(items, {x: 'x', y: 'layer', z: item => item.point.label + item.point.size, stroke: item => color(item.point.label), strokeOpacity: 0.5}),
        Plot.dot(items, {x: 'x', y: 'layer', r: 3, symbol: item => symbol(item.point.label), fill: item => color(item.point.label)}),
        Plot.tip(items, Plot.pointer({x: 'x', y: 'layer', title: item => joined([item.point.label, budgetTitle(item.point)], ', ')
          + '\n' + item.layer + '\n' + text + ' ' + number(item.x), lineWidth: 24})),
      ],
    }));
  });
}
