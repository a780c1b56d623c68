import { shellQuote, writeFileCommand } from "./quote";

/** What every CT's apt is told: no recommended packages, no translations, patience with the network. */
function aptOptions(proxy?: string): string {
  return [
    'APT::Install-Recommends "false";',
    'Acquire::Languages "none";',
    'Acquire::Retries "5";',
    'APT::Update::Error-Mode "any";',
    'DPkg::Lock::Timeout "300";',
    ...(proxy ? [`Acquire::http::Proxy "${proxy}";`] : []),
    "",
  ].join("\n");
}

// Manual pages are not read in a CT; a CT can be rebuilt, so a write need not wait for the disk.
const DPKG_OPTIONS =
  "path-exclude=/usr/share/man/*\npath-exclude=/usr/share/doc/*\nforce-unsafe-io\n";

// The lists' own times are the mirror's, so the time of the last update is kept apart.
const UPDATED = "/var/lib/apt/homelab-updated";

/**
 * Commands that install Debian packages where they are missing. A CT's network may come up a few
 * seconds after its SSH server, hence the repeated `apt-get update`.
 */
export function aptInstall(packages: string[], proxy?: string): string {
  const names = packages.map(shellQuote).join(" ");
  return `export DEBIAN_FRONTEND=noninteractive
${writeFileCommand({ path: "/etc/apt/apt.conf.d/80homelab", text: aptOptions(proxy) })}
${writeFileCommand({ path: "/etc/dpkg/dpkg.cfg.d/homelab", text: DPKG_OPTIONS })}
missing=""
for name in ${names}; do
  dpkg-query -W -f '\${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing="$missing $name"
done
if [ -n "$missing" ]; then
  tries=0
  until [ -n "$(find ${UPDATED} -mmin -60 2>/dev/null)" ] || { apt-get update -qq && touch ${UPDATED}; }; do
    tries=$((tries + 1))
    if [ "$tries" -ge 15 ]; then
      echo "$(hostname): package lists cannot be read after 15 tries; check nameserver, NAT and aptProxy" >&2
      exit 1
    fi
    sleep 2
  done
  apt-get install -qq -y $missing >/dev/null
fi`;
}
