// SPDX-License-Identifier: GPL-2.0
/*
 * The estimator, and peers from the published rules of others: their thresholds and
 * what they count, not their code. All see one scanner.
 */
#include "lib/scan_estimator.h"
#include "scan.h"

#define KEYS_MAX 65536

/* What was tried or failed within the time of a rule; one entry for each host and port. */
struct seen {
	u64 time;
	u32 host;
	u16 port;
	u8 proto;
};

struct list {
	struct seen seen[KEYS_MAX];
	u32 count;
};

/* Adds what is not there yet. */
static void list_add(struct list *list, const struct probe *probe, u64 now)
{
	for (u32 i = 0; i < list->count; i++)
		if (list->seen[i].host == probe->host && list->seen[i].port == probe->port &&
		    list->seen[i].proto == probe->proto)
			return;
	if (list->count < KEYS_MAX)
		list->seen[list->count++] = (struct seen){ now, probe->host, probe->port,
							   probe->proto };
}

static void list_drop(struct list *list, const struct probe *probe)
{
	for (u32 i = 0; i < list->count; i++)
		if (list->seen[i].host == probe->host && list->seen[i].port == probe->port &&
		    list->seen[i].proto == probe->proto)
			list->seen[i--] = list->seen[--list->count];
}

/* Those that share a host, or a port; or all of a protocol. */
static u32 list_count(const struct list *list, const struct probe *probe, bool host, bool port)
{
	u32 sum = 0;

	for (u32 i = 0; i < list->count; i++)
		sum += list->seen[i].proto == probe->proto &&
		       (!host || list->seen[i].host == probe->host) &&
		       (!port || list->seen[i].port == probe->port);
	return sum;
}

/* levee: module/lib/scan_estimator.c, with its defaults, and without its random walk. */

static struct levee_scan_state state;
static struct levee_scan_settings settings;

static void levee_reset(void)
{
	memset(&state, 0, sizeof(state));
	settings = levee_scan_defaults;
}

static void counts_reset(void)
{
	levee_reset();
	settings.slow_failures = 0;
}

static struct levee_scan_target target_of(const struct probe *probe)
{
	return (struct levee_scan_target){
		.addr = { .lo = probe->host, .is_v4 = true },
		.port = probe->port,
		.proto = probe->proto,
	};
}

static bool levee_begin(const struct probe *probe, u64 now)
{
	const struct levee_scan_target target = target_of(probe);

	return levee_scan_begin(&state, &settings, &target, now, false);
}

static bool levee_end(const struct probe *probe, u64 now)
{
	const struct levee_scan_target target = target_of(probe);

	return levee_scan_end(&state, &settings, &target, now,
			      probe->outcome == ANSWERED);
}

/*
 * Snort 3, port_scan, medium sensitivity. Within windows of 90 s: attempts less
 * connections (scans), and rejects. TCP: one host 200 scans, or 10 rejects and 15
 * ports; one scanner 30 scans, or 7 rejects and 7 hosts. UDP: 10 and 15; 5 and 5.
 */
#define SNORT_WINDOW 90000

static struct list snort_tried, snort_scans, snort_rejects;
static u64 snort_since;

static void snort_reset(void)
{
	snort_tried.count = 0;
	snort_scans.count = 0;
	snort_rejects.count = 0;
	snort_since = 0;
}

static u32 snort_hosts(const struct list *list, const struct probe *probe)
{
	static u32 hosts[KEYS_MAX];
	u32 n = 0, k;

	for (u32 i = 0; i < list->count; i++) {
		if (list->seen[i].proto != probe->proto)
			continue;
		for (k = 0; k < n && hosts[k] != list->seen[i].host; k++)
			;
		if (k == n)
			hosts[n++] = list->seen[i].host;
	}
	return n;
}

static bool snort_judge(const struct probe *probe)
{
	u32 rejects = probe->proto == UDP ? 5 : 7;

	if (list_count(&snort_scans, probe, true, false) >= 200 ||
	    (list_count(&snort_rejects, probe, true, false) >= 10 &&
	     list_count(&snort_tried, probe, true, false) >= 15))
		return true;
	return list_count(&snort_scans, probe, false, false) >= 30 ||
	       (list_count(&snort_rejects, probe, false, false) >= rejects &&
		snort_hosts(&snort_tried, probe) >= rejects);
}

static void snort_advance(u64 now)
{
	if (now - snort_since <= SNORT_WINDOW)
		return;
	snort_reset();
	snort_since = now;
}

static bool snort_begin(const struct probe *probe, u64 now)
{
	snort_advance(now);
	list_add(&snort_tried, probe, now);
	list_add(&snort_scans, probe, now);
	return snort_judge(probe);
}

static bool snort_end(const struct probe *probe, u64 now)
{
	snort_advance(now);
	if (probe->outcome == ANSWERED) {
		list_drop(&snort_scans, probe);
		return false;
	}
	list_add(&snort_rejects, probe, now);
	return snort_judge(probe);
}

/*
 * Zeek, policy/misc/scan.zeek: TCP alone; in epochs of 5 min, 15 ports of a host or 25
 * hosts on a port that were rejected, reset, or silent for tcp_attempt_delay, 5 s.
 */
#define ZEEK_EPOCH 300000
#define ZEEK_SILENCE 5000

static struct list zeek_waits, zeek_failed;
static u64 zeek_since;

static void zeek_reset(void)
{
	zeek_waits.count = 0;
	zeek_failed.count = 0;
	zeek_since = 0;
}

static bool zeek_fail(const struct probe *probe, u64 now)
{
	list_add(&zeek_failed, probe, now);
	return list_count(&zeek_failed, probe, true, false) >= 15 ||
	       list_count(&zeek_failed, probe, false, true) >= 25;
}

/* It has timers: what is silent for long enough fails by itself. */
static bool zeek_advance(u64 now)
{
	bool found = false;

	if (now - zeek_since > ZEEK_EPOCH) {
		zeek_failed.count = 0;
		zeek_since = now;
	}
	for (u32 i = 0; i < zeek_waits.count; i++) {
		const struct seen *seen = &zeek_waits.seen[i];
		struct probe probe = { .host = seen->host, .port = seen->port, .proto = TCP };

		if (now - seen->time < ZEEK_SILENCE)
			continue;
		found |= zeek_fail(&probe, now);
		zeek_waits.seen[i--] = zeek_waits.seen[--zeek_waits.count];
	}
	return found;
}

static bool zeek_begin(const struct probe *probe, u64 now)
{
	bool found = zeek_advance(now);

	if (probe->proto == TCP)
		list_add(&zeek_waits, probe, now);
	return found;
}

static bool zeek_end(const struct probe *probe, u64 now)
{
	bool found = zeek_advance(now);

	if (probe->proto != TCP)
		return found;
	list_drop(&zeek_waits, probe);
	return (probe->outcome == REFUSED && zeek_fail(probe, now)) || found;
}

/*
 * xt_psd: distinct ports of one source, whatever the host, none more than 3 s after
 * the one before; 3 for one below 1024, else 1; 21 is a scan. Answers mean nothing.
 */
#define PSD_WEIGHT 21
#define PSD_PORTS 20
#define PSD_GAP 3000

static struct {
	u64 last;
	u16 ports[PSD_PORTS];
	u32 count;
	u32 weight;
} psd;

static void psd_reset(void)
{
	memset(&psd, 0, sizeof(psd));
}

static bool psd_begin(const struct probe *probe, u64 now)
{
	if (probe->proto != TCP && probe->proto != UDP)
		return false;
	if (now - psd.last > PSD_GAP)
		psd_reset();
	psd.last = now;
	for (u32 i = 0; i < psd.count; i++)
		if (psd.ports[i] == probe->port)
			return psd.weight >= PSD_WEIGHT;
	if (psd.count < PSD_PORTS)
		psd.ports[psd.count++] = probe->port;
	psd.weight += probe->port < 1024 ? 3 : 1;
	return psd.weight >= PSD_WEIGHT;
}

static bool psd_end(const struct probe *probe, u64 now)
{
	(void)probe;
	(void)now;
	return false;
}

const struct detector detectors[DETECTORS] = {
	{ "levee", levee_reset, levee_begin, levee_end },
	{ "slow: off", counts_reset, levee_begin, levee_end },
	{ "Snort 3", snort_reset, snort_begin, snort_end },
	{ "Zeek", zeek_reset, zeek_begin, zeek_end },
	{ "xt_psd", psd_reset, psd_begin, psd_end },
};
