/** What a script can touch that policies judge, and what nobody may touch. */
export type Area =
  "access" | "balancer" | "database" | "docker" | "firewall" | "network" | "script" | "unit";

const AREAS: readonly [Area, RegExp][] = [
  ["firewall", /^\/etc\/homelab\/(firewall|network-[^/]*)(\/|$)|^\/etc\/homelab\/network-/],
  ["firewall", /^\/etc\/(iptables|nftables|ufw|firewalld|ipset)(\/|\.|$)/],
  ["firewall", /^\/etc\/systemd\/system\/(.*\/)?homelab-firewall\.service/],
  [
    "network",
    /^\/etc\/network(\/|$)|^\/etc\/(hosts|hostname|machine-id|resolv\.conf|nsswitch\.conf)$|^\/etc\/netplan/,
  ],
  ["network", /^\/(proc\/sys|sys)\/|^\/etc\/sysctl(\.conf|\.d\/)|^\/etc\/modules|^\/etc\/modprobe/],
  [
    "database",
    /^\/etc\/postgresql(\/.*)?(\.conf$|\.conf\.[^/]*$)|^\/etc\/postgresql(\/[^/]*){0,2}$/,
  ],
  ["database", /^\/etc\/postgresql\/[^/]*\/main\/conf\.d(\/|$)|pg_(hba|ident)\.conf/],
  ["database", /^\/var\/lib\/postgresql\/(?!homelab-)|postgresql(\.auto)?\.conf/],
  // Certificates are made where they are, and are no configuration.
  [
    "balancer",
    /^\/etc\/haproxy(?!\/(certs(\/|$)|ca\.(pem|key|srl)))(\/|$)|^\/etc\/default\/haproxy|haproxy[^/]*\.cfg/,
  ],
  ["docker", /^\/etc\/(docker|containerd)(?!\/homelab-pending$)(\/|$)|^\/etc\/default\/docker/],
  ["docker", /^\/(var\/)?run\/(docker|containerd)|^\/var\/lib\/containerd/],
  ["access", /^\/etc\/(ssh|sudoers|sudoers\.d|pam\.d|security|ld\.so\.[^/]*)(\/|$)/],
  ["access", /^\/etc\/(passwd|shadow|group|gshadow|login\.defs|securetty|shells)-?$/],
  ["access", /\/\.ssh(\/|$)|authorized_keys|^\/root\/\.(bash|profile|zsh|config)/],
  ["access", /^\/etc\/(profile|bash\.bashrc|environment|profile\.d)(\/|$)/],
  ["unit", /^\/var\/log\/journal(\/|$)|^\/etc\/systemd\/journald\.conf/],
  ["unit", /^\/(etc|lib|usr\/lib|run|usr\/local\/lib)\/systemd\/(system|user|[^/]*\.conf)/],
  [
    "unit",
    /^\/etc\/(cron[^/]*|anacrontab|init\.d|rc[^/]*|inittab|tmpfiles\.d)(\/|$)|^\/var\/spool\/cron/,
  ],
  ["unit", /^\/etc\/(apt\/apt\.conf|dpkg\/dpkg\.cfg|udev|dbus-1|polkit-1|logrotate)/],
  [
    "script",
    /^\/(usr\/)?s?bin\/|^\/(usr\/)?lib(32|64|x32)?\/(?!systemd)|^\/boot\/|^\/dev\/(sd|nvme|loop|mem|kmem)/,
  ],
  ["script", /^\/proc\/(?!sys\/)[^/]+\/(mem|root)|^\/etc\/pve(\/|$)/],
];

/** Passwords and keys, which neither others nor a log may see. */
const SECRET =
  /^\/etc\/homelab\/web(\/|$)(?!db\.crt)|^\/etc\/haproxy\/(users\.cfg|certs\/|ca\.key)|^\/etc\/postgresql\/.*\.key$|^\/etc\/(shadow|gshadow)|\/\.(pgpass|ssh)(\/|$)|^\/etc\/ssh\/.*_key$/;

export const isSecretPath = (path: string): boolean => SECRET.test(path.replace(/\/\*$/, "/x"));

/** The area that a path belongs to; undefined for what nobody judges. */
export function areaOf(path: string): Area | undefined {
  return AREAS.find(([, pattern]) => pattern.test(path))?.[0];
}

/** Folders that hold what is judged beside other things. */
const WIDE = new Set(
  (
    "/etc /etc/homelab /etc/systemd /var /var/lib /usr /root " +
    "/usr/local /usr/local/bin /usr/local/sbin /usr/local/lib"
  )
    .split(" ")
    .concat(""),
);

/** The area that holds something below a folder, for what works on whole folders. */
export function areaBelow(folder: string): Area | undefined {
  const own = folder.replace(/\/+$/, "");
  return areaOf(own) ?? areaOf(`${own}/x`) ?? (WIDE.has(own) ? "script" : undefined);
}

/** Absolute, without `.` and `..`. */
export function absolute(path: string, folder: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith("/") ? path : `${folder}/${path}`).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}
