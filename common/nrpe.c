/* SPDX-License-Identifier: ISC */
#include "nrpe.h"

#define POLYNOMIAL UINT32_C(0xedb88320)

uint32_t
nrpe_crc(const unsigned char packet[NRPE_SIZE])
{
	uint32_t crc = UINT32_MAX;
	size_t i;
	int bit;

	for (i = 0; i < NRPE_SIZE; i++) {
		if (i < NRPE_CRC_AT || i >= NRPE_RESULT_AT)
			crc ^= packet[i];
		for (bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ ((crc & 1) != 0 ? POLYNOMIAL : 0);
	}
	return ~crc;
}
