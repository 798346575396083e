// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup.h"
#include "text.h"

#define DEPTH_MAX 128
#define CONTAINER_ID_LEN 64	/* SHA-256 in hex, as all runtimes name containers */

/* mountinfo writes blanks and the like as \OOO. */
static void unescape_octal(char *text)
{
	char *to = text;

	while (*text) {
		if (text[0] == '\\' && text[1] && text[2] && text[3]) {
			*to++ = (text[1] & 7) << 6 | (text[2] & 7) << 3 | (text[3] & 7);
			text += 4;
		} else {
			*to++ = *text++;
		}
	}
	*to = 0;
}

bool cgroup_mount(char mount[CGROUP_PATH_MAX])
{
	FILE *in = fopen("/proc/self/mountinfo", "r");
	char *line = NULL;
	size_t room = 0;
	bool found = false;
	int err;

	if (!in)
		return false;
	errno = 0;
	while (!found && getline(&line, &room, in) > 0) {
		char *rest, *fields[5], *save = NULL;
		u32 count = 0;

		/* ID PARENT DEVICE ROOT MOUNT-POINT OPTIONS... - TYPE SOURCE OPTIONS */
		rest = strstr(line, " - cgroup2 ");
		if (!rest)
			continue;
		*rest = 0;
		for (char *word = strtok_r(line, " ", &save); word && count < 5;
		     word = strtok_r(NULL, " ", &save))
			fields[count++] = word;
		if (count < 5 || strcmp(fields[3], "/") || strlen(fields[4]) >= CGROUP_PATH_MAX)
			continue;
		unescape_octal(fields[4]);
		strcpy(mount, fields[4]);
		found = true;
	}
	err = errno;
	free(line);
	fclose(in);
	errno = err;
	return found;
}

static bool cgroup_id(const char *file, u64 *id)
{
	struct {
		struct file_handle handle;
		u64 id;
	} buffer = { .handle.handle_bytes = sizeof(u64) };
	int mount_id;
	struct stat st;

	if (!name_to_handle_at(AT_FDCWD, file, &buffer.handle, &mount_id, 0) &&
	    buffer.handle.handle_bytes == sizeof(u64)) {
		memcpy(id, buffer.handle.f_handle, sizeof(u64));
		return true;
	}
	if (errno == ENOENT || stat(file, &st))
		return false;
	*id = st.st_ino;
	return true;
}

bool cgroup_find(const char *mount, const char *path, u64 *id)
{
	char file[2 * CGROUP_PATH_MAX];

	snprintf(file, sizeof(file), "%s%s", mount, path);
	return cgroup_id(file, id);
}

bool cgroup_resolve(const char *arg, char path[CGROUP_PATH_MAX], u64 *id)
{
	char mount[CGROUP_PATH_MAX], quote[CGROUP_PATH_MAX], shown[CGROUP_PATH_MAX];
	size_t len;
	int err;

	text_escape(quote, sizeof(quote), arg, strlen(arg));
	if (arg[0] != '/' || strlen(arg) >= CGROUP_PATH_MAX || strstr(arg, "/../") ||
	    (strlen(arg) >= 3 && !strcmp(arg + strlen(arg) - 3, "/.."))) {
		fprintf(stderr, "leveectl: bad cgroup \"%s\", expected a path from the cgroup root "
			"as /machine.slice/NAME, or below its mount\n", quote);
		return false;
	}
	if (!cgroup_mount(mount)) {
		fprintf(stderr, "leveectl: cgroup v2 is not mounted, so \"%s\" cannot be found\n",
			quote);
		return false;
	}
	len = strlen(mount);
	if (!strncmp(arg, mount, len) && (arg[len] == '/' || !arg[len]))
		arg += len;
	snprintf(path, CGROUP_PATH_MAX, "%s", *arg ? arg : "/");
	for (len = strlen(path); len > 1 && path[len - 1] == '/'; len--)
		path[len - 1] = 0;
	if (cgroup_find(mount, path, id))
		return true;
	err = errno;
	fprintf(stderr, "leveectl: no cgroup \"%s\": %s%s: %s\n", quote, mount,
		text_escape(shown, sizeof(shown), path, strlen(path)), strerror(err));
	return false;
}

static int is_directory(const struct dirent *entry)
{
	return entry->d_type == DT_DIR && strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
}

struct walk {
	const char *mount;
	cgroup_visit_fn visit;
	void *data;
	bool out_of_memory;
	char path[CGROUP_PATH_MAX];
};

/* Recursion is bounded by DEPTH_MAX and the length of the path. */
static void walk_below(struct walk *walk, size_t len, u32 depth)
{
	char file[2 * CGROUP_PATH_MAX];
	struct dirent **names = NULL;
	int count;

	snprintf(file, sizeof(file), "%s%s", walk->mount, walk->path);
	count = scandir(file, &names, is_directory, alphasort);
	/* Else it is gone by now. */
	if (count < 0 && errno == ENOMEM)
		walk->out_of_memory = true;
	for (int i = 0; i < count; i++) {
		size_t name_len = strlen(names[i]->d_name);

		if (len + name_len + 2 < CGROUP_PATH_MAX) {
			walk->path[len] = '/';
			strcpy(walk->path + len + 1, names[i]->d_name);
			if (walk->visit(walk->path, walk->data) && depth < DEPTH_MAX)
				walk_below(walk, len + 1 + name_len, depth + 1);
			walk->path[len] = 0;
		}
		free(names[i]);
	}
	if (count >= 0)
		free(names);
}

bool cgroup_walk(const char *path, cgroup_visit_fn visit, void *data)
{
	char mount[CGROUP_PATH_MAX];
	struct walk walk = { .mount = mount, .visit = visit, .data = data };

	if (!cgroup_mount(mount))
		return false;
	snprintf(walk.path, sizeof(walk.path), "%s", path);
	walk_below(&walk, strlen(walk.path), 0);
	if (walk.out_of_memory)
		errno = ENOMEM;
	return !walk.out_of_memory;
}

bool cgroup_holds_init(const char *path)
{
	FILE *in = fopen("/proc/1/cgroup", "r");
	char line[CGROUP_PATH_MAX];
	bool held = false;
	size_t len = strlen(path);

	if (!in)
		return false;
	while (fgets(line, sizeof(line), in)) {
		line[strcspn(line, "\n")] = 0;
		if (!strncmp(line, "0::", 3) && !strncmp(line + 3, path, len) &&
		    (!line[3 + len] || line[3 + len] == '/'))
			held = true;
	}
	fclose(in);
	return held;
}

/* 64 hex digits that end the component, or stand before ".scope". */
static const char *id_of_component(const char *name, size_t len)
{
	const char *id;

	if (len > 6 && !strncmp(name + len - 6, ".scope", 6))
		len -= 6;
	if (len < CONTAINER_ID_LEN)
		return NULL;
	id = name + len - CONTAINER_ID_LEN;
	for (size_t i = 0; i < CONTAINER_ID_LEN; i++)
		if (!isdigit((u8)id[i]) && (id[i] < 'a' || id[i] > 'f'))
			return NULL;
	/* docker-ID, but not libpod-conmon-ID, crio-conmon-ID: those are the helpers. */
	if (id == name)
		return id;
	if (id[-1] != '-' || (id - name >= 7 && !strncmp(id - 7, "conmon-", 7)))
		return NULL;
	return id;
}

const char *cgroup_container_id(const char *path, size_t *len)
{
	const char *found = NULL;

	/* The outermost is the container; what is inside has named itself. */
	while (*path && !found) {
		size_t component;

		while (*path == '/')
			path++;
		component = strcspn(path, "/");
		found = id_of_component(path, component);
		path += component;
	}
	*len = CONTAINER_ID_LEN;
	return found;
}
