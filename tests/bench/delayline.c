/* SPDX-License-Identifier: ISC */

/*
 * A long line between two network namespaces, for kernels without netem: what
 * is sent into one TUN device comes out of the other after a delay, or not.
 *
 *	delayline NETNS DEVICE NETNS DEVICE DELAY_US LOSS_PPM
 *
 * makes the devices (they vanish with the program; the caller gives them
 * addresses and sets them up), prints "ready", and carries IPv4 packets until
 * the end of its input.  Servers are behind the second device.
 *
 * LOSS_PPM of a million packets are lost each way.  Which ones is decided by
 * the server's port and by how many packets to or from it went before: two
 * programs that ask the same ports lose the same SYNs, whatever their order.
 * A line read is a number, the seed of what is lost from then on; it prints
 * what happened since the last one:
 *
 *	packets  lost  and, in us, how late they were sent: median  99 %  worst
 */

#define _GNU_SOURCE

#include <sys/ioctl.h>
#include <sys/prctl.h>

#include <net/if.h>

#include <linux/if_tun.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	QUEUE_MAX = 1 << 14, /* packets on the line, a power of two */
	BATCH = 32,          /* packets read before those due are sent again */
	MTU = 1500,
	LATE_MAX_US = 10000,
	BUSY_NS = 2000000,
	TICK_NS = 100000
};

enum way { TO_SERVER, FROM_SERVER };

struct packet {
	int64_t due_ns;
	int fd; /* of the device where it leaves */
	int length;
	unsigned char bytes[MTU];
};

/* Both ways share it: the delay is the same, so the order is that of time. */
static struct packet queue[QUEUE_MAX];
static uint32_t head, tail;       /* sent from head, filled at tail */
static int64_t delay_ns, last_ns; /* when a packet came last */
static uint64_t loss_ppm, seed;
static uint32_t n_seen[2][65536]; /* to and from each of the server's ports */
static long n_packets, n_lost, late_us[LATE_MAX_US + 1];

static int64_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

static long
parse_number(const char *text, long max)
{
	char *end;
	long number = strtol(text, &end, 10);

	if (end == text || *end != '\0' || number < 0 || number > max)
		errx(1, "%s: not a number from 0 to %ld", text, max);
	return number;
}

static int
open_device(const char *netns, const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1 || setns(fd, CLONE_NEWNET) == -1)
		err(1, "%s", path);
	close(fd);
	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1)
		err(1, "/dev/net/tun");
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (ioctl(fd, TUNSETIFF, &request) == -1)
		err(1, "%s", name);
	return fd;
}

/* A real line needs no processor: this one goes before who is measured. */
static void
be_punctual(void)
{
	struct sched_param param = { .sched_priority = 1 };

	if (prctl(PR_SET_TIMERSLACK, 1) == -1)
		err(1, "timer slack");
	if (sched_setscheduler(0, SCHED_FIFO, &param) == -1)
		err(1, "real-time priority");
}

/* The end of splitmix64. */
static uint64_t
mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* TCP or UDP: the ports are the first four bytes after the IPv4 header. */
static int
is_lost(const struct packet *packet, enum way way)
{
	int at = (packet->bytes[0] & 0x0f) * 4 + (way == TO_SERVER ? 2 : 0);
	uint64_t port = 0, key;

	if (at + 1 < packet->length)
		port = packet->bytes[at] << 8 | packet->bytes[at + 1];
	key = (uint64_t)n_seen[way][port]++ << 17 | port << 1 | way;
	return mix(mix(seed + 1) + mix(key + 1)) % 1000000 < loss_ppm;
}

static void
take(int from, int to, enum way way)
{
	struct packet *packet;
	ssize_t n;
	int i;

	for (i = 0; i < BATCH && tail - head < QUEUE_MAX; i++) {
		packet = &queue[tail % QUEUE_MAX];
		n = read(from, packet->bytes, MTU);
		if (n == -1) {
			if (errno == EAGAIN || errno == EINTR || errno == EIO)
				return; /* EIO: the device is not up yet */
			err(1, "read");
		}
		if (n < 20 || packet->bytes[0] >> 4 != 4)
			continue;
		last_ns = now_ns();
		packet->due_ns = last_ns + delay_ns;
		packet->fd = to;
		packet->length = n;
		n_packets++;
		if (is_lost(packet, way)) {
			n_lost++;
			continue;
		}
		tail++;
	}
}

static void
send_due(void)
{
	struct packet *packet;
	int64_t late_ns;

	for (; head != tail; head++) {
		packet = &queue[head % QUEUE_MAX];
		late_ns = now_ns() - packet->due_ns;
		if (late_ns < 0)
			return;
		if (write(packet->fd, packet->bytes, packet->length) == -1 &&
		    errno != EIO)
			err(1, "write");
		if (late_ns > LATE_MAX_US * INT64_C(1000))
			late_ns = LATE_MAX_US * INT64_C(1000);
		late_us[late_ns / 1000]++;
	}
}

static long
late_share(long n, double share)
{
	long i, sum = 0;

	for (i = 0; i < LATE_MAX_US; i++) {
		sum += late_us[i];
		if (sum > 0 && sum >= share * n)
			return i;
	}
	return n == 0 ? 0 : LATE_MAX_US;
}

static void
report(void)
{
	long i, n = 0;

	for (i = 0; i <= LATE_MAX_US; i++)
		n += late_us[i];
	printf("%ld %ld %ld %ld %ld\n", n_packets, n_lost, late_share(n, 0.5),
	    late_share(n, 0.99), late_share(n, 1));
	fflush(stdout);
	n_packets = n_lost = 0;
	memset(n_seen, 0, sizeof(n_seen));
	memset(late_us, 0, sizeof(late_us));
}

/*
 * False at the end of the input.  While packets come, looks for them at ticks:
 * to be woken by each would take the processor from who is measured.
 */
static int
wait_for_packets(struct pollfd *pfds)
{
	struct timespec timeout = { 0 };
	int64_t left_ns, now = now_ns();
	int busy = now < last_ns + BUSY_NS, forever = !busy && head == tail, n;
	char line[80];

	left_ns = busy ? TICK_NS : queue[head % QUEUE_MAX].due_ns - now;
	if (left_ns > 0) {
		timeout.tv_sec = left_ns / 1000000000;
		timeout.tv_nsec = left_ns % 1000000000;
	}
	if (busy)
		n = ppoll(&pfds[2], 1, &timeout, NULL);
	else
		n = ppoll(pfds, 3, forever ? NULL : &timeout, NULL);
	if (n == -1)
		err(1, "ppoll");
	if (pfds[2].revents == 0)
		return 1;
	n = read(STDIN_FILENO, line, sizeof(line) - 1);
	if (n <= 0)
		return 0;
	line[n] = '\0';
	seed = strtoul(line, NULL, 10);
	report();
	return 1;
}

int
main(int argc, char *argv[])
{
	struct pollfd pfds[3];
	int a, b;

	if (argc != 7)
		errx(1,
		    "usage: delayline NETNS DEVICE NETNS DEVICE "
		    "DELAY_US LOSS_PPM");
	delay_ns = parse_number(argv[5], 10000000) * INT64_C(1000);
	loss_ppm = parse_number(argv[6], 1000000);
	a = open_device(argv[1], argv[2]);
	b = open_device(argv[3], argv[4]);
	be_punctual();
	printf("ready\n");
	fflush(stdout);
	pfds[0] = (struct pollfd){ .fd = a, .events = POLLIN };
	pfds[1] = (struct pollfd){ .fd = b, .events = POLLIN };
	pfds[2] = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
	while (wait_for_packets(pfds)) {
		send_due();
		take(a, b, TO_SERVER);
		take(b, a, FROM_SERVER);
	}
	return 0;
}
