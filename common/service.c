/* SPDX-License-Identifier: ISC */
#include "service.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <nss.h>

#include "num.h"

uint16_t
service_port(const char *s)
{
	const struct servent *se;
	int64_t n;

	if (num_int(s, 1, UINT16_MAX, &n) == NULL)
		return (uint16_t)n;
	/* A directory service could take longer than the check may. */
	(void)__nss_configure_lookup("services", "files");
	se = getservbyname(s, "tcp");
	return se != NULL ? ntohs((uint16_t)se->s_port) : 0;
}
