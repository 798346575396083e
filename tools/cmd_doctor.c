// SPDX-License-Identifier: GPL-2.0
/* doctor: what this machine lacks, and the mend for each. */
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cgroup.h"
#include "leveectl.h"
#include "lib/types.h"

/* One finding: what was looked at, what it is, and the mend when it is not good. */
static void report(int *status, bool good, const char *what, const char *is, const char *mend)
{
	printf("%-4s %s: %s\n", good ? "ok" : "bad", what, is);
	if (good)
		return;
	printf("     mend: %s\n", mend);
	*status = LEVEECTL_FAILED;
}

static void remark(const char *what, const char *is, const char *mend)
{
	printf("note %s: %s\n", what, is);
	if (mend)
		printf("     %s\n", mend);
}

/* The first line of a file, without its end; false if it cannot be read. */
static bool first_line(const char *path, char *line, size_t size)
{
	FILE *in = fopen(path, "r");
	bool got;

	if (!in)
		return false;
	got = fgets(line, size, in);
	fclose(in);
	if (got)
		line[strcspn(line, "\n")] = 0;
	return got;
}

/* Has all of levee.config, which the build asks for; a test compares them. */
static const struct {
	const char *name;
	const char *without;	/* NULL: levee does not load without it */
} options[] = {
	{ "CONFIG_MODULES", NULL },
	{ "CONFIG_CGROUPS", NULL },
	{ "CONFIG_SOCK_CGROUP_DATA", NULL },
	{ "CONFIG_NET", NULL },
	{ "CONFIG_INET", NULL },
	{ "CONFIG_IPV6", NULL },
	{ "CONFIG_NETFILTER", NULL },
	{ "CONFIG_NF_SOCKET_IPV4", NULL },
	{ "CONFIG_NF_SOCKET_IPV6", NULL },
	{ "CONFIG_SYSFS", NULL },
	{ "CONFIG_TRACEPOINTS", NULL },
	{ "CONFIG_SECURITY_NETWORK", "the socket hooks cannot be had" },
	{ "CONFIG_BPF_LSM", "the socket hooks attach to security_socket_*, if at all" },
	{ "CONFIG_FUNCTION_TRACER", "the socket hooks cannot be had" },
	{ "CONFIG_DYNAMIC_FTRACE", "the socket hooks cannot be had" },
	{ "CONFIG_DYNAMIC_FTRACE_WITH_ARGS", "the socket hooks cannot be had" },
};

static FILE *open_config(bool *pipe, char *name, size_t size)
{
	struct utsname uts;
	FILE *in;

	*pipe = false;
	if (uname(&uts))
		return NULL;
	snprintf(name, size, "/boot/config-%s", uts.release);
	in = fopen(name, "r");
	if (in)
		return in;
	snprintf(name, size, "/proc/config.gz");
	if (access(name, R_OK))
		return NULL;
	*pipe = true;
	return popen("gzip -dc /proc/config.gz 2>/dev/null", "r");
}

static void check_config(int *status)
{
	bool found[ARRAY_SIZE(options)] = { false }, pipe, real_time = false;
	char line[512], name[256];
	FILE *in = open_config(&pipe, name, sizeof(name));

	if (!in) {
		remark("kernel options", "unknown: neither /boot/config-RELEASE nor "
		       "/proc/config.gz can be read", NULL);
		return;
	}
	while (fgets(line, sizeof(line), in)) {
		char *equals = strchr(line, '=');

		if (!equals || (equals[1] != 'y' && equals[1] != 'm'))
			continue;
		*equals = 0;
		real_time |= !strcmp(line, "CONFIG_PREEMPT_RT");
		for (size_t i = 0; i < ARRAY_SIZE(options); i++)
			found[i] |= !strcmp(line, options[i].name);
	}
	if (pipe)
		pclose(in);
	else
		fclose(in);
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		if (found[i])
			continue;
		if (options[i].without)
			remark(options[i].name, "not set in this kernel", options[i].without);
		else
			report(status, false, options[i].name, "not set in this kernel",
			       "boot a kernel that has it");
	}
	report(status, !real_time, "kernel options", real_time ? "PREEMPT_RT" : name,
	       "boot a kernel without PREEMPT_RT");
}

static bool has_v1(void)
{
	FILE *in = fopen("/proc/self/mountinfo", "r");
	char line[4096];
	bool found = false;

	if (!in)
		return false;
	while (fgets(line, sizeof(line), in))
		found |= !!strstr(line, " - cgroup ");
	fclose(in);
	return found;
}

static void check_cgroups(int *status)
{
	const char *mend = "boot with systemd.unified_cgroup_hierarchy=1 on the kernel's command "
			   "line";
	char mount[CGROUP_PATH_MAX];

	if (!cgroup_mount(mount)) {
		report(status, false, "cgroups", has_v1() ? "version 1 only" :
		       "version 2 is not mounted", mend);
	} else if (has_v1()) {
		remark("cgroups", "hybrid: levee sees only what is placed in the version 2 tree, "
		       "and runtimes may place containers in version 1 alone", mend);
		remark("cgroup v2 mount", mount, NULL);
	} else {
		report(status, true, "cgroups", "version 2", NULL);
	}
}

static bool has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = list; (at = strstr(at, word)); at += len)
		if ((at == list || at[-1] == ',') && (!at[len] || at[len] == ','))
			return true;
	return false;
}

static void check_hooks(void)
{
	char line[1024];

	if (!first_line("/sys/kernel/security/lsm", line, sizeof(line)))
		remark("LSM list", "unknown: /sys/kernel/security/lsm cannot be read",
		       "mount -t securityfs securityfs /sys/kernel/security, as root");
	else if (has_word(line, "bpf"))
		printf("ok   LSM list: bpf is in it\n");
	else
		remark("LSM list", "bpf is not in it, so the socket hooks attach to "
		       "security_socket_*", "add bpf to lsm= on the kernel's command line");
	if (!first_line("/proc/sys/kernel/ftrace_enabled", line, sizeof(line)))
		remark("ftrace", "unknown: no /proc/sys/kernel/ftrace_enabled", NULL);
	else if (!strcmp(line, "1"))
		printf("ok   ftrace: enabled\n");
	else
		remark("ftrace", "switched off, so the socket hooks cannot be had",
		       "sysctl kernel.ftrace_enabled=1, then apply the policy again");
}

static void check_module(int *status)
{
	bool loaded = !access("/sys/module/levee", F_OK);

	report(status, loaded, "module", loaded ? "loaded" : "not loaded", "modprobe levee");
}

/* Whether the kernel takes a module that only this machine's owner has signed. */
static void check_lockdown(void)
{
	char line[256], is[128], *level, *end;

	if (!first_line("/sys/kernel/security/lockdown", line, sizeof(line)))
		return;
	level = strchr(line, '[');
	end = level ? strchr(level, ']') : NULL;
	if (!end)
		return;
	level++;
	*end = 0;
	if (!strcmp(level, "none")) {
		printf("ok   lockdown: none\n");
		return;
	}
	snprintf(is, sizeof(is), "%.32s, so modules need a signature that the kernel trusts", level);
	remark("lockdown", is, "DKMS signs with its own key: mokutil --import "
	       "/var/lib/dkms/mok.pub, then reboot and enrol it");
}

static void check_runtimes(void)
{
	static const char *const names[] = {
		"dockerd", "podman", "containerd", "crio", "kubelet", "lxc-start",
		"systemd-nspawn", "runc", "crun",
	};
	static const char *const folders[] = {
		"/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin",
	};
	char path[128];
	bool any = false;

	fputs("ok   runtimes:", stdout);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		for (size_t f = 0; f < ARRAY_SIZE(folders); f++) {
			snprintf(path, sizeof(path), "%s/%s", folders[f], names[i]);
			if (access(path, X_OK))
				continue;
			printf(" %s", names[i]);
			any = true;
			break;
		}
	}
	puts(any ? "" : " none found");
}

int cmd_doctor(int argc, char **argv)
{
	int status = LEVEECTL_DONE;

	if (check_words("doctor", argc, argv, 0, 0))
		return LEVEECTL_USAGE;
	check_module(&status);
	check_config(&status);
	check_cgroups(&status);
	check_hooks();
	check_lockdown();
	check_runtimes();
	return status;
}
