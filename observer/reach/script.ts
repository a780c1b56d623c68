import { contains, parseAddress, parseCidr, withPrefix } from "../../lib/net/cidr";
import { macOf } from "../../lib/net/nodeNetwork";
import type { Settings } from "../../lib/stack/settings";
import { shellQuote } from "../../lib/shell/quote";
import { BASTION } from "../../lib/stack/ways";
import { LAN_HOST, type Place, type Probe } from "./plan";
import { LISTENER, PROBER } from "./perl";
import { OUTCOMES, type Outcome } from "./verdict";

/** Seconds that an unanswered connection is waited for: two attempts of the kernel's. */
const WAIT_SECONDS = 2.5;

/**
 * The script that probes, for the Proxmox node. It enters the network of each source, as the CT itself
 * sees it, with the node's own tools; all sources probe at the same time. The host in the LAN exists for
 * this long only: a network namespace on the LAN's bridge, with a route to the private subnet.
 */
export function reachScript(settings: Settings, all: Place[], probes: Probe[]): string {
  const cts = all.filter(({ vmid }) => vmid !== undefined);
  const lan = all.find(({ name }) => name === LAN_HOST);
  const listening = all.filter(({ name }) => name !== LAN_HOST).map(({ name }) => name);
  const udpPorts = (name: string) => [
    ...new Set(probes.filter((p) => p.to === name && p.protocol === "udp").map((p) => p.port)),
  ];
  return `set -u
exec 8> /run/homelab-reach.lock
flock -w 60 8 || { echo "another ./lab reach is at work" >&2; exit 1; }
work=$(mktemp -d)
ns=homelab-reach
clean() {
  kill $(jobs -p) 2>/dev/null
  ip netns del $ns 2>/dev/null
  ip link del homelab-reach 2>/dev/null
  rm -rf "$work"
}
trap clean EXIT
ip netns del $ns 2>/dev/null
ip link del homelab-reach 2>/dev/null
declare -A pid
${cts
  .map(
    ({ name, vmid }) =>
      `pid[${name}]=$(lxc-info -n ${vmid} -pH 2>/dev/null); [ "\${pid[${name}]:-}" ] || { echo "CT ${vmid} (${name}): does not run" >&2; exit 1; }`,
  )
  .join("\n")}
${lan ? makeLanHost(settings, all, lan) : ""}
# Sets the words that run a command in the network of a place. A function that ran the command itself
# would leave a shell around each one in the background, and ending that shell would not end the command.
within() {
  case $1 in
    ${BASTION}) inside=() ;;
    ${LAN_HOST}) inside=(ip netns exec $ns) ;;
    *) inside=(nsenter -t "\${pid[$1]}" -n) ;;
  esac
}
cat > "$work/probe.pl" <<'PERL'
${PROBER}PERL
cat > "$work/listen.pl" <<'PERL'
${LISTENER}PERL
# Link-local addresses: the real ones, else the one that the MAC address would give.
declare -A six
${[...linkLocals(all)]
  .map(
    ([key, place, face, fallback]) =>
      `within ${place}; six[${key}]=$("\${inside[@]}" ip -6 -o address show dev ${face} scope link 2>/dev/null | awk '{ sub("/.*", "", $4); print $4; exit }'); : "\${six[${key}]:=${fallback}}"`,
  )
  .join("\n")}
${listening
  .map(
    (name) =>
      `within ${name}; "\${inside[@]}" perl "$work/listen.pl" ${udpPorts(name).join(" ")} > "$work/heard-${name}" 8>&- &`,
  )
  .join("\n")}
for name in ${listening.join(" ")}; do
  tries=0
  until [ -s "$work/heard-$name" ]; do
    [ $((tries += 1)) -le 400 ] || { echo "$name: no listener for UDP" >&2; exit 1; }
    sleep 0.05
  done
done
while read -r id place protocol port host zone; do
  case $host in @*) host=\${six[\${host#@}]}%$zone ;; esac
  echo "$id $protocol $port $host" >> "$work/probes-$place"
done <<'PROBES'
${probes.map(probeLine).join("\n")}
PROBES
for file in "$work"/probes-*; do
  name=\${file##*/probes-}
  within "$name"
  "\${inside[@]}" perl "$work/probe.pl" ${WAIT_SECONDS} < "$file" > "$work/results-$name" 8>&- &
  running+=($!)
done
wait "\${running[@]}"
cat "$work"/results-* "$work"/heard-*
`;
}

const key = (name: string, on: string) => `${name}/${on}`;

function probeLine({ id, from, to, on, family, protocol, port, address, zone }: Probe): string {
  const host = family === 4 ? address : `@${key(to, on)}`;
  return `${id} ${from} ${protocol} ${port} ${host} ${zone || "-"}`;
}

function* linkLocals(all: Place[]): Generator<[string, string, string, string]> {
  for (const { name, interfaces, addresses } of all) {
    for (const on of ["lan", "private"] as const) {
      const [face, address] = [interfaces[on], addresses[on]];
      if (face && address && name !== LAN_HOST) {
        yield [key(name, on), name, face, linkLocalOf(macOf(address))];
      }
    }
  }
}

/** The link-local address that the kernel makes of a MAC address. */
export function linkLocalOf(mac: string): string {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac
    .split(":")
    .map((byte) => parseInt(byte, 16));
  const words = [(a ^ 2) * 256 + b, c * 256 + 0xff, 0xfe * 256 + d, e * 256 + f];
  return `fe80::${words.map((word) => word.toString(16)).join(":")}`;
}

function makeLanHost(settings: Settings, all: Place[], lan: Place): string {
  const node = all.find(({ name }) => name === BASTION)?.addresses.lan ?? "";
  const address = withPrefix(lan.addresses.lan ?? "", settings.lan.cidr);
  return `set -e
ip netns add $ns
ip link add homelab-reach type veth peer name eth0 netns $ns
ip link set homelab-reach master ${shellQuote(settings.lan.bridge)} up
# An address that is used at once, not after a search for duplicates.
ip netns exec $ns sysctl -qw net.ipv6.conf.eth0.accept_dad=0 2>/dev/null || true
ip -n $ns address add ${address} dev eth0
ip -n $ns link set lo up
ip -n $ns link set eth0 up
ip -n $ns route add ${settings.privateNetwork.cidr} via ${node}
set +e`;
}

/** What the script printed, by the probe's id. */
export function parseOutcomes(probes: Probe[], text: string): Map<number, Outcome> {
  const outcomes = new Map<number, Outcome>();
  const said = new Set(text.split("\n"));
  for (const { id, protocol } of probes) {
    if (protocol === "udp") {
      if (said.has(`${id} sent`)) outcomes.set(id, said.has(`${id} heard`) ? "heard" : "silent");
      else if (said.has(`${id} unreachable`)) outcomes.set(id, "unreachable");
      continue;
    }
    const found = OUTCOMES.find((outcome) => said.has(`${id} ${outcome}`));
    if (found) outcomes.set(id, found);
  }
  return outcomes;
}

/** An address of the LAN for the host there; only the embedded node's LAN has one that is surely free. */
export function isInLan(settings: Settings, address: string): boolean {
  const cidr = parseCidr(settings.lan.cidr);
  const value = parseAddress(address);
  return cidr !== undefined && value !== undefined && contains(cidr, value);
}
