/*
 * Calls of the C library that civetweb makes and that this program answers itself.
 *
 * Part of the executable, not of a library: only then does the dynamic linker find these first.
 */
#include <dlfcn.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "base/macros.h"
#include "http/watch.h"

/* civetweb asks for 100 KiB, which the engine, running in its threads, would overrun. */
#define STACK_SIZE_MIN ((size_t)1 << 20)

/* Several threads may look at once: they all find the same. */
static void *find_real(_Atomic(void *) *cache, const char *name)
{
	void *real = atomic_load_explicit(cache, memory_order_relaxed);

	if (UNLIKELY(real == NULL)) {
		real = dlsym(RTLD_NEXT, name);
		atomic_store_explicit(cache, real, memory_order_relaxed);
	}
	return real;
}

int pthread_attr_setstacksize(pthread_attr_t *attr, size_t size)
{
	static _Atomic(void *) cache;
	int (*real)(pthread_attr_t *, size_t) = find_real(&cache, "pthread_attr_setstacksize");

	return real(attr, MAX(size, STACK_SIZE_MIN));
}

int poll(struct pollfd *fds, nfds_t n_fds, int timeout_ms)
{
	static _Atomic(void *) cache;

	return watch_poll(find_real(&cache, "poll"), fds, n_fds, timeout_ms);
}

ssize_t recv(int fd, void *buf, size_t len, int flags)
{
	static _Atomic(void *) cache;

	return watch_recv(find_real(&cache, "recv"), fd, buf, len, flags);
}
