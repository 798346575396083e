// SPDX-License-Identifier: GPL-2.0
/* leveectl: pushes policy to levee and reads its results. A table of subcommands. */
#include <stdio.h>
#include <string.h>

#include "lib/types.h"
#include "leveectl.h"

#ifndef LEVEECTL_VERSION
#define LEVEECTL_VERSION "0.1.0"
#endif

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *words;
	const char *help;
} commands[] = {
	{ "check", cmd_check, "FILE", "validate; print the resultant rules and what they select" },
	{ "apply", cmd_apply, "[--alert-only] FILE", "one transaction: all of it or none of it" },
	{ "show", cmd_show, "[policy|rules|workloads|models|feeds] [--json]", "what is live" },
	{ "status", cmd_status, "[--json]", "hooks, generation, limits, lost events" },
	{ "flush", cmd_flush, "", "remove all policy" },
	{ "explain", cmd_explain,
	  "CGROUP connect PROTO ADDR[:PORT] | listen PROTO PORT | dns NAME [TYPE] | "
	  "raw FAMILY PROTO",
	  "ask the decision function" },
	{ "monitor", cmd_monitor, "[--json] [--audits] [--incidents]", "events as they happen" },
	{ "audits", cmd_audits, "[--since TIME] [--json]", "what the ring of audits still holds" },
	{ "incidents", cmd_incidents, "[--since TIME] [--json]", "the same of incidents" },
	{ "bind", cmd_bind, "CGROUP [--container NAME] [--image IMAGE]",
	  "label a cgroup, at least with one, for scopes and models" },
	{ "unbind", cmd_unbind, "CGROUP", "take its labels off" },
	{ "release", cmd_release, "CGROUP", "lift the quarantine of a workload" },
	{ "model", cmd_model,
	  "list [--json] | show KEY [--stale DURATION] [--json] | "
	  "export [--plain] [--output FILE] [KEY] | import FILE | relearn KEY | "
	  "extend KEY DURATION | freeze KEY | suggest KEY",
	  "what workloads were seen doing while learning" },
	{ "feed", cmd_feed, "load [--lenient] NAME FILE | unload NAME | list [--json]",
	  "sets of known-bad domains or addresses" },
	{ "stats", cmd_stats, "[--json]", "counters of rules, workloads and the module" },
	{ "doctor", cmd_doctor, "", "what this machine lacks, and the mend" },
};

int usage_error(const char *command, const char *what, const char *word)
{
	if (word)
		fprintf(stderr, "leveectl: %s \"%s\"\n", what, word);
	else
		fprintf(stderr, "leveectl: %s\n", what);
	for (size_t i = 0; command && i < ARRAY_SIZE(commands); i++)
		if (!strcmp(commands[i].name, command))
			fprintf(stderr, "usage: leveectl %s %s\n", command, commands[i].words);
	if (!command)
		fprintf(stderr, "see: leveectl --help\n");
	return LEVEECTL_USAGE;
}

static int help(void)
{
	printf("leveectl " LEVEECTL_VERSION ": runtime network protection of containers\n\n");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		printf("leveectl %s %s\n\t%s\n", commands[i].name, commands[i].words,
		       commands[i].help);
	printf("leveectl version\n\tthe version of this tool\n");
	printf("\nFILE is a policy, levee-policy(5); \"-\" reads standard input.\n");
	return LEVEECTL_DONE;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return usage_error(NULL, "a command is missing", NULL);
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help"))
		return help();
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "version")) {
		printf("leveectl " LEVEECTL_VERSION "\n");
		return LEVEECTL_DONE;
	}
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argc - 2, argv + 2);
	return usage_error(NULL, "unknown command", argv[1]);
}
