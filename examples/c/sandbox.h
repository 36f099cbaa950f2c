/*
 * What the demo needs beside a shop: the buyer's browser, and the levers of a bank that is only played (halkode-sandbox). A shop
 * needs none of this. On any failure these functions say why and end the program.
 */
#ifndef SANDBOX_H
#define SANDBOX_H

#include <cJSON.h>

/* The buyer's browser posts the form, passes 3-D Secure at the bank, and comes back: the fields it brings. Yours to delete. The order
 * is known to the sandbox by its number under ORDERS or BANK_ORDERS. */
cJSON *buyer_passes_3d(const cJSON *form, const char *orders, const char *number);
#define ORDERS "orders"
#define BANK_ORDERS "halkbank/orders"

/* The next request to this path is carried out, but its answer never arrives. */
void bank_loses_the_next_answer(const char *path);

/* What the bank has charged for an invoice so far, as text such as "60.00". Yours to free. */
char *bank_has_charged(const char *invoice_id);

#endif
