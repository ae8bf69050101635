/* SPDX-License-Identifier: ISC */
#include "snmp_master.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <net-snmp/agent/agent_callbacks.h>
#include <net-snmp/library/large_fd_set.h>

#include "clock.h"
#include "log.h"

/* RFC 2741 6.1, 6.2.16; the library's header of them is not installed. */
#define AGENTX_REGISTER 3
#define AGENTX_NOTIFY 12
#define AGENTX_NO_ERROR 0
#define AGENTX_DUPLICATE_REGISTRATION 263
#define AGENTX_REQUEST_DENIED 267

#define PRIORITY 127

/* For opening, and closing. */
#define TIMEOUT_S 1
#define CLOSE_TIMEOUT_US (200 * CLOCK_MILLISECOND)

/* For what nobody waits for: the end of the session comes first. */
#define PATIENCE_US (1000 * CLOCK_SECOND)

/* When it is refused: an older session of ours is given up soon. */
#define AGAIN_US (250 * CLOCK_MILLISECOND)

/* Longer than that nothing of the library is due that matters. */
#define WAIT_MAX_US (60 * CLOCK_SECOND)

struct pending {
	snmp_master_taken_fn *taken;
	void *ctx;
};

static struct {
	struct snmp_handler *handler;
	netsnmp_session *session; /* NULL: none */
	enum snmp_master_state state;
	const char *why;
	int64_t again_us; /* to register; CLOCK_NEVER: not */
	/* sysUpTime, and when it was that */
	uint32_t uptime_cs;
	int64_t uptime_us;
} master;

static void configure(const char *);
static void interrupt(bool);
static void wake(int);
static SNMPCallback session_opened, session_ended, library_says;
static void register_base(void);
static int registered(int, netsnmp_session *, int, netsnmp_pdu *, void *);
static int notified(int, netsnmp_session *, int, netsnmp_pdu *, void *);
static bool send_pdu(netsnmp_pdu *, netsnmp_callback, void *);
static netsnmp_pdu *make_pdu(int);
static void take_uptime(u_long);

bool
snmp_master_open(const char *program, const char *socket,
    struct snmp_handler *h)
{
	master.handler = h;
	master.again_us = CLOCK_NEVER;
	configure(socket);
	if (init_agent(program) != 0)
		return false;
	/* The library sets its own in there. */
	(void)netsnmp_ds_set_int(NETSNMP_DS_APPLICATION_ID,
	    NETSNMP_DS_AGENT_AGENTX_PING_INTERVAL, 0);
	if (!snmp_handler_register(h))
		return false;
	interrupt(true);
	init_snmp(program);
	interrupt(false);
	if (master.session == NULL)
		return false;
	master.session->timeout = PATIENCE_US;
	take_uptime(netsnmp_get_agent_uptime());
	register_base();
	return master.state != SNMP_MASTER_LOST;
}

void
snmp_master_close(void)
{
	if (master.session != NULL)
		master.session->timeout = CLOSE_TIMEOUT_US;
	if (master.handler != NULL)
		snmp_shutdown("portstate-agentx");
	master.session = NULL;
}

enum snmp_master_state
snmp_master_state(void)
{
	return master.state;
}

const char *
snmp_master_why(void)
{
	return master.why;
}

bool
snmp_master_wait(int fd, int64_t until_us)
{
	int64_t now_us = clock_now_us(), left_us;
	netsnmp_large_fd_set fds;
	struct timeval timeout;
	int n = fd + 1, block = 0;
	bool readable;

	if (now_us >= master.again_us && master.session != NULL)
		register_base();
	if (master.again_us < until_us)
		until_us = master.again_us;
	left_us = until_us - now_us;
	if (left_us > WAIT_MAX_US)
		left_us = WAIT_MAX_US;
	if (left_us < 0)
		left_us = 0;
	timeout.tv_sec = left_us / CLOCK_SECOND;
	timeout.tv_usec = left_us % CLOCK_SECOND;
	netsnmp_large_fd_set_init(&fds, FD_SETSIZE);
	NETSNMP_LARGE_FD_ZERO(&fds);
	NETSNMP_LARGE_FD_SET(fd, &fds);
	(void)snmp_select_info2(&n, &fds, &timeout, &block);
	n = netsnmp_large_fd_set_select(n, &fds, NULL, NULL, &timeout);
	readable = n > 0 && NETSNMP_LARGE_FD_ISSET(fd, &fds);
	if (n > 0)
		snmp_read2(&fds);
	else if (n == 0)
		snmp_timeout();
	netsnmp_large_fd_set_cleanup(&fds);
	run_alarms();
	netsnmp_check_outstanding_agent_requests();
	return readable;
}

uint32_t
snmp_master_uptime_cs(void)
{
	return master.uptime_cs +
	    (uint32_t)((clock_now_us() - master.uptime_us) / 10000);
}

bool
snmp_master_notify(const struct mib_notice *notice, snmp_master_taken_fn *taken,
    void *ctx)
{
	static const oid trap_oid[] = { 1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0 };
	netsnmp_pdu *pdu = make_pdu(AGENTX_NOTIFY);
	struct pending *p = malloc(sizeof(*p));
	oid which[MAX_OID_LEN];
	size_t len = snmp_handler_oid(master.handler, &notice->oid, which), i;

	if (pdu == NULL || p == NULL) {
		master.state = SNMP_MASTER_LOST;
		goto fail;
	}
	*p = (struct pending){ taken, ctx };
	(void)snmp_pdu_add_variable(pdu, trap_oid, OID_LENGTH(trap_oid),
	    ASN_OBJECT_ID, which, len * sizeof(which[0]));
	for (i = 0; i < notice->n; i++)
		snmp_handler_append(master.handler, &pdu->variables,
		    &notice->varbinds[i]);
	if (send_pdu(pdu, notified, p))
		return true;
fail:
	snmp_free_pdu(pdu);
	free(p);
	return false;
}

/* Nothing of the machine's configuration is for us, and no directory is made. */
static void
configure(const char *socket)
{
	netsnmp_session unused;

	(void)setenv("MIBS", "", 1);
	(void)setenv("MIBDIRS", "/dev/null", 1);
	(void)setenv("SNMPCONFPATH", "/dev/null", 1);
	(void)setenv("SNMP_PERSISTENT_DIR", "/dev/null", 1);
	snmp_disable_log();
	snmp_enable_calllog();
	(void)snmp_register_callback(SNMP_CALLBACK_LIBRARY,
	    SNMP_CALLBACK_LOGGING, library_says, NULL);
	/* The first time, this sets what is set below: how often it asks. */
	snmp_sess_init(&unused);
	(void)netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID,
	    NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
	(void)netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID,
	    NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
	(void)netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID,
	    NETSNMP_DS_LIB_DISABLE_PERSISTENT_LOAD, 1);
	(void)netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID,
	    NETSNMP_DS_LIB_DISABLE_PERSISTENT_SAVE, 1);
	(void)netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID,
	    NETSNMP_DS_LIB_ALARM_DONT_USE_SIG, 1);
	(void)netsnmp_ds_set_int(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_TIMEOUT,
	    TIMEOUT_S);
	(void)netsnmp_ds_set_int(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_RETRIES,
	    0);
	(void)netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID,
	    NETSNMP_DS_AGENT_ROLE, 1);
	(void)netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID,
	    NETSNMP_DS_AGENT_NO_ROOT_ACCESS, 1);
	(void)netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID,
	    NETSNMP_DS_AGENT_DONT_RETAIN_NOTIFICATIONS, 1);
	(void)netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID,
	    NETSNMP_DS_AGENT_X_SOCKET, socket);
	(void)snmp_register_callback(SNMP_CALLBACK_APPLICATION,
	    SNMPD_CALLBACK_INDEX_START, session_opened, NULL);
	(void)snmp_register_callback(SNMP_CALLBACK_APPLICATION,
	    SNMPD_CALLBACK_INDEX_STOP, session_ended, NULL);
}

/*
 * The library connects without an end: where snmpd is stopped and its queue full, or
 * the way to it swallows what is sent.  A signal now and then ends that.
 */
static void
interrupt(bool on)
{
	const struct itimerval every = { { .tv_sec = on ? TIMEOUT_S : 0 },
		{ .tv_sec = on ? TIMEOUT_S : 0 } };
	const struct sigaction action = { .sa_handler = on ? wake : SIG_DFL };

	if (on)
		(void)sigaction(SIGALRM, &action, NULL);
	(void)setitimer(ITIMER_REAL, &every, NULL);
	if (!on)
		(void)sigaction(SIGALRM, &action, NULL);
}

static void
wake(int signal)
{
	(void)signal;
}

static int
session_opened(int major, int minor, void *session, void *ctx)
{
	(void)major;
	(void)minor;
	(void)ctx;
	master.session = session;
	return 0;
}

static int
session_ended(int major, int minor, void *session, void *ctx)
{
	(void)major;
	(void)minor;
	(void)session;
	(void)ctx;
	master.session = NULL;
	master.state = SNMP_MASTER_LOST;
	return 0;
}

static int
library_says(int major, int minor, void *message, void *ctx)
{
	const struct snmp_log_message *m = message;

	(void)major;
	(void)minor;
	(void)ctx;
	log_say(LOG_DEBUG, "net-snmp: %.*s", (int)strcspn(m->msg, "\n"),
	    m->msg);
	return 0;
}

static void
register_base(void)
{
	static const struct mib_oid none;
	netsnmp_pdu *pdu = make_pdu(AGENTX_REGISTER);
	oid base[MAX_OID_LEN];
	size_t len = snmp_handler_oid(master.handler, &none, base);

	master.again_us = CLOCK_NEVER;
	if (pdu != NULL) {
		pdu->priority = PRIORITY;
		(void)snmp_add_null_var(pdu, base, len);
		if (send_pdu(pdu, registered, NULL))
			return;
		snmp_free_pdu(pdu);
	}
	master.again_us = clock_now_us() + AGAIN_US;
}

static int
registered(int operation, netsnmp_session *session, int id, netsnmp_pdu *pdu,
    void *ctx)
{
	long error = operation == NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE
	    ? pdu->errstat
	    : -1;

	(void)session;
	(void)id;
	(void)ctx;
	if (master.state == SNMP_MASTER_LOST ||
	    operation == NETSNMP_CALLBACK_OP_SEND_FAILED)
		return 1;
	if (error == AGENTX_NO_ERROR) {
		take_uptime(pdu->time);
		master.state = SNMP_MASTER_REGISTERED;
		master.why = NULL;
		return 1;
	}
	master.state = SNMP_MASTER_REFUSED;
	master.why = error == AGENTX_DUPLICATE_REGISTRATION
	    ? "another subagent has this OID"
	    : error == AGENTX_REQUEST_DENIED ? "snmpd refuses this OID"
					     : "snmpd does not register us";
	master.again_us = clock_now_us() + AGAIN_US;
	return 1;
}

static int
notified(int operation, netsnmp_session *session, int id, netsnmp_pdu *pdu,
    void *ctx)
{
	struct pending p = *(struct pending *)ctx;

	(void)session;
	(void)id;
	if (operation == NETSNMP_CALLBACK_OP_SEND_FAILED)
		return 1;
	free(ctx);
	p.taken(p.ctx,
	    operation == NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE &&
		pdu->errstat == AGENTX_NO_ERROR);
	return 1;
}

/* What cannot be sent has no receiver any more, even if nobody has told us yet. */
static bool
send_pdu(netsnmp_pdu *pdu, netsnmp_callback answered, void *ctx)
{
	if (snmp_async_send(master.session, pdu, answered, ctx) != 0)
		return true;
	master.state = SNMP_MASTER_LOST;
	return false;
}

static netsnmp_pdu *
make_pdu(int type)
{
	netsnmp_pdu *pdu = snmp_pdu_create(type);

	if (pdu == NULL)
		return NULL;
	pdu->version = master.session->version;
	pdu->sessid = master.session->sessid;
	pdu->time = 0;
	return pdu;
}

static void
take_uptime(u_long cs)
{
	master.uptime_cs = (uint32_t)cs;
	master.uptime_us = clock_now_us();
}
