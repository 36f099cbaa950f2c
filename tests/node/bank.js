// What tests need of the bank in the environment: keys, cards, its control API, and a relay that holds requests back.
import { once } from 'node:events';
import http from 'node:http';
import { text } from 'node:stream/consumers';

export const GOOD_CARD = '4155650100416111';
export const NO_FUNDS_CARD = '4155650100000519';

/** The bank's own address. */
export const BASE_URL = process.env.HALKODE_BASE_URL ?? '';

/** The configuration of the environment as an object, to change a part of it. */
export function config(changes = {}) {
  const { HALKODE_APP_ID: appId, HALKODE_APP_SECRET: appSecret, HALKODE_MERCHANT_KEY: merchantKey } = process.env;
  return { appId, appSecret, merchantKey, baseUrl: BASE_URL, ...changes };
}

/** The test card that Halkbank publishes, and one without funds. */
export const BANK_CARD = { number: '4531444531442283', expiryMonth: '12', expiryYear: '2040', cvv: '001' };
export const BANK_NO_FUNDS_CARD = { ...BANK_CARD, number: '4920940000000519', cvv: '000' };

/** Halkbank's configuration as an object. */
export function bankConfig(changes = {}) {
  const { HALKBANK_CLIENT_ID: clientId, HALKBANK_STORE_KEY: storeKey, HALKBANK_API_USER: apiUser } = process.env;
  const { HALKBANK_API_PASSWORD: apiPassword, HALKBANK_BASE_URL: baseUrl } = process.env;
  return { clientId, storeKey, apiUser, apiPassword, baseUrl, ...changes };
}

/** A number for an invoice or an order that was never used; in letters too, since digits alone may look like a card number. */
export function invoice() {
  return `ND${process.pid}T${process.hrtime.bigint().toString(36)}`;
}

/** A sale of one thing. */
export function sale(changes = {}) {
  const { number = GOOD_CARD, ...more } = changes;
  const card = { holderName: 'Ayşe Yılmaz', number, expiryMonth: '12', expiryYear: '2040', cvv: '555' };
  return { invoiceId: invoice(), total: '149.90', name: 'Ayşe', surname: 'Yılmaz', card, ...more };
}

/** A sale at Halkbank. */
export function bankSale(changes = {}) {
  return { orderId: invoice(), total: '149.90', card: BANK_CARD, ...changes };
}

/** The sandbox's control API. */
export async function control(path, body) {
  const method = body === undefined ? 'GET' : 'POST';
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(new URL(`/sandbox/${path}`, BASE_URL), { method, headers, body: JSON.stringify(body) });
  const said = await answer.json();
  if (!answer.ok) throw new Error(`sandbox: ${path}: ${JSON.stringify(said)}`);
  return said;
}

/** How often the bank took money for an invoice. */
export async function charges(invoiceId) {
  const orders = await control('orders');
  return orders.filter((order) => order.invoice_id === invoiceId && order.state === 'Completed').length;
}

/** A relay before the bank that counts requests, and holds back those a test wants to hold. */
export class Relay {
  #server;
  #waiting = [];
  seen = [];

  static async start() {
    const relay = new Relay();
    relay.#server = http.createServer((request, answer) => relay.#pass(request, answer));
    await new Promise((resolve) => relay.#server.listen(0, '127.0.0.1', resolve));
    return relay;
  }

  get baseUrl() {
    return `http://127.0.0.1:${this.#server.address().port}/ccpayment`;
  }

  /** How many requests whose path ends so have come. */
  count(path) {
    return this.seen.filter((seen) => seen.endsWith(path)).length;
  }

  /**
   * The next request whose path ends so and whose body has `within` in it, once it is here. It waits for `release()`, which is
   * done when the answer has gone back, or for `drop()`, which cuts it off.
   */
  next(path, within = '') {
    return new Promise((resolve) => this.#waiting.push({ path, within, resolve }));
  }

  async #pass(request, answer) {
    const { pathname } = new URL(request.url, BASE_URL);
    this.seen.push(pathname);
    const body = await text(request);
    const at = this.#waiting.findIndex(({ path, within }) => pathname.endsWith(path) && body.includes(within));
    if (at >= 0) {
      const [{ resolve }] = this.#waiting.splice(at, 1);
      const gone = once(answer, 'close');
      const passes = await new Promise((decide) => {
        const go = (how) => () => {
          decide(how);
          return gone;
        };
        resolve({ release: go(true), drop: go(false) });
      });
      if (!passes) return request.socket.destroy();
    }
    const { host, connection, 'content-length': length, ...headers } = request.headers;
    const told = await fetch(new URL(request.url, BASE_URL), { method: request.method, headers, body });
    answer.writeHead(told.status, { 'content-type': told.headers.get('content-type') ?? 'text/plain' });
    answer.end(Buffer.from(await told.arrayBuffer()));
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
