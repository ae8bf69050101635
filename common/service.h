/* SPDX-License-Identifier: ISC */
/*
 * The ports that have names, services(5).
 */
#ifndef SERVICE_H
#define SERVICE_H

#include <stdint.h>

/*
 * The TCP port of a number from 1 to 65535 or a service name, in host byte
 * order; 0 when s is neither.  Only the local file is read, and that only for
 * a name.
 */
uint16_t service_port(const char *s);

#endif
