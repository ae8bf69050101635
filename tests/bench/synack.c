/* SPDX-License-Identifier: ISC */

/*
 * The truth about round trips: the kernel's time stamps of SYN and SYN+ACK as
 * they pass an interface.
 *
 *	synack INTERFACE
 *
 * prints "ready", then for each line read what connections out of INTERFACE
 * were seen since the last one, a line for each address and port:
 *
 *	ADDRESS PORT SYNS RTT
 *
 * RTT is from the last SYN before the first SYN+ACK, in microseconds, or -; and
 * then "end".  Ends at the end of its input.
 */

#define _GNU_SOURCE

#include <sys/socket.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PEERS_MAX = 1 << 16, RECEIVE_BUFFER = 64 << 20 };

struct peer {
	struct in_addr address;
	uint16_t port;
	long syns;
	int64_t asked_ns, answered_ns; /* 0: not yet */
};

static struct peer peers[PEERS_MAX]; /* hashed; empty: no syns */

/* IPv4, TCP, no fragment, and SYN among the flags. */
static struct sock_filter filter[] = {
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, SKF_AD_OFF + SKF_AD_PROTOCOL),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, 8),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 0, 6),
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 6),
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, 4, 0),
	BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
	BPF_STMT(BPF_LD | BPF_B | BPF_IND, 13),
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x02, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, 128),
	BPF_STMT(BPF_RET | BPF_K, 0),
};

static int
open_socket(const char *interface)
{
	struct sock_fprog program = { sizeof(filter) / sizeof(*filter),
		filter };
	struct sockaddr_ll ll = { .sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL) }; /* else none that leave */
	int fd, size = RECEIVE_BUFFER, yes = 1;

	ll.sll_ifindex = if_nametoindex(interface);
	if (ll.sll_ifindex == 0)
		err(1, "%s", interface);
	fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) ==
		-1 ||
	    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &yes, sizeof(yes)) ==
		-1 ||
	    setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
		sizeof(program)) == -1 ||
	    bind(fd, (struct sockaddr *)&ll, sizeof(ll)) == -1)
		err(1, "packet socket");
	return fd;
}

static struct peer *
find_peer(struct in_addr address, uint16_t port)
{
	uint32_t at = ntohl(address.s_addr) * 31 + port, i;
	struct peer *peer;

	for (i = 0; i < PEERS_MAX; i++) {
		peer = &peers[(at + i) % PEERS_MAX];
		if (peer->syns == 0 ||
		    (peer->address.s_addr == address.s_addr &&
			peer->port == port)) {
			peer->address = address;
			peer->port = port;
			return peer;
		}
	}
	errx(1, "more than %d peers", PEERS_MAX);
}

static void
note(const unsigned char *bytes, ssize_t length, int outgoing, int64_t time_ns)
{
	struct iphdr ip;
	struct tcphdr tcp;
	struct in_addr address;
	struct peer *peer;

	if (length < (ssize_t)(sizeof(ip) + sizeof(tcp)))
		return;
	memcpy(&ip, bytes, sizeof(ip));
	if (length < (ssize_t)(ip.ihl * 4 + sizeof(tcp)))
		return;
	memcpy(&tcp, bytes + ip.ihl * 4, sizeof(tcp));
	if (outgoing && !tcp.ack) {
		address.s_addr = ip.daddr;
		peer = find_peer(address, ntohs(tcp.dest));
		peer->syns++;
		if (peer->answered_ns == 0)
			peer->asked_ns = time_ns;
	} else if (!outgoing && tcp.ack) {
		address.s_addr = ip.saddr;
		peer = find_peer(address, ntohs(tcp.source));
		if (peer->syns > 0 && peer->answered_ns == 0)
			peer->answered_ns = time_ns;
	}
}

/* Its time stamp, or 0. */
static int64_t
stamp_ns(struct msghdr *message)
{
	struct cmsghdr *c;
	struct timespec ts;

	for (c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
		if (c->cmsg_level == SOL_SOCKET &&
		    c->cmsg_type == SCM_TIMESTAMPNS) {
			memcpy(&ts, CMSG_DATA(c), sizeof(ts));
			return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
		}
	}
	return 0;
}

static void
read_packets(int fd)
{
	unsigned char bytes[128];
	char control[256];
	struct sockaddr_ll ll;
	struct iovec iov = { bytes, sizeof(bytes) };
	struct msghdr message;
	ssize_t n;

	for (;;) {
		message = (struct msghdr){ .msg_name = &ll,
			.msg_namelen = sizeof(ll),
			.msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof(control) };
		n = recvmsg(fd, &message, 0);
		if (n == -1 && errno == EAGAIN)
			return;
		if (n == -1)
			err(1, "recvmsg");
		note(bytes, n, ll.sll_pkttype == PACKET_OUTGOING,
		    stamp_ns(&message));
	}
}

static void
report(int fd)
{
	struct tpacket_stats stats;
	socklen_t size = sizeof(stats);
	char text[INET_ADDRSTRLEN];
	long i;

	for (i = 0; i < PEERS_MAX; i++) {
		if (peers[i].syns == 0)
			continue;
		inet_ntop(AF_INET, &peers[i].address, text, sizeof(text));
		printf("%s %u %ld ", text, peers[i].port, peers[i].syns);
		if (peers[i].answered_ns == 0)
			printf("-\n");
		else
			printf("%.3f\n",
			    (peers[i].answered_ns - peers[i].asked_ns) / 1e3);
	}
	printf("end\n");
	fflush(stdout);
	memset(peers, 0, sizeof(peers));
	if (getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &size) == 0 &&
	    stats.tp_drops > 0)
		errx(1, "%u packets were not seen", stats.tp_drops);
}

int
main(int argc, char *argv[])
{
	struct pollfd pfds[2];
	char line[80];
	int fd;

	if (argc != 2)
		errx(1, "usage: synack INTERFACE");
	fd = open_socket(argv[1]);
	printf("ready\n");
	fflush(stdout);
	pfds[0] = (struct pollfd){ .fd = fd, .events = POLLIN };
	pfds[1] = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
	for (;;) {
		if (poll(pfds, 2, -1) == -1)
			err(1, "poll");
		read_packets(fd);
		if (pfds[1].revents == 0)
			continue;
		if (read(STDIN_FILENO, line, sizeof(line)) <= 0)
			return 0;
		report(fd);
	}
}
