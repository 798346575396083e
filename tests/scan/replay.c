// SPDX-License-Identifier: GPL-2.0
/* Prints the table of detectors and traces. The argument is the folder of recorded traces. */
#include <arpa/inet.h>
#include <stdio.h>

#include "scan.h"

#define RUNS 20

/* A probe, sent or sent again, or its outcome. */
struct event {
	u64 time;
	u32 probe;
	bool ends;
	bool again;
};

struct timeline {
	struct event *events;
	u32 count;
};

/* When Linux sends a SYN again, while nothing comes back. */
static const u32 again_after[] = { 1000, 3000, 7000 };

static int by_time(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	if (x->probe != y->probe)
		return x->probe < y->probe ? -1 : 1;
	return (int)x->ends - (int)y->ends;
}

static struct timeline timeline_of(const struct trace *trace)
{
	u32 most = 1 + ARRAY_SIZE(again_after);
	struct timeline line = { .events = calloc(trace->count, most * sizeof(struct event)) };

	if (!line.events)
		abort();
	for (u32 i = 0; i < trace->count; i++) {
		const struct probe *probe = &trace->probes[i];

		line.events[line.count++] = (struct event){ .time = probe->time, .probe = i };
		if (probe->outcome != SILENT)
			line.events[line.count++] = (struct event){
				.time = probe->time + probe->delay, .probe = i, .ends = true };
		for (u32 n = 0; n < ARRAY_SIZE(again_after); n++)
			if (probe->outcome == SILENT && probe->proto == TCP)
				line.events[line.count++] = (struct event){
					.time = probe->time + again_after[n], .probe = i,
					.again = true };
	}
	qsort(line.events, line.count, sizeof(*line.events), by_time);
	return line;
}

/* After how many probes it is a scan; 0 for never. */
static u32 ask(const struct detector *detector, const struct trace *trace,
	       const struct timeline *line)
{
	u32 sent = 0;

	detector->reset();
	for (u32 i = 0; i < line->count; i++) {
		const struct event *event = &line->events[i];
		const struct probe *probe = &trace->probes[event->probe];

		sent += !event->ends && !event->again;
		if (event->ends ? detector->end(probe, event->time) :
				  detector->begin(probe, event->time))
			return sent;
	}
	return 0;
}

/* Lines as "TIME ADDRESS PORT PROTO OUTCOME DELAY", times in milliseconds. */
static bool read_trace(struct trace *trace, const char *folder, const char *name)
{
	static const char *const outcomes[] = { "silent", "refused", "answered" };
	char path[4096], line[256], address[64], outcome[16];
	unsigned long long time;
	unsigned int port, proto, delay;
	struct in_addr addr;
	FILE *in;

	snprintf(path, sizeof(path), "%s/%s.trace", folder, name);
	in = fopen(path, "r");
	if (!in)
		return false;
	while (fgets(line, sizeof(line), in)) {
		struct probe probe = { .outcome = SILENT };

		if (*line == '#')
			continue;
		if (sscanf(line, "%llu %63s %u %u %15s %u", &time, address, &port, &proto, outcome,
			   &delay) != 6 || inet_pton(AF_INET, address, &addr) != 1) {
			fclose(in);
			return false;
		}
		while (probe.outcome < ANSWERED && strcmp(outcome, outcomes[probe.outcome]))
			probe.outcome++;
		probe.time = time;
		probe.delay = delay;
		probe.host = ntohl(addr.s_addr);
		probe.port = port;
		probe.proto = proto;
		trace_add(trace, &probe);
	}
	fclose(in);
	return trace->count;
}

static int compare(const void *a, const void *b)
{
	const u32 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* How often of @runs it was found, and the median of how many probes that took. */
static void print_cell(u32 *found, u32 runs, bool is_scan)
{
	char text[32];
	u32 never = 0;

	qsort(found, runs, sizeof(*found), compare);
	while (never < runs && !found[never])
		never++;
	if (never == runs)
		snprintf(text, sizeof(text), "%s", is_scan ? "missed" : "no");
	else if (never)
		snprintf(text, sizeof(text), "%u (%u/%u)", found[never + (runs - never) / 2],
			 runs - never, runs);
	else
		snprintf(text, sizeof(text), "%u", found[runs / 2]);
	printf("  %-12s", text);
}

static bool print_row(const struct scenario *scenario, const char *folder)
{
	u32 found[DETECTORS][RUNS], runs = scenario->make ? RUNS : 1;

	for (u32 run = 0; run < runs; run++) {
		struct trace trace = { NULL };
		struct timeline line;

		random_start(run + 1);
		if (scenario->make)
			scenario->make(&trace);
		else if (!read_trace(&trace, folder, scenario->file))
			return false;
		line = timeline_of(&trace);
		for (u32 i = 0; i < DETECTORS; i++)
			found[i][run] = ask(&detectors[i], &trace, &line);
		free(line.events);
		free(trace.probes);
	}
	printf("%-35s", scenario->name);
	for (u32 i = 0; i < DETECTORS; i++)
		print_cell(found[i], runs, scenario->is_scan);
	putchar('\n');
	return true;
}

static void print_rule(void)
{
	printf("===================================");
	for (u32 i = 0; i < DETECTORS; i++)
		printf("  ============");
	putchar('\n');
}

static void print_head(const char *what)
{
	print_rule();
	printf("%-35s", what);
	for (u32 i = 0; i < DETECTORS; i++)
		printf("  %-12s", detectors[i].name);
	putchar('\n');
	print_rule();
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "replay FOLDER\n");
		return 2;
	}
	print_head("a scan is found after");
	for (const struct scenario *scenario = scenarios; scenario->name; scenario++) {
		if (scenario > scenarios && scenario->is_scan != scenario[-1].is_scan) {
			print_rule();
			putchar('\n');
			print_head("no scan, but is taken for one after");
		}
		if (!print_row(scenario, argv[1])) {
			fprintf(stderr, "replay: cannot read the trace %s\n", scenario->file);
			return 1;
		}
	}
	print_rule();
	return 0;
}
