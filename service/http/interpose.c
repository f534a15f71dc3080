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

typedef int (*set_stack_size_fn)(pthread_attr_t *attr, size_t size);

/* dlsym() gives a pointer to data; C does not turn it into one to a function, POSIX does. */
union call {
	void *found;
	set_stack_size_fn set_stack_size;
	watch_poll_fn poll;
	watch_recv_fn recv;
	watch_send_fn send;
};

/* Several threads may look at once: they all find the same. */
static union call real_call(_Atomic(void *) *cache, const char *name)
{
	union call call = { .found = atomic_load_explicit(cache, memory_order_relaxed) };

	if (UNLIKELY(call.found == NULL)) {
		call.found = dlsym(RTLD_NEXT, name);
		atomic_store_explicit(cache, call.found, memory_order_relaxed);
	}
	return call;
}

int pthread_attr_setstacksize(pthread_attr_t *attr, size_t size)
{
	static _Atomic(void *) cache;
	set_stack_size_fn real = real_call(&cache, "pthread_attr_setstacksize").set_stack_size;

	return real(attr, MAX(size, STACK_SIZE_MIN));
}

int poll(struct pollfd *fds, nfds_t n_fds, int timeout_ms)
{
	static _Atomic(void *) cache;

	return watch_poll(real_call(&cache, "poll").poll, fds, n_fds, timeout_ms);
}

ssize_t recv(int fd, void *buf, size_t len, int flags)
{
	static _Atomic(void *) cache;

	return watch_recv(real_call(&cache, "recv").recv, fd, buf, len, flags);
}

ssize_t send(int fd, const void *buf, size_t len, int flags)
{
	static _Atomic(void *) cache;

	return watch_send(real_call(&cache, "send").send, fd, buf, len, flags);
}
