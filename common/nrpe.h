/* SPDX-License-Identifier: ISC */
/*
 * The packet of the Nagios Remote Plugin Executor, version 2: numbers in network
 * byte order, a version, a type, a checksum of all with itself as 0, a result,
 * and 1024 bytes of text.
 */
#ifndef NRPE_H
#define NRPE_H

#include <stddef.h>
#include <stdint.h>

#define NRPE_VERSION 2
#define NRPE_QUERY 1
#define NRPE_RESPONSE 2

#define NRPE_CRC_AT 4
#define NRPE_RESULT_AT 8
#define NRPE_TEXT_AT 10
#define NRPE_TEXT_MAX 1024
#define NRPE_SIZE 1036

/* The checksum of a packet: CRC-32 of ISO 3309. */
uint32_t nrpe_crc(const unsigned char packet[NRPE_SIZE]);

#endif
