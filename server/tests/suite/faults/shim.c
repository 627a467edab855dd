/* Stands between the server and its disk, and breaks what the file named by
 * ALLOWANCE_TEST_FAULT says: "full", "full after N" writes, "read-only" (the whole
 * disk), "protected" (the database's own file), "unreadable", "fsync" or "slow".
 * While that file is not there, all is well. Only files of the database are
 * touched, and those beside it that are named after it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
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

/* What is broken now, as the control file says it. */
static int broken(char *text, size_t size) {
    const char *control = getenv("ALLOWANCE_TEST_FAULT");
    int file = control ? open(control, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return 0;
    ssize_t length = read(file, text, size - 1);
    close(file);
    text[length < 0 ? 0 : length] = 0;
    return length > 0;
}

/* Whether this fault is on. */
static int on(const char *fault, int fd) {
    char text[32];
    return broken(text, sizeof text) && strcmp(text, fault) == 0 && is_database(fd);
}

/* Whether the disk is full by now. */
static int is_full(int fd) {
    static atomic_int written;
    char text[32];
    int room = 0;
    if (!broken(text, sizeof text) || !is_database(fd)) return 0;
    if (strcmp(text, "full") == 0) return 1;
    return sscanf(text, "full after %d", &room) == 1 && atomic_fetch_add(&written, 1) >= room;
}

static int refused(int fd) {
    if (is_full(fd)) errno = ENOSPC;
    else if (on("read-only", fd)) errno = EROFS;
    else return 0;
    return 1;
}

#define REAL(name, type) \
    static type real; \
    if (!real) real = (type)dlsym(RTLD_NEXT, name)

typedef ssize_t (*write_at)(int, const void *, size_t, off64_t);
typedef ssize_t (*read_at)(int, void *, size_t, off64_t);
typedef int (*open_at)(const char *, int, ...);
typedef int (*sync_of)(int);
typedef int (*cut)(int, off64_t);

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
    REAL("pwrite64", write_at);
    return refused(fd) ? -1 : real(fd, bytes, count, offset);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
    return pwrite64(fd, bytes, count, offset);
}

ssize_t pread64(int fd, void *bytes, size_t count, off64_t offset) {
    REAL("pread64", read_at);
    if (on("unreadable", fd)) {
        errno = EIO;
        return -1;
    }
    return real(fd, bytes, count, offset);
}

ssize_t pread(int fd, void *bytes, size_t count, off_t offset) {
    return pread64(fd, bytes, count, offset);
}

/* Needs no room: what is beyond the old end is a hole. */
int ftruncate64(int fd, off64_t length) {
    REAL("ftruncate64", cut);
    if (on("read-only", fd)) {
        errno = EROFS;
        return -1;
    }
    return real(fd, length);
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

/* Whether a file may not be opened as is asked. Only of the database's: the control
 * file itself is opened on the way here. */
static int closed(const char *path, int flags) {
    char text[32];
    const char *name = strstr(path, ".db");
    if (!name || (flags & (O_ACCMODE | O_CREAT)) == O_RDONLY) return 0;
    if (!broken(text, sizeof text)) return 0;
    if (strcmp(text, "read-only") == 0) errno = EROFS;
    else if (strcmp(text, "protected") == 0 && strcmp(name, ".db") == 0) errno = EACCES;
    else return 0;
    return 1;
}

static int opened(open_at real, const char *path, int flags, va_list rest) {
    int mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, int) : 0;
    return closed(path, flags) ? -1 : real(path, flags, mode);
}

#define OPENS(name) \
    int name(const char *path, int flags, ...) { \
        REAL(#name, open_at); \
        va_list rest; \
        va_start(rest, flags); \
        int file = opened(real, path, flags, rest); \
        va_end(rest); \
        return file; \
    }

OPENS(open)
OPENS(open64)
