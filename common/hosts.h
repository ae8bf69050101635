/* SPDX-License-Identifier: ISC */
/*
 * Which names hosts(5) lists, read once: who asks for many names does not have
 * to read it for each.
 */
#ifndef HOSTS_H
#define HOSTS_H

#include <stdbool.h>

struct hosts;

/* A file that cannot be read lists nothing. */
struct hosts *hosts_read(const char *path);
void hosts_free(struct hosts *h);

/* Whether the name is there, in upper or lower case. */
bool hosts_list(const struct hosts *h, const char *name);

#endif
