/** The package in a browser, and anywhere else without files of its own. */

import './inlined.js';
import './web.js';

export * from './api.js';
