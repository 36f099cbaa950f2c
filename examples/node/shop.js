// A small shop at two gateways: a checkout without and with 3-D Secure, refunds, and what to do when an answer is lost.
//
// The keys and the gateways come from the environment (HALKODE_…, HALKBANK_…), the port from PORT.
import { randomBytes } from 'node:crypto';

import express from 'express';
import { Halkbank, Halkode, HalkodeError, RequestError, SignatureError } from 'halkode';

import { checkoutPage, orderPage, problemPage } from './pages.js';

const client = Halkode.fromEnv();
const bank = Halkbank.fromEnv();

// A real shop keeps its orders in its database, written before the bank is asked: a crash must not forget a payment.
const orders = new Map();

const SIGNS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

function newOrder(total, gateway = 'halkode') {
  // A new number for every attempt: a gateway refuses one it has heard before. Letters and digits up to 20 suit both.
  const invoiceId = `EX${Array.from(randomBytes(18), (byte) => SIGNS[byte % SIGNS.length]).join('')}`;
  const order = { invoiceId, gateway, state: 'waiting', total, refunded: '0.00', message: '' };
  orders.set(invoiceId, order);
  return order;
}

/** An order that was paid, or is to be paid, at this gateway: the other one knows nothing of it. */
function orderAt(gateway, invoiceId) {
  const order = orders.get(invoiceId);
  return order?.gateway === gateway ? order : undefined;
}

/** What a gateway says of an invoice, in the words of this shop. What it does not know yet changes nothing. */
function take(order, state) {
  if (state === 'authorized') order.state = 'paid';
  else if (['paid', 'failed', 'partially_refunded', 'refunded', 'voided'].includes(state)) order.state = state;
}

/** The answer to a payment was lost: money may have moved. Never pay again; ask until the gateway knows. */
async function settle(order) {
  order.state = 'in_doubt';
  order.message = 'Bankanın yanıtı alınamadı; ödemenin sonucu soruluyor.';
  try {
    const { state, decided } = await client.settle({ invoiceId: order.invoiceId, deadline: 30, spacing: 2 });
    if (!decided) return;
    // Only settle may take "never heard of it" for a failure, since it has waited long enough.
    take(order, state === 'not_found' ? 'failed' : state);
    order.message = order.state === 'failed' ? 'Ödeme alınamadı; kartınızdan para çekilmedi.' : '';
  } catch (error) {
    if (!(error instanceof HalkodeError)) throw error;
    // The order stays in doubt; its page asks again.
    console.error(error);
  }
}

/** A call that failed: in doubt it is settled, otherwise nothing was charged. */
async function failed(order, error) {
  if (!(error instanceof HalkodeError)) throw error;
  console.error(error);
  if (error.inDoubt) return settle(order);
  order.state = 'failed';
  order.message = error.explanationTr ?? 'Ödeme alınamadı; kartınızdan para çekilmedi.';
}

/** The buyer's name as payments want it, from the one on the card. */
function buyer(name = '') {
  const words = name.trim().split(/\s+/);
  return { surname: words.pop(), name: words.join(' ') };
}

const app = express();
app.disable('x-powered-by');
// The bank's hash covers every byte of what it posts, so this one route gets the body as it came.
app.use('/halkbank/return', express.text({ type: () => true }));
app.use(express.urlencoded({ extended: false }));

const FORGED = 'Bu dönüş siparişle uyuşmuyor.';
const notFound = (response) => response.status(404).send(problemPage('Böyle bir sipariş yok.'));

app.get('/', (request, response) => response.send(checkoutPage()));

// The card passes this server here: PCI DSS SAQ D. /pay-3d keeps it away.
app.post('/pay', async (request, response) => {
  const { total, holder_name: holderName, card_number, expiry_month, expiry_year, cvv } = request.body;
  const number = String(card_number).replaceAll(' ', '');
  const card = { holderName, number, expiryMonth: expiry_month, expiryYear: expiry_year, cvv };
  const order = newOrder(total);
  try {
    await client.pay2d({ invoiceId: order.invoiceId, total, ...buyer(holderName), card });
    order.state = 'paid';
  } catch (error) {
    // A value that cannot be: nothing was sent, and there is no order.
    if (error instanceof RequestError) {
      orders.delete(order.invoiceId);
      throw error;
    }
    await failed(order, error);
  }
  response.redirect(303, `/orders/${order.invoiceId}`);
});

// Without a card the page asks the buyer, and posts it from the browser straight to the gateway: PCI DSS SAQ A-EP.
app.post('/pay-3d', async (request, response) => {
  const order = newOrder(request.body.total);
  const { invoiceId, total } = order;
  const back = `${address()}/return`;
  const buyer = { name: 'Ayşe', surname: 'Yılmaz' };
  await sendForm(response, order, client.pay3dForm({ invoiceId, total, ...buyer, returnUrl: back, cancelUrl: back }));
});

/** The page that takes the buyer's browser to a bank. Nothing was sent yet, so an order with a value that cannot be is no order. */
async function sendForm(response, { invoiceId }, form) {
  try {
    const { html } = await form;
    response.type('html').send(html);
  } catch (error) {
    orders.delete(invoiceId);
    throw error;
  }
}

// The bank's page sends the browser here, by GET or by a POST from another site: no CSRF token can come with it, and no session
// cookie (SameSite=Lax). So the order is found by its number, and nothing that came is believed before the gateway confirms it.
app.all('/return', async (request, response) => {
  const fields = { ...request.query, ...request.body };
  const order = orderAt('halkode', fields.invoice_id);
  if (order === undefined) return notFound(response);
  // A reload of this page by a buyer who has paid changes nothing.
  if (order.state === 'waiting' || order.state === 'failed') {
    try {
      // The shop's own number and total: the return must be about this very order.
      const { invoiceId, total } = order;
      const { paid, state, claim } = await client.confirmReturn({ fields, invoiceId, total });
      order.message = '';
      if (paid) order.state = 'paid';
      else {
        take(order, state);
        const { tr } = await client.statusCode({ code: String(claim.statusCode ?? '') });
        order.message = tr ?? 'Ödeme tamamlanmadı; kartınızdan para çekilmedi.';
      }
    } catch (error) {
      // Somebody made this return up, or mixed it up: it says nothing about the order.
      if (error instanceof SignatureError && !error.inDoubt) {
        return response.status(400).send(problemPage(FORGED));
      }
      await failed(order, error);
    }
  }
  response.redirect(303, `/orders/${order.invoiceId}`);
});

// In a real shop this belongs behind the login of its staff, with a CSRF token.
app.post('/orders/:invoice/refund', async (request, response) => {
  const order = orderAt('halkode', request.params.invoice);
  if (order === undefined) return notFound(response);
  const { invoiceId } = order;
  try {
    await client.refund({ invoiceId, amount: request.body.amount || undefined });
    order.message = '';
  } catch (error) {
    if (error instanceof RequestError || !(error instanceof HalkodeError)) throw error;
    console.error(error);
    order.message = error.explanationTr ?? 'İade yapılamadı.';
    // Whether the money went back is what the question below answers.
    if (error.inDoubt) order.message = 'İadenin yanıtı alınamadı; aşağıda bankanın bildiği tutar var.';
  }
  const { state, totalRefundedAmount } = await client.checkStatus({ invoiceId });
  take(order, state);
  order.refunded = totalRefundedAmount ?? order.refunded;
  response.redirect(303, `/orders/${invoiceId}`);
});

// Halkbank's own page asks for the card: neither this server nor this site sees it (PCI DSS SAQ A).
app.post('/halkbank/pay', async (request, response) => {
  const order = newOrder(request.body.total, 'halkbank');
  const { invoiceId: orderId, total } = order;
  const back = `${address()}/halkbank/return`;
  await sendForm(response, order, bank.gateForm({ storeType: '3d_pay_hosting', orderId, total, okUrl: back, failUrl: back }));
});

// The bank's page posts to here from another site: no CSRF token, no session cookie. Its hash says whose words these are; number,
// amount and currency that they are about this order; and the bank, asked besides, is the word to deliver on. A buyer may never
// come back: a real shop asks `orderStatus` about orders that wait for long.
app.post('/halkbank/return', async (request, response) => {
  const body = typeof request.body === 'string' ? request.body : '';
  const order = orderAt('halkbank', new URLSearchParams(body).get('oid'));
  if (order === undefined) return notFound(response);
  const { invoiceId: orderId, total } = order;
  // A reload by a buyer who has paid changes nothing, and nobody can make a paid order fail.
  if (order.state === 'waiting' || order.state === 'failed') {
    try {
      const { paid, unaccepted, state, callback } = await bank.confirmCallback({ body, orderId, total });
      order.message = '';
      if (paid) order.state = 'paid';
      else if (unaccepted) {
        // Taken, though the buyer was not authenticated as this shop demands it.
        await giveBack(order);
        order.message ||= 'Kartınız doğrulanamadı; ödeme geri alındı.';
      } else if (callback.outcome === 'not_paid') {
        order.state = 'failed';
        order.message = callback.explanationTr ?? 'Ödeme tamamlanmadı; kartınızdan para çekilmedi.';
      } else take(order, state);
    } catch (error) {
      if (error instanceof SignatureError) return response.status(400).send(problemPage(FORGED));
      throw error;
    }
  }
  response.redirect(303, `/orders/${orderId}`);
});

// Like a refund, in a real shop this is for its staff.
app.post('/orders/:order/cancel', async (request, response) => {
  const order = orderAt('halkbank', request.params.order);
  if (order === undefined) return notFound(response);
  await giveBack(order);
  response.redirect(303, `/orders/${order.invoiceId}`);
});

/** Gives the money of an order at Halkbank back: a void on the day of the sale, a refund later; the bank knows which. */
async function giveBack(order) {
  const { invoiceId: orderId } = order;
  order.message = '';
  try {
    const { by, amount } = await bank.cancelOrRefund({ orderId });
    if (by === 'refund') order.refunded = amount;
  } catch (error) {
    if (error instanceof RequestError || !(error instanceof HalkodeError)) throw error;
    console.error(error);
    order.message = error.explanationTr ?? 'Ödeme geri alınamadı.';
    // Whether it was given back is what the question below answers.
    if (error.inDoubt) order.message = 'Bankanın yanıtı alınamadı; yukarıda bankanın bildiği durum var.';
  }
  take(order, (await bank.orderStatus({ orderId })).state);
}

app.get('/orders/:invoice', async (request, response) => {
  const order = orders.get(request.params.invoice);
  if (order === undefined) return notFound(response);
  if (order.state === 'in_doubt') {
    // A question, not a payment. "Unknown" is no answer yet: the payment may still be on its way through the bank.
    const { state } = await client.checkStatus({ invoiceId: order.invoiceId, includePendingStatus: true });
    take(order, state);
    if (order.state !== 'in_doubt') order.message = '';
  }
  const { invoiceId: invoice_id, state, total, refunded, message } = order;
  response.format({
    html: () => response.send(orderPage(order)),
    json: () => response.json({ invoice_id, state, total, refunded, message }),
  });
});

// Express knows an error handler by its four parameters.
app.use((error, request, response, next) => {
  if (response.headersSent) return next(error);
  if (error instanceof RequestError) return response.status(400).send(problemPage(undefined, error));
  console.error(error);
  const page = problemPage(error.explanationTr ?? 'Banka ile görüşülemiyor; lütfen biraz sonra yeniden deneyin.');
  response.status(error instanceof HalkodeError ? 502 : error.status ?? 500).send(page);
});

const server = app.listen(Number(process.env.PORT ?? 0), '127.0.0.1', (error) => {
  if (error) throw error;
  console.log(`listening on ${address()}`);
});

function address() {
  return `http://127.0.0.1:${server.address().port}`;
}

// Payments that are on their way are brought to their end; new ones are not taken.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close());
