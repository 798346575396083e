// SPDX-License-Identifier: GPL-2.0
/* The words of a command line. */
#include <string.h>

#include "leveectl.h"

static void remove_word(int *argc, char **argv, int at)
{
	for (int i = at; i + 1 < *argc; i++)
		argv[i] = argv[i + 1];
	(*argc)--;
}

bool take_option(int *argc, char **argv, const char *name)
{
	bool found = false;

	for (int i = 0; i < *argc;) {
		if (strcmp(argv[i], name)) {
			i++;
			continue;
		}
		remove_word(argc, argv, i);
		found = true;
	}
	return found;
}

int take_value(int *argc, char **argv, const char *name, const char **value)
{
	size_t len = strlen(name);

	for (int i = 0; i < *argc; i++) {
		if (!strncmp(argv[i], name, len) && argv[i][len] == '=') {
			*value = argv[i] + len + 1;
			remove_word(argc, argv, i);
			return 1;
		}
		if (strcmp(argv[i], name))
			continue;
		if (i + 1 == *argc)
			return -1;
		*value = argv[i + 1];
		remove_word(argc, argv, i);
		remove_word(argc, argv, i);
		return 1;
	}
	return 0;
}

int check_words(const char *command, int argc, char **argv, int min, int max)
{
	for (int i = 0; i < argc; i++)
		if (argv[i][0] == '-' && argv[i][1])
			return usage_error(command, "unknown option", argv[i]);
	if (argc > max)
		return usage_error(command, "unexpected word", argv[max]);
	if (argc < min)
		return usage_error(command, "a word is missing", NULL);
	return 0;
}
