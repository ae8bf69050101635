/* SPDX-License-Identifier: ISC */
/*
 * What is said to a server where it has to be computed.
 */
#ifndef REQUEST_H
#define REQUEST_H

#include "dialogue.h"

/* GET of the root, from the host by its name (RFC 9112 3). */
make_fn request_http;

/* The opening of a stream of the namespace that is the argument (RFC 6120 4.2). */
make_fn request_xmpp;

/* git-upload-pack of the root, from the host by its name. */
make_fn request_git;

/* _NRPE_CHECK, which asks for the version, in a packet of version 2. */
make_fn request_nrpe;

#endif
