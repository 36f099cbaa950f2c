'use strict';

module.exports = require('./lib/generated.js');
