// SPDX-License-Identifier: GPL-2.0
/* levee: runtime network protection of containers. This file is a list. */
#include <linux/module.h>

#include "control/commit.h"
#include "control/import.h"
#include "control/netlink.h"
#include "control/stage.h"
#include "control/sysfs.h"
#include "detect/dns_guard.h"
#include "detect/dns_state.h"
#include "detect/flow_cache.h"
#include "detect/peers.h"
#include "detect/scan_guard.h"
#include "hook/stop.h"
#include "policy/feed.h"
#include "policy/labels.h"
#include "policy/model.h"
#include "policy/model_clock.h"
#include "policy/registry.h"
#include "policy/ruleset.h"
#include "policy/workload.h"
#include "report/event.h"

struct part {
	int (*init)(void);
	void (*exit)(void);
};

/* In the order of the floors; a part uses only those above it in this list. */
static const struct part parts[] = {
	{ levee_ruleset_init, levee_ruleset_exit },
	{ levee_labels_init, levee_labels_exit },
	{ levee_model_init, levee_model_exit },
	{ levee_workload_init, levee_workload_exit },
	{ levee_registry_init, levee_registry_exit },
	{ levee_feed_init, levee_feed_exit },
	{ levee_model_clock_init, levee_model_clock_exit },
	{ levee_flow_cache_init, levee_flow_cache_exit },
	{ levee_peers_init, levee_peers_exit },
	{ levee_dns_state_init, levee_dns_state_exit },
	{ levee_dns_guard_init, levee_dns_guard_exit },
	{ levee_scan_guard_init, levee_scan_guard_exit },
	{ levee_report_init, levee_report_exit },
	{ levee_stop_init, levee_stop_exit },
	{ levee_sysfs_init, levee_sysfs_exit },
	{ levee_commit_init, levee_commit_exit },
	{ levee_stage_init, levee_stage_exit },
	{ levee_import_init, levee_import_exit },
	{ levee_netlink_init, levee_netlink_exit },
};

static void stop(size_t running)
{
	while (running--)
		parts[running].exit();
}

static int __init levee_init(void)
{
	size_t i;
	int err;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		err = parts[i].init();
		if (err) {
			stop(i);
			return err;
		}
	}
	pr_info("levee: version " LEVEE_VERSION ", no policy yet\n");
	return 0;
}

static void __exit levee_exit(void)
{
	stop(ARRAY_SIZE(parts));
}

module_init(levee_init);
module_exit(levee_exit);
MODULE_DESCRIPTION("Runtime network protection of containers");
MODULE_VERSION(LEVEE_VERSION);
MODULE_AUTHOR("The levee authors");
MODULE_LICENSE("GPL");
