// SPDX-License-Identifier: GPL-2.0
/* What scanners do, and what others do that looks a little like it. */
#include "scan.h"

#define SECOND 1000ULL
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define NET 0x0a000000

static u64 state;

void random_start(u64 seed)
{
	state = seed * 0x9e3779b97f4a7c15 | 1;
}

/* xorshift64*, Vigna 2016. */
u32 random_below(u32 bound)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return ((state * 0x2545f4914f6cdd1d) >> 32) * bound >> 32;
}

static bool percent(u32 share)
{
	return random_below(100) < share;
}

void trace_add(struct trace *trace, const struct probe *probe)
{
	if (trace->count == trace->room) {
		trace->room = trace->room ? trace->room * 2 : 1024;
		trace->probes = realloc(trace->probes, trace->room * sizeof(*probe));
		if (!trace->probes)
			abort();
	}
	trace->probes[trace->count++] = *probe;
}

static void add(struct trace *trace, u64 time, u32 host, u16 port, u8 proto, u8 outcome, u32 delay)
{
	const struct probe probe = { time, delay, NET + host, port, proto, outcome };

	trace_add(trace, &probe);
}

/* Of those that are down, half are gone, and half refuse. */
static u8 dead_or_alive(u32 dead)
{
	if (!percent(dead))
		return ANSWERED;
	return percent(50) ? SILENT : REFUSED;
}

/* How the net is far away: 1 to 300 ms. */
static u32 far(void)
{
	return 1 + random_below(300);
}

/* nmap's order is random, and half of its first ports are below 1024. */
static u16 some_port(u32 i)
{
	return i % 2 ? 1 + i : 1024 + i;
}

static void filtered(struct trace *trace)
{
	for (u32 i = 0; i < 1000; i++)
		add(trace, i * 20, 1, some_port(i), TCP, SILENT, 0);
}

static void paranoid(struct trace *trace)
{
	for (u32 i = 0; i < 100; i++)
		add(trace, i * 5 * MINUTE, 1, some_port(i), TCP, REFUSED, 1);
}

static void paranoid_filtered(struct trace *trace)
{
	for (u32 i = 0; i < 100; i++)
		add(trace, i * 5 * MINUTE, 1, some_port(i), TCP, SILENT, 0);
}

static void udp_ports(struct trace *trace)
{
	/* Linux sends an ICMP error a second. */
	for (u32 i = 0; i < 60; i++)
		add(trace, i * SECOND, 1, some_port(i), UDP, REFUSED, 1);
}

static void silent_sweep(struct trace *trace)
{
	for (u32 i = 0; i < 100; i++)
		add(trace, i * 10, i, 22, TCP, SILENT, 0);
}

static void mixed_sweep(struct trace *trace)
{
	for (u32 i = 0; i < 100; i++)
		add(trace, i * 50, i, 22, TCP, dead_or_alive(70), 1);
}

static void mass_sweep(struct trace *trace)
{
	for (u32 i = 0; i < 10000; i++)
		add(trace, i, random_below(1 << 24), 443, TCP, percent(98) ? SILENT : ANSWERED,
		    far());
}

static void ping_sweep(struct trace *trace)
{
	for (u32 i = 0; i < 254; i++)
		add(trace, i * 100, i, 0, ICMP, percent(90) ? SILENT : ANSWERED, 1);
}

/* One port of a host an hour, some of which answer. */
static void hourly(struct trace *trace)
{
	for (u32 i = 0; i < 200; i++)
		add(trace, i * HOUR, random_below(250), some_port(i), TCP,
		    percent(20) ? ANSWERED : REFUSED, 1);
}

static void crawl(struct trace *trace, u32 hosts, u32 dead)
{
	for (u32 i = 0; i < hosts; i++)
		add(trace, i * 5 * MINUTE / hosts, i, 443, TCP, dead_or_alive(dead), far());
}

static void crawler(struct trace *trace)
{
	crawl(trace, 1000, 0);
}

static void crawler_dead(struct trace *trace)
{
	crawl(trace, 1000, 5);
}

static void crawler_many_dead(struct trace *trace)
{
	crawl(trace, 3000, 5);
}

static void retrying(struct trace *trace)
{
	for (u32 i = 0; i < 3600; i++)
		add(trace, i * SECOND, 1, 5432, TCP, REFUSED, 1);
}

static void retrying_silent(struct trace *trace)
{
	for (u32 i = 0; i < 3600; i++)
		add(trace, i * SECOND, 1, 5432, TCP, SILENT, 0);
}

/*
 * Who is down is down for the hour. Checks are interleaved, as Nagios does and what
 * Prometheus' hashes come to; or all of a host's come one after another.
 */
static void check(struct trace *trace, u32 hosts, const u16 *ports, u32 nr_ports, u32 dead,
		  u64 every, bool by_host)
{
	u8 outcomes[1024];
	u32 host, port;

	for (u32 i = 0; i < hosts; i++)
		outcomes[i] = dead_or_alive(dead);
	for (u64 round = 0; round < HOUR / every; round++)
		for (u32 i = 0; i < hosts * nr_ports; i++) {
			host = by_host ? i / nr_ports : i % hosts;
			port = by_host ? i % nr_ports : i / hosts;
			add(trace, round * every + i * every / (hosts * nr_ports), host,
			    ports[port], TCP, outcomes[host], 1 + random_below(5));
		}
}

static void balancer(struct trace *trace)
{
	static const u16 ports[] = { 8080 };

	check(trace, 20, ports, 1, 20, 5 * SECOND, true);
}

static void large_balancer(struct trace *trace)
{
	static const u16 ports[] = { 8080 };

	check(trace, 400, ports, 1, 20, 5 * SECOND, true);
}

static void monitor(struct trace *trace, u32 dead, bool by_host)
{
	static const u16 ports[] = { 22, 80, 443, 9100 };

	check(trace, 500, ports, ARRAY_SIZE(ports), dead, MINUTE, by_host);
}

static void monitor_healthy(struct trace *trace)
{
	monitor(trace, 0, true);
}

static void monitor_dead(struct trace *trace)
{
	monitor(trace, 5, false);
}

static void monitor_by_host(struct trace *trace)
{
	monitor(trace, 5, true);
}

/* All at once, before the first answers. */
static void node_ports(struct trace *trace)
{
	for (u32 round = 0; round < 60; round++)
		for (u32 i = 0; i < 40; i++)
			add(trace, round * 10 * SECOND, 1, 30000 + i, TCP, ANSWERED, 2);
}

/* Which of its ports has a service, on each of 30 hosts: mostly the first that is tried. */
static void discovery(struct trace *trace)
{
	static const u16 ports[] = { 8500, 8501, 8301 };

	for (u32 i = 0; i < 30; i++)
		for (u32 n = 0; n < ARRAY_SIZE(ports); n++) {
			bool there = percent(85);

			add(trace, i * 2 * SECOND + n * 50, i, ports[n], TCP,
			    there ? ANSWERED : REFUSED, 1);
			if (there)
				break;
		}
}

static void resolver(struct trace *trace)
{
	for (u32 i = 0; i < 3000; i++)
		add(trace, i * 200, random_below(1500), 53, UDP, percent(4) ? SILENT : ANSWERED,
		    far());
}

static void peer_finder(struct trace *trace)
{
	for (u32 i = 0; i < 600; i++) {
		add(trace, i * SECOND, i, 1024 + random_below(60000), TCP, dead_or_alive(60),
		    far());
		add(trace, i * SECOND + 100, 10000 + i, 6881, UDP,
		    percent(50) ? SILENT : ANSWERED, far());
	}
}

/* To a host 12 hops away, three probes a hop, each to the next port. */
static void traceroute(struct trace *trace)
{
	for (u32 i = 0; i < 36; i++)
		add(trace, i * 20, 1, 33434 + i, UDP, REFUSED, 10 + i);
}

/* A page from 40 hosts every minute, of which blockers and outages take one in ten. */
static void browser(struct trace *trace)
{
	for (u32 round = 0; round < 60; round++)
		for (u32 i = 0; i < 40; i++)
			add(trace, round * MINUTE + i * 30, random_below(2000), 443, TCP,
			    dead_or_alive(10), far());
}

const struct scenario scenarios[] = {
	{ "nmap -sT, 1,000 ports, recorded", true, NULL, "top-1000" },
	{ "nmap -sT, scan-delay 1 s, recorded", true, NULL, "delay-1s" },
	{ "nmap -sT -T1 (15 s), recorded", true, NULL, "delay-15s" },
	{ "nmap -sT, 100 hosts, recorded", true, NULL, "sweep" },
	{ "nmap, 1,000 filtered ports", true, filtered, NULL },
	{ "nmap -T0 (5 min)", true, paranoid, NULL },
	{ "nmap -T0, filtered", true, paranoid_filtered, NULL },
	{ "nmap -sU, closed ports", true, udp_ports, NULL },
	{ "100 hosts in 1 s, silent", true, silent_sweep, NULL },
	{ "100 hosts, 30 % up", true, mixed_sweep, NULL },
	{ "masscan, 10,000 hosts, 2 % up", true, mass_sweep, NULL },
	{ "ping sweep, 10 % up", true, ping_sweep, NULL },
	{ "a port an hour, 20 % open", true, hourly, NULL },
	{ "crawler, 1,000 hosts", false, crawler, NULL },
	{ "crawler, 1,000 hosts, 5 % dead", false, crawler_dead, NULL },
	{ "crawler, 3,000 hosts, 5 % dead", false, crawler_many_dead, NULL },
	{ "browser, 10 % dead", false, browser, NULL },
	{ "client of a dead service, 1 h", false, retrying, NULL },
	{ "the same, silent", false, retrying_silent, NULL },
	{ "balancer, 20 backends, 20 % dead", false, balancer, NULL },
	{ "balancer, 400 backends, 20 % dead", false, large_balancer, NULL },
	{ "40 ports of a node, at once", false, node_ports, NULL },
	{ "service discovery, 30 hosts", false, discovery, NULL },
	{ "monitoring, 500 hosts", false, monitor_healthy, NULL },
	{ "monitoring, 500 hosts, 5 % dead", false, monitor_dead, NULL },
	{ "the same, host by host", false, monitor_by_host, NULL },
	{ "resolver, 4 % silent", false, resolver, NULL },
	{ "traceroute", false, traceroute, NULL },
	{ "BitTorrent-like peers, 60 % dead", false, peer_finder, NULL },
	{}
};
