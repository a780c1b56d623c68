/** What one run of the load generator is asked for. */
export interface Load {
  /** Each `address:port`; several take turns, as behind a load balancer. */
  targets: readonly string[];
  path: string;
  /** Connections that are kept; in a run at a rate the most that are opened. Up to 500. */
  connections: number;
  /** Requests a second; 0: each connection asks again as soon as it has its answer. */
  rate: number;
  seconds: number;
}

/** What it measured. Latency in milliseconds from when a request was due. */
export interface LoadResult {
  answered: number;
  failed: number;
  perSecond: number;
  p50: number;
  p99: number;
}

/**
 * A load generator that needs nothing but the Perl that is on every Proxmox node. It is read from
 * standard input, so it leaves no file behind.
 */
export const LOAD_SCRIPT = String.raw`use strict; use warnings; use Socket; use Time::HiRes qw(time);
my ($targets, $path, $most, $rate, $seconds) = @ARGV;
my @to = map { my ($address, $port) = split /:/; pack_sockaddr_in($port, inet_aton($address)) } split /,/, $targets;
my $request = "GET $path HTTP/1.1\r\nHost: bench\r\n\r\n";
my (%conn, @took, $bits);
my @idle = map { [] } @to;
my ($failed, $open) = (0, 0); $bits = "";
sub fresh {
  my ($target) = @_;
  socket(my $s, PF_INET, SOCK_STREAM, 6) or die "socket: $!\n";
  connect($s, $to[$target]) or die "connect $targets: $!\n";
  setsockopt($s, 6, 1, 1);
  $conn{fileno $s} = { s => $s, got => "", target => $target }; $open++;
  return fileno $s;
}
sub drop { my ($n) = @_; vec($bits, $n, 1) = 0; close $conn{$n}{s}; delete $conn{$n}; $open--; }
sub ask {
  my ($n, $due) = @_; my $c = $conn{$n}; $c->{due} = $due; $c->{got} = "";
  vec($bits, $n, 1) = 1;
  if (!defined syswrite($c->{s}, $request)) { $failed++; drop($n); }
}
$SIG{PIPE} = "IGNORE";
my $from = time; my $end = $from + $seconds; my $sent = 0;
unless ($rate) { ask(fresh($_ % @to), time) for 1 .. $most; }
while (1) {
  my $now = time;
  if ($rate) {
    while (1) {
      my $due = $from + $sent / $rate;
      my $turn = $sent % @to; my $free = $idle[$turn];
      last if $due > $now || $due >= $end || (!@$free && $open >= $most);
      ask(@$free ? pop @$free : fresh($turn), $due); $sent++;
    }
  }
  last if $now >= $end + 5 || ($now >= $end && $bits !~ /[^\0]/);
  my $wait = $rate && $now < $end ? $from + $sent / $rate - $now : 0.1;
  my $ready = $bits;
  next if select($ready, undef, undef, $wait < 0 ? 0.0001 : $wait) <= 0;
  for my $n (keys %conn) {
    next unless vec($ready, $n, 1);
    my $c = $conn{$n};
    if (!sysread($c->{s}, $c->{got}, 65536, length $c->{got})) {
      my $target = $c->{target};
      $failed++; drop($n); ask(fresh($target), time) if !$rate && time < $end; next;
    }
    next unless $c->{got} =~ /^HTTP\/1\.1 (\d+).*?\r\n\r\n/s;
    my ($status, $head) = ($1, $+[0]);
    $c->{got} =~ /\r\ncontent-length: *(\d+)/i or die "no content-length in the answer\n";
    next if length($c->{got}) < $head + $1;
    my $done = time; vec($bits, $n, 1) = 0;
    if ($status == 200) { push @took, ($done - $c->{due}) * 1000; } else { $failed++; }
    if ($rate) { push @{$idle[$c->{target}]}, $n; } elsif ($done < $end) { ask($n, $done); }
  }
}
$failed += grep { vec($bits, $_, 1) } keys %conn;
@took = sort { $a <=> $b } @took;
my $at = sub { @took ? $took[int($_[0] * $#took + 0.5)] : 0 };
printf "{\"answered\":%d,\"failed\":%d,\"perSecond\":%.1f,\"p50\":%.4f,\"p99\":%.4f}\n",
  scalar @took, $failed, @took / $seconds, $at->(0.5), $at->(0.99);
`;

/** Its arguments for this load. */
export function loadArguments(load: Load): string[] {
  const { targets, path, connections, rate, seconds } = load;
  return [targets.join(","), path, connections, rate, seconds].map(String);
}

/** The middle of several runs; of an even number the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
