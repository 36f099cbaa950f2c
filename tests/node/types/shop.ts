// What a shop in TypeScript writes, and what the compiler must not let it write. Compiled, never run.
import {
  DeclinedError,
  Halkbank,
  Halkode,
  HalkodeError,
  TransportError,
  type Amount,
  type BankSale,
  type Callback,
  type Card,
  type Config,
  type Confirmation,
  type HalkbankConfig,
  type PaymentState,
  type Pay2d,
  type PosList,
} from 'halkode';

const config: Config = { appId: 'a', appSecret: 'b', merchantKey: 'c', environment: 'test', timeout: 30 };
const client = new Halkode(config);
const card: Card = { holderName: 'Ayşe Yılmaz', number: '4155650100416111', expiryMonth: '12', expiryYear: '2040', cvv: '555' };

export async function pay(total: Amount, signal: AbortSignal): Promise<string> {
  const order: Pay2d = {
    invoiceId: 'A-1',
    total,
    name: 'Ayşe',
    surname: 'Yılmaz',
    card,
    items: [{ name: 'Çanta', price: '149.90', quantity: 1 }],
    currency: undefined,
    discount: null,
    transactionType: 'PreAuth',
    additional: { anything: [1, true, null, { nested: 'x' }] },
  };
  try {
    const payment = await client.pay2d(order, { signal });
    return payment.orderId ?? payment.invoiceId ?? '';
  } catch (error) {
    if (error instanceof DeclinedError) return error.explanationTr ?? error.reason;
    if (error instanceof TransportError && error.inDoubt) {
      const { state, decided } = await client.settle({ invoiceId: order.invoiceId, deadline: 30, spacing: 2 });
      return decided ? state : 'in doubt';
    }
    if (error instanceof HalkodeError) {
      const code: `ERR_HALKODE_${string}` = error.code;
      const { name, kind, statusCode } = error.toJSON();
      return [code, name, kind, statusCode, error.sent, error.field].join();
    }
    throw error;
  }
}

export async function rows(pos: PosList): Promise<string[]> {
  const { rows } = await client.installmentTable({ amount: '100.00', data: pos.data });
  return rows.flatMap((row) => row.installments);
}

interface Returned {
  invoice_id: string;
}

export async function confirm(fields: Returned): Promise<Confirmation> {
  const confirmation = await client.confirmReturn({ fields, invoiceId: 'A-1', total: '149.90' });
  const state: PaymentState = confirmation.state;
  return state === 'paid' ? confirmation : Promise.reject(new DeclinedError({ reason: 'no', statusCode: 41 }));
}

export async function byName(): Promise<unknown> {
  const reply = await client.call('check_status', { invoice_id: 'A-1' });
  const text: string = await client.callJson('not_known_yet', '{}');
  const { token, extra } = await client.token();
  return [reply['state'], text, token, extra['anything'], Halkode.fromEnv(), Halkode.fromJson('{}')];
}

const bankConfig: HalkbankConfig = { clientId: '500100000', storeKey: 'k', apiUser: 'u', apiPassword: 'p', mdStatus: 'half', baseUrl: 'b' };
const bank = new Halkbank(bankConfig);

export async function atTheBank(body: string, total: Amount): Promise<string[]> {
  const { action, fields, html } = await bank.gateForm({
    storeType: '3d_pay_hosting',
    orderId: 'A-1',
    total,
    okUrl: 'https://shop.example/ok',
    failUrl: 'https://shop.example/fail',
    additional: { anything: 'as text' },
  });
  const callback: Callback = await bank.verifyCallback({ body, orderId: 'A-1', total });
  const sale: BankSale = { orderId: 'A-2', total, card: { number: '4531444531442283', expiryMonth: '12', expiryYear: '2040' } };
  try {
    if (callback.outcome === 'paid') await bank.sale(sale);
  } catch (error) {
    if (error instanceof DeclinedError) return [error.errorCode ?? error.bankCode ?? error.reason];
    throw error;
  }
  const { by } = await bank.cancelOrRefund({ orderId: 'A-1' });
  // Both gateways have these, each its own.
  await client.refund({ invoiceId: 'A-1' });
  await bank.refund({ orderId: 'A-1', amount: '1.00' });
  const { status } = await bank.settle({ orderId: 'A-1' });
  return [action, html, by, status?.transactionId ?? '', ...fields.map(({ name }) => name)];
}

export async function mistakes(): Promise<void> {
  // @ts-expect-error an amount is text
  await client.refund({ invoiceId: 'A-1', amount: 5.5 });
  // @ts-expect-error a field of the other gateway
  await bank.refund({ invoiceId: 'A-1' });
  // @ts-expect-error an operation of the other gateway
  await client.gateForm({});
  // @ts-expect-error a configuration of the other gateway
  new Halkbank(config);
  // @ts-expect-error a misspelled field
  await client.refund({ invoice_id: 'A-1' });
  // @ts-expect-error a missing field
  await client.refund({});
  // @ts-expect-error no such word
  await client.pay2d({ invoiceId: 'A', total: '1.00', name: 'a', surname: 'b', card, currency: 'TL' });
  // @ts-expect-error a count is a number
  await client.pay2d({ invoiceId: 'A', total: '1.00', name: 'a', surname: 'b', card, installmentsNumber: '3' });
  // @ts-expect-error an option that is none
  await client.refund({ invoiceId: 'A-1' }, { timeout: 5 });
  // @ts-expect-error no such word
  new Halkode({ ...config, environment: 'prod' });
  // @ts-expect-error the base class is not made by itself
  new HalkodeError({ reason: 'x' });
  // @ts-expect-error a reply does not have this
  (await client.checkStatus({ invoiceId: 'A-1' })).transaction_status;
  // @ts-expect-error an attribute is not written to
  new DeclinedError({ reason: 'x' }).kind = 'declined';
}
