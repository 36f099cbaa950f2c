const at = id => document.getElementById(id);
const control = (method, path, body) =>
  fetch('/sandbox/' + path, {method, headers: {'content-type': 'application/json'}, body: body && JSON.stringify(body)}).then(answer => answer.json());
const row = (cells, kind = 'td') => {
  const tr = document.createElement('tr');
  for (const text of cells) tr.appendChild(document.createElement(kind)).textContent = text ?? '';
  return tr;
};
const table = (id, heads, rows) => at(id).replaceChildren(row(heads, 'th'), ...rows.map(cells => row(cells)));
const show = async () => {
  const [state, requests, hooks] = await Promise.all([control('GET', 'state'), control('GET', 'requests?limit=30'), control('GET', 'webhooks')]);
  at('clock').textContent = state.now + (state.clock_offset_seconds ? ' (+' + state.clock_offset_seconds + ' s)' : '');
  at('faults').replaceChildren(...state.faults.map(fault => {
    const li = document.createElement('li');
    li.textContent = `${fault.path}: ${fault.fault} × ${fault.times}`;
    return li;
  }));
  table('orders', ['invoice_id', 'order_id', 'Tutar', 'Durum', 'İade', 'Kart', '3D'], state.orders.slice(0, 50).map(o =>
    [o.invoice_id, o.order_id, o.total + ' ' + o.currency, o.state + (o.bank_code ? ' ' + o.bank_code : ''), o.refunded, o.card, o.md_status]));
  table('halkbank-orders', ['oid', 'storetype', 'Tutar', 'Durum', 'İade', 'Kart', '3D'], state.halkbank_orders.slice(0, 50).map(o =>
    [o.oid, o.storetype, o.amount + ' ' + o.currency, o.state + (o.code && o.code !== '00' ? ' ' + o.code : ''), o.refunded, o.card, o.mdStatus]));
  table('requests', ['Saat', 'Yol', 'HTTP', 'Kod', 'Arıza'], requests.reverse().map(r =>
    [r.at, r.method + ' ' + r.path, r.status ?? '—', r.answer?.status_code ?? r.answer?.CC5Response?.ProcReturnCode ?? '', [r.fault, ...(r.warnings ?? [])].filter(Boolean).join('; ')]));
  table('webhooks', ['Saat', 'Tür', 'Anahtar', 'invoice_id', 'Sonuç'], hooks.deliveries.slice(-20).reverse().map(d =>
    [d.at, d.kind, d.key, d.fields.invoice_id ?? d.fields.oid, d.result]));
};
const then = promise => promise.then(show, console.error);
for (const button of document.querySelectorAll('[data-advance]'))
  button.onclick = () => then(control('POST', 'clock', {advance_seconds: button.dataset.advance}));
document.querySelector('[data-dayclose]').onclick = () => then(control('POST', 'halkbank/dayclose'));
document.querySelector('[data-reset]').onclick = () => then(control('POST', 'reset'));
document.querySelector('[data-clear]').onclick = () => then(control('DELETE', 'faults'));
at('fault').onsubmit = event => {
  event.preventDefault();
  then(control('POST', 'faults', Object.fromEntries(new FormData(event.target))));
};
const watch = () => show().catch(console.error).finally(() => setTimeout(watch, 1500));
watch();
