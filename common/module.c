/* SPDX-License-Identifier: ISC */
#include "module.h"

#include <dlfcn.h>
#include <limits.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "text.h"

const void *
module_open(const char *file, const char *symbol, uint32_t version)
{
	const uint32_t *table = NULL;
	struct text path;
	void *library;

	text_init(&path, PATH_MAX);
	text_puts(&path,
	    module_in_build_tree() ? BUILDDIR "/common/" : PKGLIBDIR "/");
	text_puts(&path, file);
	library = dlopen(path.data, RTLD_NOW | RTLD_LOCAL);
	text_free(&path);
	if (library != NULL)
		table = dlsym(library, symbol);
	return table != NULL && *table == version ? table : NULL;
}

/*
 * A program that lies in the build tree may trust that tree, in which it was
 * put by the same hands, but not one with the rights of somebody else, which
 * may be a link that was put there.
 */
bool
module_in_build_tree(void)
{
	static const char builddir[] = BUILDDIR "/";
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path));

	return n >= (ssize_t)sizeof(builddir) - 1 &&
	    memcmp(path, builddir, sizeof(builddir) - 1) == 0 &&
	    getauxval(AT_SECURE) == 0;
}
