// Ends with process.exit while settle waits for its next question; the parent says when.
import { Halkode } from 'halkode';

import { invoice } from '../bank.js';

const client = Halkode.fromEnv();
client.settle({ invoiceId: invoice(), deadline: 3000, spacing: 300 });
process.once('message', () => process.exit(7));
