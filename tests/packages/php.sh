#!/usr/bin/env bash
# Installs the PHP archives of a release into an empty directory and takes payments with them, through every route to libhalkode:
#   scripts/with-sandbox.sh tests/packages/php.sh DIST
# libhalkode comes from HALKODE_PREFIX, or from its own archive in DIST, or else is built.
set -euo pipefail
if [ $# != 1 ]; then
    echo "usage: tests/packages/php.sh DIST" >&2
    exit 2
fi
dist=$(cd "$1" && pwd)
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

one() {
    local found
    mapfile -t found < <(compgen -G "$dist/$1")
    if [ ${#found[@]} != 1 ]; then
        echo "php: $dist has not exactly one $1" >&2
        exit 1
    fi
    echo "${found[0]}"
}
extension=$(one 'halkode-php-extension-[0-9]*.tar.gz')
package=$(one 'halkode-php-[0-9]*.tar.gz')

prefix=${HALKODE_PREFIX:-}
for archive in "$dist"/*.tar.gz; do
    if [ -z "$prefix" ] && inside=$(tar --list --file "$archive" | grep '/lib/pkgconfig/halkode\.pc$'); then
        mkdir "$work/library"
        tar --extract --file "$archive" --directory "$work/library"
        prefix=$work/library/${inside%/lib/pkgconfig/halkode.pc}
    fi
done
if [ -z "$prefix" ]; then
    prefix=$work/prefix
    DESTDIR='' PREFIX=$prefix LIBDIR='' INCLUDEDIR='' "$root/scripts/install.sh"
fi

# From here on nothing of the checkout is used.
cd "$work"

# The extension, once with the shared library and once with the static one in it.
build() {
    mkdir "$1"
    tar --extract --file "$extension" --directory "$1" --strip-components 1
    (cd "$1" && phpize && ./configure --with-halkode="$prefix" "${@:2}" && make) > "$1.log" 2>&1 || {
        cat "$1.log" >&2
        exit 1
    }
}
build shared
build static --enable-halkode-static
if readelf --dynamic static/modules/halkode.so | grep 'NEEDED.*libhalkode'; then
    echo "php: the extension with the library in it still needs the library" >&2
    exit 1
fi
if nm --dynamic --defined-only static/modules/halkode.so | grep ' halkode_'; then
    echo "php: the extension shows the library's symbols to the whole process" >&2
    exit 1
fi

# The package, by Composer, in a project of its own.
mkdir package shop
tar --extract --file "$package" --directory package --strip-components 1
cat > shop/composer.json << JSON
{
    "require": {"halkode/halkode": "*"},
    "repositories": [
        {"type": "path", "url": "$work/package", "options": {"symlink": false}},
        {"packagist.org": false}
    ]
}
JSON
COMPOSER_HOME=$work/composer COMPOSER_ALLOW_SUPERUSER=1 \
    composer install --working-dir shop --no-interaction --no-plugins --no-scripts --quiet
rm -rf package

cat > shop/pay.php << 'PHP'
<?php

declare(strict_types=1);

require __DIR__ . '/vendor/autoload.php';

use Halkode\DeclinedError;
use Halkode\Halkbank;
use Halkode\Halkode;
use Halkode\PaymentState;
use Halkode\StoreType;

function ensure(bool $holds, string $what): void
{
    $holds || throw new RuntimeException("not so: $what");
}

[, $route, $invoice] = $argv;
$client = Halkode::fromEnv();
$door = new ReflectionClass(\Halkode\Native\Connection::class);
ensure($door->isInternal() === ($route !== 'FFI'), "the route is $route");
ensure(str_starts_with((new ReflectionClass($client))->getFileName(), __DIR__ . '/vendor/'), 'the package is the installed one');
$sale = [
    'invoice_id' => $invoice,
    'total' => '149.90',
    'name' => 'Ayşe',
    'surname' => 'Yılmaz',
    'card' => [
        'holder_name' => 'Ayşe Yılmaz', 'number' => '4155650100416111', 'expiry_month' => '12', 'expiry_year' => '2040', 'cvv' => '555',
    ],
];
ensure($client->pay2d($sale)->status_code === 100, 'the sale is done');
$status = $client->checkStatus(['invoice_id' => $invoice]);
ensure([$status->state, $status->product_price] === [PaymentState::PAID, '149.90'], 'the gateway knows it');
$sale['invoice_id'] .= '-B';
$sale['total'] = '20.00';
$sale['card']['number'] = '4155650100000519';
try {
    $client->pay2d($sale);
    throw new RuntimeException('a card without funds was charged');
} catch (DeclinedError $error) {
    ensure($error->bank_code === '51' && !$error->in_doubt, 'the bank said why');
}

$bank = Halkbank::fromEnv();
$order = ['order_id' => "$invoice-C", 'total' => '75.50'];
$page = 'https://shop.example/return';
$form = $bank->gateForm(['store_type' => StoreType::THREE_D_PAY_HOSTING, 'ok_url' => $page, 'fail_url' => $page] + $order);
$fields = array_column($form->toArray()['fields'], 'value', 'name');
ensure($fields['oid'] === $order['order_id'] && strlen($fields['hash']) === 88, 'the form is hashed');
ensure($form->action === getenv('HALKBANK_BASE_URL') . '/est3Dgate', 'it leads to the gate');
ensure(!in_array(getenv('HALKBANK_STORE_KEY'), $fields, true), 'no key is in it');
$card = ['number' => '4531444531442283', 'expiry_month' => '12', 'expiry_year' => '2040', 'cvv' => '001'];
ensure($bank->sale($order + ['card' => $card])->proc_return_code === '00', 'the sale at Halkbank is done');
$status = $bank->orderStatus(['order_id' => $order['order_id']]);
ensure([$status->state, $status->captured_amount] === ['paid', '75.50'], 'the bank knows it');
echo "through $route: paid at both gateways, and a card without funds declined\n";
PHP

pay() {
    php -n "${@:2}" shop/pay.php "$1" "PKG-$$-${1// /-}"
}
pay "the extension" -d extension="$work/shared/modules/halkode.so"
pay "the static extension" -d extension="$work/static/modules/halkode.so"
HALKODE_LIBRARY=$prefix/lib/libhalkode.so.1 pay FFI -d extension=ffi
echo "installed $(basename "$package" .tar.gz) and $(basename "$extension" .tar.gz), and paid at both gateways three times"
