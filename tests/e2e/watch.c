/* Preloaded into a process. While a file stands at WATCH_FULL, the disk is full: writes to files fail with
 * ENOSPC; where WATCH_GROWTH is set, only those that make a file longer. While one stands at WATCH_SLOW, each sync takes
 * 50 ms more. And it writes one letter an event to the file named by WATCH_EVENTS:
 * S  a file was synced to the disk (fsync or fdatasync returned 0)
 * A  a success was told: "HTTP/1.1 200 …" by the server, a line {"ok":…} by a played phone
 * A kill spares the page cache, so only this order shows that nothing is acknowledged before it is durable. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static void note(char event) {
    static int file = -1;
    if (file < 0) {
        const char *path = getenv("WATCH_EVENTS");
        if (path) file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    }
    if (file >= 0) syscall(SYS_write, file, &event, 1);
}

static int begins(const void *bytes, size_t length, const char *start) {
    return length >= strlen(start) && memcmp(bytes, start, strlen(start)) == 0;
}

static int is_success(const void *bytes, size_t length) {
    return begins(bytes, length, "HTTP/1.1 200") || begins(bytes, length, "{\"ok\":");
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void wait_where_slow(void) {
    const char *flag = getenv("WATCH_SLOW");
    if (flag && access(flag, F_OK) == 0) usleep(50 * 1000);
}

int fsync(int file) {
    wait_where_slow();
    int result = REAL(fsync)(file);
    if (result == 0) note('S');
    return result;
}

int fdatasync(int file) {
    wait_where_slow();
    int result = REAL(fdatasync)(file);
    if (result == 0) note('S');
    return result;
}

ssize_t send(int socket, const void *bytes, size_t length, int flags) {
    if (is_success(bytes, length)) note('A');
    return REAL(send)(socket, bytes, length, flags);
}

static int is_full(int file, off64_t end) {
    static const char *flag;
    struct stat status;
    if (!flag && !(flag = getenv("WATCH_FULL"))) return 0;
    if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode) || access(flag, F_OK) != 0) return 0;
    if (getenv("WATCH_GROWTH") && end <= status.st_size) return 0;
    errno = ENOSPC;
    return 1;
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset) {
    return is_full(file, offset + length) ? -1 : REAL(pwrite)(file, bytes, length, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t offset) {
    return is_full(file, offset + length) ? -1 : REAL(pwrite64)(file, bytes, length, offset);
}

ssize_t pwritev(int file, const struct iovec *parts, int count, off_t offset) {
    off_t length = 0;
    for (int n = 0; n < count; n++) length += parts[n].iov_len;
    return is_full(file, offset + length) ? -1 : REAL(pwritev)(file, parts, count, offset);
}

int posix_fallocate(int file, off_t offset, off_t length) {
    return is_full(file, offset + length) ? ENOSPC : REAL(posix_fallocate)(file, offset, length);
}

ssize_t write(int file, const void *bytes, size_t length) {
    if (is_full(file, lseek(file, 0, SEEK_CUR) + length)) return -1;
    if (is_success(bytes, length)) note('A');
    return REAL(write)(file, bytes, length);
}

ssize_t writev(int file, const struct iovec *parts, int count) {
    if (count > 0 && is_success(parts[0].iov_base, parts[0].iov_len)) note('A');
    return REAL(writev)(file, parts, count);
}

ssize_t sendmsg(int socket, const struct msghdr *message, int flags) {
    if (message->msg_iovlen > 0 && is_success(message->msg_iov[0].iov_base, message->msg_iov[0].iov_len)) note('A');
    return REAL(sendmsg)(socket, message, flags);
}
