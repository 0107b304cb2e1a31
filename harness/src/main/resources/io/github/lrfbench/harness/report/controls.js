// What the reader chooses.

const data = JSON.parse(document.getElementById('data').textContent);
const rows = named(decode(data.runs));
const columns = new Map(data.runs.map(column => [column.name, column]));
const state = {};

function element(name, text, attributes) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  return Object.assign(made, attributes);
}

// A list to choose one of; options are [value, text].
function chooser(form, id, text, options, start) {
  state[id] = start;
  if (options.length < 2) return;
  const label = element('label', text + ' ');
  const select = element('select', undefined, {id});
  options.forEach(([value, shown]) => select.append(element('option', shown, {value, selected: value === start})));
  select.addEventListener('change', () => {
    state[id] = select.value;
    draw();
  });
  label.append(select);
  document.getElementById(form).append(label);
}

// By how many rows have it, the most first.
function values(name) {
  const counts = new Map();
  rows.filter(row => !row.failed && row[name] !== null && row[name] !== undefined)
    .forEach(row => counts.set(row[name], (counts.get(row[name]) || 0) + 1));
  return [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a)).map(String);
}

function filter(id, text, all) {
  const options = values(id).map(value => [value, value]);
  chooser('filters', id, text, all ? [['', all], ...options] : options, all ? '' : options.length ? options[0][0] : '');
  if (all && options.length < 2) document.getElementById(id)?.parentNode.remove();
}

filter('model', 'Model', 'all');
filter('task', 'Task', 'all');
filter('method', 'Method', 'all');
filter('allocate', 'Allocation', 'all');
filter('seed', 'Seed', 'all: mean and range');
filter('source', 'File', 'all');
// Numbers of several devices or shapes are never in one chart.
filter('deviceTitle', 'Device');
filter('shape', 'Timed shape');

if (new Set(rows.map(row => row.apart)).size > new Set(rows.map(row => row.together)).size) {
  chooser('filters', 'weights', 'Weights of one model', [['together', 'together where the dense metric is equal'], ['apart', 'apart']], 'together');
}

function passes(row, id) {
  return !state[id] || String(row[id]) === state[id];
}

// The dense model is what the others are held against, whatever method and seed were chosen.
function chosen(row) {
  return ['model', 'task', 'source', 'deviceTitle', 'shape'].every(id => passes(row, id))
    && (row.dense || ['method', 'allocate', 'seed'].every(id => passes(row, id)));
}

// A failed cell has no shape and perhaps no device.
function chosenInTable(row) {
  return row.failed
    ? ['model', 'task', 'source', 'method'].every(id => passes(row, id))
    : chosen(row);
}

const budgets = unique(points(rows.filter(row => !row.failed && !row.dense)).map(budgetTitle));
chooser('ranking-controls', 'budget', 'Budget', budgets.map(title => [title, title]),
  budgets.includes('keep 0.5') ? 'keep 0.5' : budgets[Math.floor(budgets.length / 2)]);

const AXES = [
  ['params_ratio', 'parameters kept, of the whole model', false],
  ['linear_ratio', 'parameters kept, of the compressed matrices', false],
  ['bytes', 'bytes of the weights', false],
  ['bits_per_weight', 'bits for each compressed weight', false],
  ['flops_per_example', 'operations for each example', false],
  ['latency_ms_p50', 'median latency in ms', false],
  ['speedup', 'speedup', true],
  ['throughput_eps', 'sequences per second', true],
  ['energy_j_per_example', 'joules for each example', false],
  ['peak_memory_bytes', 'peak memory in bytes', false],
  ['relative_error', 'relative error of the weights', false],
  ['compress_seconds', 'seconds to compress', false],
].filter(([name]) => columns.has(name));
chooser('cost-controls', 'x', 'Across', AXES.map(([name, text]) => [name, text]), AXES.length ? AXES[0][0] : '');
chooser('cost-controls', 'y', 'Up', [['metric', 'metric'], ['metric_drop', 'loss of the metric']], 'metric');

// Labels that are shown, each with the number of its look.
const shown = new Map();
const LABELS = values('label').filter(label => rows.some(row => row.label === label && !row.dense));

function show(label) {
  const taken = [...shown.values()];
  let look = 0;
  while (taken.includes(look)) look++;
  shown.set(label, look);
}

function showLeaders() {
  shown.clear();
  leaders(points(rows.filter(row => !row.failed)), 8).forEach(show);
  // Of methods that were given no common budget none leads.
  if (!shown.size) LABELS.slice(0, 8).forEach(show);
}

function legend() {
  const box = document.getElementById('legend');
  box.replaceChildren();
  const buttons = [['best eight', showLeaders], ['all', () => LABELS.forEach(label => shown.has(label) || show(label))],
    ['none', () => shown.clear()]];
  buttons.forEach(([text, act]) => {
    const button = element('button', text, {type: 'button'});
    button.addEventListener('click', () => {
      act();
      draw();
    });
    box.append(button);
  });
  const order = [...shown.keys(), ...LABELS.filter(label => !shown.has(label)).sort()];
  order.forEach(label => {
    const entry = element('button', undefined, {type: 'button', className: 'entry'});
    entry.setAttribute('aria-pressed', shown.has(label));
    entry.append(sample(label), element('span', label));
    entry.addEventListener('click', () => {
      shown.has(label) ? shown.delete(label) : show(label);
      draw();
      [...box.querySelectorAll('.entry')].find(other => other.textContent === label)?.focus();
    });
    box.append(entry);
  });
}
