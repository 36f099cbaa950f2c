#!/usr/bin/env bash
# Installs the packages that bindings-node/dist.sh left in DIST into an empty project, and takes payments with them by import and
# by require: scripts/with-sandbox.sh tests/packages/node.sh DIST
set -euo pipefail
dist=$(cd "$1" && pwd)

project=$(mktemp -d)
trap 'rm -rf "$project"' EXIT
cd "$project"
echo '{ "private": true }' > package.json
# From the files alone: neither a registry nor the checkout is asked.
npm install --offline --no-audit --no-fund --no-package-lock --cache "$project/cache" "$dist"/halkode-*.tgz

cat > pays.cjs << 'JS'
exports.pays = async ({ Halkbank, Halkode, DeclinedError, HalkodeError }, how) => {
  const client = Halkode.fromEnv();
  const card = { holderName: 'Ayşe Yılmaz', number: '4155650100416111', expiryMonth: '12', expiryYear: '2040', cvv: '555' };
  const sale = (name) => ({ invoiceId: `PK-${how}-${name}-${process.pid}`, total: '149.90', name: 'Ayşe', surname: 'Yılmaz', card });
  const order = sale('paid');
  const { orderId } = await client.pay2d(order);
  const { state, productPrice } = await client.checkStatus({ invoiceId: order.invoiceId });
  if (state !== 'paid' || productPrice !== '149.90') throw new Error(`the sale is ${state}, ${productPrice}`);
  const poor = { ...sale('poor'), card: { ...card, number: '4155650100000519' } };
  const error = await client.pay2d(poor).then(() => undefined, (caught) => caught);
  if (!(error instanceof DeclinedError && error instanceof HalkodeError && error.bankCode === '51')) throw error;
  console.log(`${how}: paid ${productPrice} TRY, order ${orderId}; a card without funds: ${error.name} ${error.code}`);

  const bank = Halkbank.fromEnv();
  const bought = { orderId: `PK-${how}-${process.pid}`, total: '75.50' };
  const back = 'https://shop.example/return';
  const { action, html } = await bank.gateForm({ ...bought, storeType: '3d_pay_hosting', okUrl: back, failUrl: back });
  if (!html.includes('name="hash"')) throw new Error('the form has no hash');
  // The form sold nothing, so its order number is free.
  const bankCard = { number: '4531444531442283', expiryMonth: '12', expiryYear: '2040', cvv: '001' };
  const { authCode } = await bank.sale({ ...bought, card: bankCard });
  const sold = await bank.orderStatus({ orderId: bought.orderId });
  if (sold.state !== 'paid' || sold.capturedAmount !== '75.50') throw new Error(`the sale at Halkbank is ${sold.state}, ${sold.capturedAmount}`);
  console.log(`${how}: a form to ${action}; paid ${sold.capturedAmount} TRY at Halkbank, authorisation ${authCode}`);
};
JS
cat > by-import.mjs << 'JS'
import * as halkode from 'halkode';
import { pays } from './pays.cjs';
await pays(halkode, 'import');
JS
cat > by-require.cjs << 'JS'
require('./pays.cjs').pays(require('halkode'), 'require');
JS
node by-import.mjs
node by-require.cjs
addon=$(echo node_modules/halkode-*/halkode.node)
echo "installed and paid with: $(cd "$dist" && echo halkode-*.tgz) (addon of $(stat -c %s "$addon" 2> /dev/null || stat -f %z "$addon") bytes)"
