# The LAN: vmbr0 with the box's Docker interface as its port, configured as on a Proxmox node.

network_up() {
  local address gateway
  address=$(ip -4 -o address show dev eth0 | awk '{ print $4; exit }')
  gateway=$(ip -4 route show default dev eth0 | awk '{ print $3; exit }')
  if [[ -z $address || -z $gateway ]]; then
    log "eth0: has no address or gateway; is the box on its Docker network?"
    exit 1
  fi
  interfaces_write "$address" "$gateway" "$(< /sys/class/net/eth0/mtu)"
  install -D "$LIB/bridge-mac" /etc/network/if-up.d/bridge-mac
  sysctl -qw net.ipv4.ip_forward=1

  # The address goes to the bridge; one that stayed on the port would answer ARP beside it.
  ip address flush dev eth0
  mkdir -p /run/network # ifupdown2 takes its lock there and calls its absence another instance
  rm -f /run/network/ifstatenew* # its memory of the box that ran before
  ifup -a || log "ifup -a: exit status $?; see /etc/network/interfaces"
  ip route replace default via "$gateway" dev vmbr0
  network_rules "${address%/*}"
}

# Keeps what users and the API wrote; only vmbr0's address and MTU follow the Docker network.
# Without an MTU ifupdown2 sets 1500, and CTs, which take the bridge's, would lose large packets.
interfaces_write() {
  local file=/etc/network/interfaces
  if ! grep -qs '^iface vmbr0 ' "$file"; then
    cat > "$file.new-boot" << EOF
auto lo
iface lo inet loopback

iface eth0 inet manual
	mtu $3

auto vmbr0
iface vmbr0 inet static
	address $1
	gateway $2
	mtu $3
	bridge-ports eth0
	bridge-stp off
	bridge-fd 0

source /etc/network/interfaces.d/*
EOF
  else
    awk -v address="$1" -v gateway="$2" -v mtu="$3" '
      /^(iface|auto|source)/ { inside = $1 == "iface" ? $2 : "" }
      inside == "vmbr0" && $1 == "address" { print "\taddress " address; next }
      inside == "vmbr0" && $1 == "gateway" { print "\tgateway " gateway; next }
      inside ~ /^(vmbr0|eth0)$/ && $1 == "mtu" { print "\tmtu " mtu; next }
      { print }' "$file" > "$file.new-boot"
  fi
  mv "$file.new-boot" "$file"
}

# Rules of the box itself, not of the lab: they stand for what a home router and a cache would do.
network_rules() {
  local address=$1
  # CTs use the package cache from private bridges; the LAN does not.
  iptables -A INPUT -i vmbr0 -p tcp --dport 3142 -j DROP
  ip6tables -A INPUT -i vmbr0 -p tcp --dport 3142 -j DROP
  # Port 8080 of the box is the load balancer, for machines that have no route to the LAN. Without
  # MASQUERADE its answer would go to the Docker gateway past the box, from an address nobody asked.
  if [[ -n ${PVE_NODE_LB_ADDRESS:-} ]]; then
    iptables -t nat -A PREROUTING -i vmbr0 -d "$address" -p tcp --dport 8080 \
      -j DNAT --to-destination "$PVE_NODE_LB_ADDRESS:80"
    iptables -t nat -A POSTROUTING -d "$PVE_NODE_LB_ADDRESS" -p tcp --dport 80 \
      -m conntrack --ctstate DNAT --ctorigdst "$address" -j MASQUERADE
  fi
  # A smaller uplink (tunnels, clouds): CTs on private bridges have 1500 and would lose large answers.
  iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu ||
    log "TCPMSS: the kernel lacks it; set the MTU of private bridges to the uplink's"
}
