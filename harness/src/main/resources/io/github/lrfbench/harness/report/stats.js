'use strict';
// What the page computes, apart from what it draws. No library and no browser is needed: tests run it by Rhino,
// which knows neither const in loops nor spread arguments.

// The rows of a table that came as columns; see PageData.
function decode(columns) {
  let rows = [];
  for (let column of columns) {
    let cells = column.at ? column.at.map(at => at < 0 ? null : column.values[at]) : column.values;
    cells.forEach((cell, i) => {
      if (rows.length <= i) rows.push({});
      // JSON has no NaN, nor infinity: they are strings.
      rows[i][column.name] = cell === null ? null : column.number ? Number(cell) : cell;
    });
  }
  return rows;
}

// The mean of what the dense model has in a column, as measured or as others tell it, or null.
function denseOf(facet, column) {
  let numbers = facet.filter(point => point.dense).map(point => value(point, column)).filter(number => number !== null);
  if (numbers.length) return mean(numbers);
  return column === 'metric' && facet.length ? value(facet[0], 'metric_dense') : null;
}

function unique(values) {
  return Array.from(new Set(values));
}

function joined(parts, separator) {
  return parts.filter(part => part !== null && part !== undefined && part !== '').join(separator);
}

// Adds to a name that stands for several keys those of the parts by which they differ, or else numbers them.
function tellApart(rows, key, name, parts) {
  for (let text of unique(rows.map(row => row[name]))) {
    let namesakes = rows.filter(row => row[name] === text);
    let keys = unique(namesakes.map(row => row[key]));
    if (keys.length > 1) {
      let all = namesakes.map(parts);
      let differ = all[0].map((first, i) => all.some(other => other[i] !== first));
      let found = all.map(own => joined(own.filter((part, i) => differ[i]), ', '));
      let enough = keys.every(one => unique(found.filter((other, i) => namesakes[i][key] === one)).length === 1)
        && unique(found).length === keys.length;
      namesakes.forEach((row, i) => {
        row[name] = text + ' (' + (enough ? found[i] : 'no. ' + (keys.indexOf(row[key]) + 1)) + ')';
      });
    }
  }
}

// Rows with their names: facet, what is scored on what; device; shape, what was timed.
function named(rows) {
  rows.forEach((row, i) => {
    row.index = i;
    row.failed = row.status !== 'ok';
    row.peer = Boolean(row.runtime) && row.runtime !== 'lrfbench';
    row.dense = row.method === 'dense' && !row.peer && !row.exit;
    let scored = [row.model, row.task, row.split, row.examples, row.data_hash, row.metric_name];
    // Weights that score alike before they are compressed are one model that was made more than once.
    row.togetherKey = JSON.stringify(scored.concat(Number.isFinite(row.metric_dense) ? row.metric_dense.toPrecision(3) : null));
    row.apartKey = JSON.stringify(scored.concat(row.model_revision));
    row.together = row.apart = row.model + ' on ' + row.task;
    let kind = row.device ? row.device.replace(/:.*/, '') : row.device;  // GPUs of a name are alike
    row.deviceKey = JSON.stringify([kind, row.device_name, row.dtype, row.threads, row.host]);
    row.deviceTitle = joined([kind, row.device_name, row.dtype,
      row.threads ? row.threads + (row.threads === 1 ? ' thread' : ' threads') : ''], ', ');
    row.shape = row.latency_kind === 'inputs' ? 'inputs, one at a time' : row.batch_size ? row.batch_size + ' x ' + row.seq_len
      + (row.latency_kind && row.latency_kind !== 'forward' ? ', ' + row.latency_kind : '') : 'not timed';
  });
  let whole = rows.filter(row => !row.failed);
  let scored = row => [row.split, row.examples ? row.examples + ' examples' : '',
    row.data_hash ? 'data ' + row.data_hash.slice(0, 6) : '', row.metric_name];
  tellApart(whole, 'togetherKey', 'together', row => scored(row).concat(
    Number.isFinite(row.metric_dense) ? 'dense ' + row.metric_dense.toPrecision(3) : ''));
  tellApart(whole, 'apartKey', 'apart', row => scored(row).concat(weights(row)));
  whole.forEach(row => row.facet = row.together);
  tellApart(whole, 'deviceKey', 'deviceTitle', row => [row.host]);
  return rows;
}

function weights(row) {
  return row.model_revision ? 'weights ' + row.model_revision.slice(0, 6) : '';
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

// A column of the rows behind a point: their mean, or null.
function value(point, column) {
  let numbers = point.rows.map(row => row[column]).filter(number => Number.isFinite(number));
  return numbers.length ? mean(numbers) : null;
}

// Rows that differ in nothing but the seed are one point.
function points(rows) {
  let byKey = new Map();
  for (let row of rows) {
    let key = JSON.stringify([row.facet, row.label, row.budget_kind, row.budget, row.linear_params_dense,
      row.model_revision]);
    if (!byKey.has(key)) {
      byKey.set(key, {facet: row.facet, label: row.label, kind: row.budget_kind, budget: row.budget, dense: row.dense,
        peer: row.peer, exit: Boolean(row.exit),
        metricName: row.metric_name, rows: []});
    }
    byKey.get(key).rows.push(row);
  }
  let all = Array.from(byKey.values());
  for (let point of all) {
    point.seeds = unique(point.rows.map(row => row.seed)).length;
    point.size = value(point, 'linear_params_dense');
  }
  for (let facet of unique(all.map(point => point.facet))) {
    let here = all.filter(point => point.facet === facet);
    let usual = mostFrequent(here.filter(point => !point.dense).map(point => point.size));
    here.forEach(point => point.sameMatrices = point.size === null || usual === null || point.size === usual);
  }
  return all;
}

// The most frequent number, of equally frequent ones the largest; null where there is none.
function mostFrequent(values) {
  let numbers = unique(values).filter(value => value !== null);
  let count = number => values.filter(value => value === number).length;
  return numbers.length ? numbers.sort((a, b) => count(b) - count(a) || b - a)[0] : null;
}

function reached(point) {
  let column = {keep: 'linear_ratio', bits: 'bits_per_weight'}[point.kind];
  let kept = column ? value(point, column) : null;
  return kept === null || kept <= point.budget * 1.02;
}

// What is left of the whole model.
function left(point) {
  return value(point, point.kind === 'bits' ? 'bytes_ratio' : 'params_ratio');
}

// Who takes part at a budget in a facet. Half of one part of a model is not half of another: who cuts another part
// than most takes part by the largest of its cells that keeps no more of the whole model than they.
function contenders(facet, budget) {
  let all = facet.filter(point => !point.dense);
  let given = all.filter(point => budgetTitle(point) === budget && reached(point));
  let here = given.filter(point => point.sameMatrices);
  if (!here.length) return given;
  let sizes = here.map(left).filter(size => size !== null);
  let most = Math.max.apply(null, sizes);
  let others = new Map();
  for (let point of all.filter(point => !point.sameMatrices && point.kind === here[0].kind)) {
    let size = left(point);
    let largest = others.get(point.label);
    if (sizes.length && size !== null && size <= most + 0.01 * Math.abs(1 - most) && (!largest || size > left(largest))) {
      others.set(point.label, point);
    }
  }
  return here.concat(Array.from(others.values()));
}

// [low, high] around a column of a point: of several rows their extent, of one its error, or null.
function interval(point, column) {
  let numbers = point.rows.map(row => row[column]).filter(number => Number.isFinite(number));
  if (numbers.length > 1) return [Math.min.apply(null, numbers), Math.max.apply(null, numbers)];
  let row = point.rows[0];
  if (numbers.length === 0) return null;
  if (column === 'metric' || column === 'metric_drop') {
    let error = row.metric_stderr;
    return Number.isFinite(error) ? [numbers[0] - error, numbers[0] + error] : null;
  }
  let both = Number.isFinite(row[column + '_low']) && Number.isFinite(row[column + '_high']);
  return both ? [row[column + '_low'], row[column + '_high']] : null;
}

// 1 where a high metric is good, -1 where a low one is.
function sign(metricName) {
  return metricName === 'perplexity' || metricName === 'loss' ? -1 : 1;
}

// Of one cell its standard error; of several seeds with their spread.
function variance(point) {
  let scores = point.rows.map(row => row.metric);
  let errors = point.rows.map(row => row.metric_stderr).filter(error => Number.isFinite(error));
  let sampling = errors.length ? mean(errors.map(error => error * error)) : 0;
  if (scores.length < 2) return sampling;
  let center = mean(scores);
  let spread = scores.reduce((sum, score) => sum + (score - center) * (score - center), 0) / (scores.length - 1);
  return sampling + spread / scores.length;
}

// Points that can be compared, the best first; those not told apart are alike.
function ranked(candidates) {
  let order = candidates.filter(point => value(point, 'metric') !== null)
    .map(point => ({point: point, metric: value(point, 'metric'), variance: variance(point)}));
  order.sort((a, b) => sign(a.point.metricName) * (b.metric - a.metric));
  for (let entry of order) {
    let difference = Math.abs(order[0].metric - entry.metric);
    entry.alike = difference <= 1.96 * Math.sqrt(order[0].variance + entry.variance);
  }
  return order;
}

// Items {x, y} that no other beats in one and equals in the other, in the order of x.
function front(items, highX, highY) {
  let sx = highX ? -1 : 1;
  let sy = highY ? -1 : 1;
  let order = items.slice().sort((a, b) => sx * (a.x - b.x) || sy * (a.y - b.y));
  let best = [];
  for (let item of order) {
    if (!best.length || sy * item.y < sy * best[best.length - 1].y) best.push(item);
  }
  return best.sort((a, b) => a.x - b.x);
}

// Places from 1; equals share the mean of theirs.
function places(values) {
  let order = values.map((value, i) => i).sort((a, b) => values[a] - values[b]);
  let result = [];
  for (let i = 0; i < order.length;) {
    let end = i;
    while (end + 1 < order.length && values[order[end + 1]] === values[order[i]]) end++;
    for (let k = i; k <= end; k++) result[order[k]] = (i + end) / 2 + 1;
    i = end + 1;
  }
  return result;
}

// Spearman's rank correlation, or null where there are fewer than three pairs or one side is constant.
function spearman(xs, ys) {
  if (xs.length < 3) return null;
  let a = places(xs), b = places(ys);
  let center = (xs.length + 1) / 2;
  let ab = 0, aa = 0, bb = 0;
  for (let i = 0; i < a.length; i++) {
    ab += (a[i] - center) * (b[i] - center);
    aa += (a[i] - center) * (a[i] - center);
    bb += (b[i] - center) * (b[i] - center);
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : null;
}

function rootMeanSquare(values) {
  let numbers = values.filter(number => Number.isFinite(number));
  return numbers.length ? Math.sqrt(mean(numbers.map(number => number * number))) : null;
}

// The correlation of all items {x, y, group}, and the mean of those within groups of four or more.
function prediction(items) {
  let within = unique(items.map(item => item.group))
    .map(group => items.filter(item => item.group === group))
    .filter(group => group.length >= 4)
    .map(group => spearman(group.map(item => item.x), group.map(item => item.y)))
    .filter(correlation => correlation !== null);
  return {
    all: spearman(items.map(item => item.x), items.map(item => item.y)),
    within: within.length ? mean(within) : null,
    groups: within.length,
  };
}

// The labels that a page shows first: those of the best mean place over facets and budgets.
function leaders(all, count) {
  let sums = new Map();
  for (let facet of unique(all.map(point => point.facet))) {
    for (let budget of unique(all.filter(point => point.facet === facet).map(budgetTitle))) {
      let order = ranked(contenders(all.filter(point => point.facet === facet), budget));
      order.forEach((entry, i) => {
        let label = entry.point.label;
        if (!sums.has(label)) sums.set(label, []);
        sums.get(label).push((i + 0.5) / order.length);
      });
    }
  }
  let labels = Array.from(sums.keys());
  return labels.sort((a, b) => mean(sums.get(a)) - mean(sums.get(b))).slice(0, count);
}

function budgetTitle(point) {
  return joined([point.kind, point.budget], ' ');
}
