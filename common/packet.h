/* SPDX-License-Identifier: ISC */
/*
 * Judges of answers in bytes, each by the protocol it is named after.  They take
 * none that is incomplete, and none that is too long to be right.
 */
#ifndef PACKET_H
#define PACKET_H

#include "dialogue.h"

/*
 * BindResponse (RFC 4511 4.2.2): done, or denied, but not because the server
 * does not work.
 */
judge_fn packet_ldap_bind;

/* ExtendedResponse (RFC 4511 4.12): success. */
judge_fn packet_ldap_extended;

/*
 * Protocol::HandshakeV10 or V9 of MySQL, or that it is not for our host; the
 * first with TLS on offer.
 */
judge_fn packet_mysql;
judge_fn packet_mysql_tls;

/*
 * What PostgreSQL answers to a startup message: it asks for a password, or has
 * an error, but not one that is its own (SQLSTATE 53, 57, 58, F0, XX).
 */
judge_fn packet_postgres;

/* And to an SSLRequest: the byte that says yes. */
judge_fn packet_postgres_tls;

/* Connection.Start of AMQP 0-9-1, or the header of another version (4.2.2). */
judge_fn packet_amqp;

/*
 * CONNACK (MQTT 3.1.1 3.2): accepted, or denied, but not because the server does
 * not work.
 */
judge_fn packet_mqtt;

/*
 * A reference, or an error, which is what is to be expected, in the first
 * pkt-line, or a flush-pkt alone: there is no reference yet
 * (gitprotocol-common(5)).
 */
judge_fn packet_git;

/* The answer 1 of a Zabbix agent. */
judge_fn packet_zabbix;

/* A response of NRPE version 2 with a right checksum. */
judge_fn packet_nrpe;

/*
 * The time in seconds since 1900, and nothing else (RFC 868), modulo 2^32; the
 * offset is in whole seconds.
 */
judge_fn packet_time;

#endif
