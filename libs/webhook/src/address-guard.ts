import type { AddressException } from '@kruispunt/delivery';
import ipaddr from 'ipaddr.js';

/** What a process allows. `plainHttp`: http and any port to loopback, for receivers with an exception: the proving ground only. */
export interface EgressPolicy {
  readonly plainHttp: boolean;
}

export interface EgressRules extends EgressPolicy {
  readonly exceptions: readonly AddressException[];
  /** ms since the epoch: an exception ends. */
  readonly now: number;
}

const ports: ReadonlySet<string> = new Set(['', '443', '8443']);

/** Where clouds hand out credentials. No exception opens these (security.md §3). */
const neverOpen = ['169.254.0.0/16', 'fe80::/10', 'fd00:ec2::/64', '100.100.100.200/32', '192.0.0.192/32'].map(
  (range) => ipaddr.parseCIDR(range),
);

/** Why this URL may not be an endpoint; undefined when it may, as far as its text tells. The DNS answer is judged when it is used. */
export function urlFault(text: string, rules: EgressRules): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url) return 'not a URL';
  if (url.username !== '' || url.password !== '') return 'credentials in the URL';
  const excepted = hasException(url.hostname, rules);
  if (url.protocol === 'http:') {
    if (!rules.plainHttp || !excepted) return 'https only';
  } else if (url.protocol !== 'https:') return 'https only';
  if (!ports.has(url.port) && !(rules.plainHttp && excepted)) return 'port not allowed; use 443 or 8443';
  return isLiteral(url.hostname) ? addressFault(bare(url.hostname), url.hostname, rules) : undefined;
}

/** Why bytes may not go to this address for this host name; undefined when they may. Anything but a public unicast address needs an exception. */
export function addressFault(address: string, hostname: string, rules: EgressRules): string | undefined {
  if (!ipaddr.isValid(address)) return 'not an address';
  const parsed = ipaddr.process(address);
  if (neverOpen.some((range) => inRange(parsed, range))) return 'an address that is never allowed';
  if (parsed.range() === 'unicast') return undefined;
  const open = rules.exceptions.some(
    (e) => e.until > rules.now && (e.host === bare(hostname) || (e.cidr !== undefined && inCidr(parsed, e.cidr))),
  );
  return open ? undefined : `a ${parsed.range()} address`;
}

const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');
const isLiteral = (hostname: string): boolean => ipaddr.isValid(bare(hostname));

function hasException(hostname: string, { exceptions, now }: EgressRules): boolean {
  const name = bare(hostname);
  return exceptions.some(
    (e) =>
      e.until > now &&
      (e.host === name || (e.cidr !== undefined && ipaddr.isValid(name) && inCidr(ipaddr.process(name), e.cidr))),
  );
}

const inCidr = (address: ipaddr.IPv4 | ipaddr.IPv6, cidr: string): boolean =>
  ipaddr.isValidCIDR(cidr) && inRange(address, ipaddr.parseCIDR(cidr));

function inRange(address: ipaddr.IPv4 | ipaddr.IPv6, range: [ipaddr.IPv4 | ipaddr.IPv6, number]): boolean {
  return address.kind() === range[0].kind() && address.match(range);
}
