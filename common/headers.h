/* SPDX-License-Identifier: ISC */
/*
 * Questions and answers that look like those of HTTP: SIP and SSDP.
 */
#ifndef HEADERS_H
#define HEADERS_H

#include "dialogue.h"

/*
 * OPTIONS (RFC 3261 11), and any status: Call-ID, CSeq and the branch of Via are
 * ours.
 */
make_fn headers_ask_sip;
judge_fn headers_sip;

/*
 * M-SEARCH, sent to one host (UPnP Device Architecture 2.0, 1.3.2), and the
 * response of a root device.
 */
make_fn headers_ask_ssdp;
judge_fn headers_ssdp;

#endif
