'use strict';
// Loaded into every test process and the Node processes that it starts: nothing but this machine can be reached.
// What tries is refused and written to the file that HOTFIX_PULSE_NET_REPORT names, which fails the suite.
const dns = require('node:dns');
const { appendFileSync } = require('node:fs');
const net = require('node:net');
const { hostname } = require('node:os');

const LOOPBACK =
  /^(?:localhost|(?:[\w-]+\.)*localhost|127(?:\.\d{1,3}){3}|::1|\[::1\]|::ffff:127(?:\.\d{1,3}){3}|0\.0\.0\.0|::)$/i;
const isHere = (host) =>
  host === undefined || host === null || host === '' || LOOPBACK.test(host) || host === hostname();

function refuse(what) {
  const report = process.env.HOTFIX_PULSE_NET_REPORT;
  const error = Object.assign(new Error(`tests reach nothing but this machine: ${what}`), {
    code: 'ENETUNREACH',
  });
  if (report) appendFileSync(report, `${what} (${process.argv.slice(0, 3).join(' ')})\n`);
  return error;
}

/** The host and path of all forms of the arguments; `net` passes its own on as one array. */
function targetOf([first, second]) {
  if (Array.isArray(first)) return targetOf(first);
  if (typeof first === 'object' && first !== null) return first;
  if (typeof first === 'number' || /^\d+$/.test(String(first))) {
    return { host: typeof second === 'string' ? second : undefined };
  }
  return { path: first };
}

const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function guarded(...args) {
  const { host, path } = targetOf(args);
  if (path || isHere(host)) return connect.apply(this, args);
  const error = refuse(`connection to ${host}`);
  process.nextTick(() => this.destroy(error));
  return this;
};

const { lookup } = dns;
dns.lookup = function guarded(host, ...rest) {
  if (isHere(host) || net.isIP(host)) return lookup.call(dns, host, ...rest);
  const error = Object.assign(refuse(`look-up of ${host}`), { code: 'ENOTFOUND' });
  const done = rest.at(-1);
  process.nextTick(() => done(error));
};
const promised = dns.promises.lookup;
dns.promises.lookup = async function guarded(host, ...rest) {
  if (isHere(host) || net.isIP(host)) return promised.call(dns.promises, host, ...rest);
  throw Object.assign(refuse(`look-up of ${host}`), { code: 'ENOTFOUND' });
};
