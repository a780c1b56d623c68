/**
 * Programs in Perl, which is on every Debian and every Proxmox VE: all connections of a source at once,
 * each with the exact reason why it failed.
 */

/** Reads `id protocol port host` a line; prints `id outcome`. The argument is the time to wait. */
export const PROBER = `use strict;
use Socket qw(:all);
use Fcntl;
use Errno qw(EINPROGRESS ECONNREFUSED);
use Time::HiRes qw(time);
$| = 1;
my $wait = shift;
my (%tcp, @udp);
sub outcome { $! == 0 ? "open" : $! == ECONNREFUSED ? "refused" : "unreachable" }
while (<STDIN>) {
  my ($id, $protocol, $port, $host) = split;
  my $type = $protocol eq "tcp" ? SOCK_STREAM : SOCK_DGRAM;
  my $hints = { flags => AI_NUMERICHOST | AI_NUMERICSERV, socktype => $type };
  my ($error, $to) = getaddrinfo($host, $port, $hints);
  my $socket;
  if ($error || !socket($socket, $to->{family}, $type, 0)) { print "$id unreachable\\n"; next; }
  fcntl($socket, F_SETFL, O_NONBLOCK);
  if ($protocol eq "udp") { push @udp, [$id, $socket, $to->{addr}, ""]; next; }
  if (connect($socket, $to->{addr})) { print "$id open\\n"; }
  elsif ($! == EINPROGRESS) { $tcp{fileno $socket} = [$id, $socket]; }
  else { print "$id ", outcome(), "\\n"; }
}
my ($start, $round) = (time, 0);
while ((my $passed = time - $start) < $wait) {
  if ($round < 3 && $passed >= $round * 0.6) {
    $round++;
    for my $one (@udp) { $one->[3] = "sent" if defined send($one->[1], $one->[0], 0, $one->[2]); }
  }
  my $writable = "";
  vec($writable, $_, 1) = 1 for keys %tcp;
  select(undef, $writable, undef, 0.1);
  for my $fd (grep { vec($writable, $_, 1) } keys %tcp) {
    my ($id, $socket) = @{ delete $tcp{$fd} };
    $! = unpack("i", getsockopt($socket, SOL_SOCKET, SO_ERROR));
    print "$id ", outcome(), "\\n";
  }
}
print "$_->[0] dropped\\n" for values %tcp;
print "$_->[0] ", $_->[3] || "unreachable", "\\n" for @udp;
`;

/** Listens on UDP ports, over both families, and prints what is sent there as \`text heard\`. */
export const LISTENER = `use strict;
use Socket qw(:all);
$| = 1;
alarm 120; # whoever started it may be gone
my @sockets;
for my $port (@ARGV) {
  my $socket;
  if (socket($socket, AF_INET6, SOCK_DGRAM, 0)) {
    setsockopt($socket, IPPROTO_IPV6, IPV6_V6ONLY, pack("i", 0));
    push(@sockets, $socket), next if bind($socket, pack_sockaddr_in6($port, IN6ADDR_ANY));
  }
  push @sockets, $socket
    if socket($socket, AF_INET, SOCK_DGRAM, 0) && bind($socket, pack_sockaddr_in($port, INADDR_ANY));
}
print "listening\\n";
while (1) {
  my $readable = "";
  vec($readable, fileno $_, 1) = 1 for @sockets;
  select($readable, undef, undef, undef);
  for my $socket (grep { vec($readable, fileno $_, 1) } @sockets) {
    my $text;
    print "$1 heard\\n" if defined recv($socket, $text, 64, 0) && $text =~ /^(\\d+)$/;
  }
}
`;
