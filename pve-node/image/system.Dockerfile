# The embedded node's operating system: everything that changes rarely and takes long to install.
ARG BASE=homelab/debian:12
FROM ${BASE}

# Packages must not start daemons while they are installed: there is no init to own them.
RUN printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d

RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      lxc lxcfs uidmap \
      openssh-server \
      iproute2 iptables nftables ebtables ipset conntrack bridge-utils ifupdown2 iputils-ping \
      ulogd2-json \
      e2fsprogs zstd xz-utils mmdebstrap \
      apt-cacher-ng \
      ca-certificates curl openssl procps socat less tini \
 && rm -f /etc/ssh/ssh_host_* \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb

# Proxmox's ifupdown2 leaves CTs' interfaces on their bridges when it reloads; Debian's takes away every
# port that the file does not name, unless each bridge says otherwise. Make that the default here too.
RUN bridge=/usr/share/ifupdown2/addons/bridge.py \
 && sed -i "s/^\( *bridge_port_condone_regex = .*('bridge-ports-condone-regex')\)$/\1 or '(veth|fwpr|fwln|tap)'/" $bridge \
 && grep -q "or '(veth|fwpr|fwln|tap)'" $bridge

# Proxmox maps unprivileged CTs to these ids.
RUN echo root:100000:65536 | tee /etc/subuid > /etc/subgid

COPY node /opt/pve-node/bin/node
RUN /opt/pve-node/bin/node --version
