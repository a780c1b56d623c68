# Everything that outlives the box is on one volume, mounted where a Proxmox node has it.

state_mount() {
  local place
  # etc/homelab: scripts that /etc/network/interfaces calls, hence as lasting as that.
  for place in etc/pve etc/network etc/homelab var/lib/vz var/lib/lxc var/log/pve; do
    # The first boot takes over what the image holds; the rename makes a killed copy start anew.
    if [[ ! -d $STATE/$place ]]; then
      rm -rf "$STATE/$place.new"
      mkdir -p "/$place" "$(dirname "$STATE/$place")"
      cp -a "/$place" "$STATE/$place.new"
      mv "$STATE/$place.new" "$STATE/$place"
    fi
    mkdir -p "/$place"
    mountpoint -q "/$place" || mount --bind "$STATE/$place" "/$place"
  done

  mkdir -p "/etc/pve/nodes/$PVE_NODE_NAME/lxc" /etc/pve/priv /etc/network/interfaces.d
  mkdir -p /var/lib/vz/{template/cache,template/iso,images,private,dump,snippets}
  chmod 700 /etc/pve/priv
  ln -sfn "nodes/$PVE_NODE_NAME/lxc" /etc/pve/lxc
  ln -sfn "nodes/$PVE_NODE_NAME" /etc/pve/local
  mkdir -p /var/log/pveproxy
  host_keys
  templates_copy
  # What the last `up` left: Docker's 127.0.0.11 answers in the box only, and CTs inherit this file. It is
  # a mount: no rename.
  [[ ! -s $STATE/resolv.conf ]] || cat "$STATE/resolv.conf" > /etc/resolv.conf
}

# The node keeps its identity when its image changes.
host_keys() {
  local type key
  mkdir -p "$STATE/etc/ssh"
  for type in ed25519 rsa; do
    key=$STATE/etc/ssh/ssh_host_${type}_key
    if [[ ! -s $key || ! -s $key.pub ]]; then
      rm -f "$key" "$key.pub"
      ssh-keygen -q -t "$type" -N '' -C "root@$PVE_NODE_NAME" -f "$key"
    fi
    install -m 600 "$key" /etc/ssh/
    install -m 644 "$key.pub" /etc/ssh/
  done
}

# Templates come from a cache that all labs of the machine share; a user's own ones stay.
templates_copy() {
  local file name target=/var/lib/vz/template/cache
  for file in /var/cache/homelab-template/*.tar.zst; do
    name=$(basename "$file")
    [[ -e $file ]] || continue
    [[ $(stat -c '%s %Y' "$file") == "$(stat -c '%s %Y' "$target/$name" 2> /dev/null)" ]] && {
      chmod 0644 "$target/$name"
      continue
    }
    # An unprivileged CT's root unpacks it, whatever umask the file was made with.
    cp --preserve=timestamps "$file" "$target/.$name.part"
    chmod 0644 "$target/.$name.part"
    mv "$target/.$name.part" "$target/$name"
  done
}
