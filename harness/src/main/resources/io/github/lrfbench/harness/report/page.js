// Sorts a table by the column whose head is pressed; empty cells stay last.
document.querySelectorAll('th button').forEach(button => button.addEventListener('click', () => {
  const head = button.closest('th');
  const column = [...head.parentNode.children].indexOf(head);
  const down = head.getAttribute('aria-sort') === 'ascending';
  head.parentNode.querySelectorAll('th').forEach(other => other.removeAttribute('aria-sort'));
  head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
  const body = head.closest('table').tBodies[0];
  const numeric = head.classList.contains('number');
  const value = row => row.cells[column].dataset.value ?? row.cells[column].textContent;
  [...body.rows].sort((a, b) => {
    const x = value(a), y = value(b);
    if (x === '' || y === '') return (x === '') - (y === '');
    const order = numeric ? x - y : x.localeCompare(y);
    return down ? -order : order;
  }).forEach(row => body.append(row));
}));
