/* Stands between the server and its disk, and breaks what the file named by
 * ALLOWANCE_TEST_FAULT says: "full", "read-only", "fsync" or "slow". While that
 * file is not there, all is well. Only files of the database are touched. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int is_database(int fd) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return strstr(path, ".db") != NULL;
}

/* Whether this fault is on. */
static int on(const char *fault, int fd) {
    char text[16] = {0};
    const char *control = getenv("ALLOWANCE_TEST_FAULT");
    int file = control ? open(control, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return 0;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    return length > 0 && strcmp(text, fault) == 0 && is_database(fd);
}

static int refused(int fd) {
    if (on("full", fd)) errno = ENOSPC;
    else if (on("read-only", fd)) errno = EROFS;
    else return 0;
    return 1;
}

#define REAL(name, type) \
    static type real; \
    if (!real) real = (type)dlsym(RTLD_NEXT, name)

typedef ssize_t (*write_at)(int, const void *, size_t, off64_t);
typedef int (*sync_of)(int);
typedef int (*cut)(int, off64_t);

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
    REAL("pwrite64", write_at);
    return refused(fd) ? -1 : real(fd, bytes, count, offset);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
    return pwrite64(fd, bytes, count, offset);
}

int ftruncate64(int fd, off64_t length) {
    REAL("ftruncate64", cut);
    return refused(fd) ? -1 : real(fd, length);
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

static int synced(int fd, sync_of real) {
    if (on("fsync", fd)) {
        errno = EIO;
        return -1;
    }
    if (on("slow", fd)) usleep(400000);
    return real(fd);
}

int fsync(int fd) {
    REAL("fsync", sync_of);
    return synced(fd, real);
}

int fdatasync(int fd) {
    REAL("fdatasync", sync_of);
    return synced(fd, real);
}
