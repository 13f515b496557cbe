/* A WASI program that calls each function below a directory that it is given (fd 3), and prints the errnos and what was
 * written. Its output under two runtimes is compared. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wasi/api.h>

/* Makes it a waPC guest as well. */
__attribute__((export_name("__guest_call"))) int guest_call(int operation_len, int payload_len) {
    return operation_len + payload_len;
}

#define ALL ((__wasi_rights_t)((1 << 30) - 1))
#define READ __WASI_RIGHTS_FD_READ
#define WRITE __WASI_RIGHTS_FD_WRITE
#define BOTH (READ | WRITE)
#define CREATE __WASI_OFLAGS_CREAT
#define DIRECTORY __WASI_OFLAGS_DIRECTORY
#define EXCLUSIVE __WASI_OFLAGS_EXCL
#define TRUNCATE __WASI_OFLAGS_TRUNC
#define FOLLOW __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW

static const __wasi_fd_t root = 3;

/* The errno to print. For calls that a guest may not make, runtimes differ between two numbers. */
static int told(__wasi_errno_t errno_) {
    return errno_ == __WASI_ERRNO_PERM ? __WASI_ERRNO_NOTCAPABLE : errno_;
}

static void tell(const char *what, __wasi_errno_t errno_) {
    printf("%s: %d\n", what, told(errno_));
}

/* Opens a path and prints the errno: the descriptor, or 99, which is not open. */
static __wasi_fd_t open_(const char *path, int lookup, int how, __wasi_rights_t rights, int flags) {
    __wasi_fd_t fd = 99;
    __wasi_errno_t errno_ = __wasi_path_open(root, lookup, path, how, rights, ALL, flags, &fd);
    printf("open %s %d %d %d: %d\n", path, lookup, how, flags, told(errno_));
    return errno_ == 0 ? fd : 99;
}

static void close_(__wasi_fd_t fd) {
    if (fd != 99) tell("close", __wasi_fd_close(fd));
}

static void write_(__wasi_fd_t fd, const char *text) {
    __wasi_ciovec_t part = {(const uint8_t *)text, strlen(text)};
    __wasi_size_t written = 0;
    __wasi_errno_t errno_ = __wasi_fd_write(fd, &part, 1, &written);
    printf("write %s: %d %zu\n", text, told(errno_), (size_t)written);
}

static void pwrite_(__wasi_fd_t fd, const char *text, __wasi_filesize_t at) {
    __wasi_ciovec_t part = {(const uint8_t *)text, strlen(text)};
    __wasi_size_t written = 0;
    __wasi_errno_t errno_ = __wasi_fd_pwrite(fd, &part, 1, at, &written);
    printf("pwrite %s at %llu: %d %zu\n", text, at, told(errno_), (size_t)written);
}

static void read_(__wasi_fd_t fd, size_t len) {
    char text[64] = {0};
    __wasi_iovec_t part = {(uint8_t *)text, len};
    __wasi_size_t read = 0;
    __wasi_errno_t errno_ = __wasi_fd_read(fd, &part, 1, &read);
    printf("read %zu: %d %zu %s\n", len, told(errno_), (size_t)read, text);
}

static void pread_(__wasi_fd_t fd, size_t len, __wasi_filesize_t at) {
    char text[64] = {0};
    __wasi_iovec_t part = {(uint8_t *)text, len};
    __wasi_size_t read = 0;
    __wasi_errno_t errno_ = __wasi_fd_pread(fd, &part, 1, at, &read);
    printf("pread %zu at %llu: %d %zu %s\n", len, at, told(errno_), (size_t)read, text);
}

static void seek_(__wasi_fd_t fd, long long offset, int whence) {
    __wasi_filesize_t at = 0;
    __wasi_errno_t errno_ = __wasi_fd_seek(fd, offset, whence, &at);
    printf("seek %lld %d: %d %llu\n", offset, whence, told(errno_), at);
}

static void tell_(__wasi_fd_t fd) {
    __wasi_filesize_t at = 0;
    __wasi_errno_t errno_ = __wasi_fd_tell(fd, &at);
    printf("tell: %d %llu\n", told(errno_), at);
}

static void stat_(const char *path, int lookup) {
    __wasi_filestat_t stat;
    memset(&stat, 0, sizeof stat);
    __wasi_errno_t errno_ = __wasi_path_filestat_get(root, lookup, path, &stat);
    unsigned long long size = stat.filetype == __WASI_FILETYPE_DIRECTORY ? 0 : stat.size;
    unsigned long long links = stat.filetype == __WASI_FILETYPE_DIRECTORY ? 0 : stat.nlink;
    printf("stat %s %d: %d kind %d size %llu links %llu\n", path, lookup, told(errno_), stat.filetype, size, links);
}

static void fstat_(__wasi_fd_t fd) {
    __wasi_filestat_t stat;
    memset(&stat, 0, sizeof stat);
    __wasi_errno_t errno_ = __wasi_fd_filestat_get(fd, &stat);
    unsigned long long size = stat.filetype == __WASI_FILETYPE_DIRECTORY ? 0 : stat.size;
    printf("fstat: %d kind %d size %llu\n", told(errno_), stat.filetype, size);
}

static void fdstat_(__wasi_fd_t fd) {
    __wasi_fdstat_t stat;
    memset(&stat, 0, sizeof stat);
    __wasi_errno_t errno_ = __wasi_fd_fdstat_get(fd, &stat);
    int may = ((stat.fs_rights_base & READ) != 0) + 2 * ((stat.fs_rights_base & WRITE) != 0);
    printf("fdstat: %d kind %d flags %d may %d\n", told(errno_), stat.fs_filetype, stat.fs_flags, stat.fs_filetype == 4 ? may : 0);
}

static int compare(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Reads a directory in pieces of `len` bytes. */
static void list_(__wasi_fd_t fd, size_t len) {
    static char names[64][64];
    char *sorted[64];
    int count = 0;
    uint8_t bytes[1024];
    __wasi_dircookie_t cookie = 0;
    for (;;) {
        __wasi_size_t used = 0;
        __wasi_errno_t errno_ = __wasi_fd_readdir(fd, bytes, len, cookie, &used);
        if (errno_ != 0) {
            printf("list %zu: %d\n", len, told(errno_));
            return;
        }
        size_t at = 0;
        while (at + 24 <= used) {
            __wasi_dirent_t entry;
            memcpy(&entry, bytes + at, sizeof entry);
            if (at + 24 + entry.d_namlen > used) break;
            snprintf(names[count], 64, "%.*s %d", (int)entry.d_namlen, (char *)bytes + at + 24, entry.d_type);
            sorted[count] = names[count];
            count++;
            cookie = entry.d_next;
            at += 24 + entry.d_namlen;
        }
        if (used < len) break;
    }
    qsort(sorted, count, sizeof *sorted, compare);
    printf("list:");
    for (int i = 0; i < count; i++) printf(" %s", sorted[i]);
    printf("\n");
}

static void link_target(const char *path, size_t len) {
    char target[64] = {0};
    __wasi_size_t used = 0;
    __wasi_errno_t errno_ = __wasi_path_readlink(root, path, (uint8_t *)target, len, &used);
    printf("readlink %s %zu: %d %zu %s\n", path, len, told(errno_), (size_t)used, target);
}

#define CALL(call) tell(#call, call)

static void files(void) {
    __wasi_fd_t fd = open_("missing", 0, 0, BOTH, 0);
    fd = open_("a", 0, CREATE, BOTH, 0);
    fdstat_(fd);
    write_(fd, "hello");
    tell_(fd);
    seek_(fd, 0, __WASI_WHENCE_SET);
    read_(fd, 3);
    read_(fd, 10);
    read_(fd, 10);
    seek_(fd, -2, __WASI_WHENCE_CUR);
    seek_(fd, -1, __WASI_WHENCE_END);
    seek_(fd, -9, __WASI_WHENCE_END);
    pread_(fd, 2, 1);
    pread_(fd, 9, 3);
    pread_(fd, 9, 99);
    pwrite_(fd, "xy", 8);
    fstat_(fd);
    seek_(fd, 100, __WASI_WHENCE_SET);
    read_(fd, 5);
    CALL(__wasi_fd_filestat_set_size(fd, 4));
    fstat_(fd);
    CALL(__wasi_fd_sync(fd));
    CALL(__wasi_fd_datasync(fd));
    CALL(__wasi_fd_advise(fd, 0, 0, __WASI_ADVICE_NORMAL));
    CALL(__wasi_fd_fdstat_set_flags(fd, __WASI_FDFLAGS_APPEND));
    fdstat_(fd);
    write_(fd, "end");
    tell_(fd);
    close_(fd);
    tell("close again", __wasi_fd_close(fd));
    read_(fd, 1);
    write_(fd, "no");
    fstat_(fd);
    fdstat_(fd);
    seek_(fd, 0, 0);

    fd = open_("a", 0, 0, READ, 0);
    fdstat_(fd);
    write_(fd, "no");
    pwrite_(fd, "no", 0);
    CALL(__wasi_fd_filestat_set_size(fd, 1));
    read_(fd, 9);
    close_(fd);
    fd = open_("a", 0, 0, WRITE, 0);
    fdstat_(fd);
    read_(fd, 9);
    pread_(fd, 9, 0);
    close_(fd);
    fd = open_("a", 0, CREATE | EXCLUSIVE, BOTH, 0);
    fd = open_("a", 0, TRUNCATE, BOTH, __WASI_FDFLAGS_APPEND);
    fstat_(fd);
    write_(fd, "again");
    close_(fd);
    fd = open_("a", 0, DIRECTORY, READ, 0);
    fd = open_("a/", 0, 0, READ, 0);
    fd = open_("a/b", 0, 0, READ, 0);
    fd = open_("", 0, 0, READ, 0);
    stat_("a", 0);
    stat_("a/", 0);
    stat_("", 0);
    stat_(".", 0);
}

static void directories(void) {
    CALL(__wasi_path_create_directory(root, "d"));
    CALL(__wasi_path_create_directory(root, "d"));
    CALL(__wasi_path_create_directory(root, "a"));
    CALL(__wasi_path_create_directory(root, "no/d"));
    CALL(__wasi_path_create_directory(root, "a/d"));
    CALL(__wasi_path_create_directory(root, ""));
    CALL(__wasi_path_create_directory(root, "d/e/"));
    __wasi_fd_t fd = open_("d", 0, 0, READ, 0);
    fdstat_(fd);
    fstat_(fd);
    list_(fd, 1024);
    read_(fd, 1);
    write_(fd, "no");
    seek_(fd, 0, 0);
    tell_(fd);
    close_(fd);
    fd = open_("d", 0, DIRECTORY, READ, 0);
    close_(fd);
    fd = open_("d", 0, DIRECTORY, BOTH, 0);
    close_(fd);
    fd = open_("d", 0, CREATE, READ, 0);
    close_(fd);
    fd = open_("d", 0, CREATE | EXCLUSIVE, READ, 0);
    close_(fd);
    fd = open_("d", 0, TRUNCATE, BOTH, 0);
    close_(fd);
    fd = open_(".", 0, DIRECTORY, READ, 0);
    list_(fd, 1024);
    list_(fd, 80);
    close_(fd);
    fd = open_("d/../d/./e", 0, 0, READ, 0);
    close_(fd);
    CALL(__wasi_path_remove_directory(root, "d"));
    CALL(__wasi_path_remove_directory(root, "a"));
    CALL(__wasi_path_remove_directory(root, "no"));
    CALL(__wasi_path_remove_directory(root, "d/e"));
    CALL(__wasi_path_unlink_file(root, "d"));
    CALL(__wasi_path_unlink_file(root, "no"));
    CALL(__wasi_path_unlink_file(root, "a/"));
    list_(99, 80);
    fd = open_("a", 0, 0, READ, 0);
    list_(fd, 80);
    close_(fd);
}

static void links(void) {
    CALL(__wasi_path_symlink("a", root, "to-a"));
    CALL(__wasi_path_symlink("a", root, "to-a"));
    CALL(__wasi_path_symlink("no", root, "to-no"));
    CALL(__wasi_path_symlink("loop", root, "loop"));
    CALL(__wasi_path_symlink("../d", root, "d/up"));
    CALL(__wasi_path_symlink("../../out", root, "d/out"));
    link_target("to-a", 64);
    link_target("d/out", 4);
    link_target("a", 64);
    link_target("missing", 64);
    stat_("to-a", 0);
    stat_("to-a", FOLLOW);
    stat_("to-no", FOLLOW);
    stat_("to-no", 0);
    stat_("loop", FOLLOW);
    stat_("d/up", FOLLOW);
    stat_("d/out", FOLLOW);
    stat_("d/up/up/up", 0);
    close_(open_("to-a", 0, 0, READ, 0));
    close_(open_("to-a", FOLLOW, 0, READ, 0));
    close_(open_("to-a", FOLLOW, CREATE | EXCLUSIVE, READ, 0));
    close_(open_("loop", FOLLOW, 0, READ, 0));
    close_(open_("d/out", FOLLOW, 0, READ, 0));
    close_(open_("to-no", FOLLOW, CREATE, BOTH, 0));
    stat_("no", 0);
    CALL(__wasi_path_link(root, 0, "a", root, "b"));
    stat_("b", 0);
    CALL(__wasi_path_link(root, 0, "a", root, "b"));
    CALL(__wasi_path_link(root, 0, "d", root, "d2"));
    CALL(__wasi_path_link(root, 0, "missing", root, "c"));
    CALL(__wasi_path_link(root, 0, "to-a", root, "to-a-too"));
    CALL(__wasi_path_unlink_file(root, "b"));
    CALL(__wasi_path_unlink_file(root, "to-no"));
    stat_("a", 0);
}

static void renames(void) {
    CALL(__wasi_path_rename(root, "a", root, "d/a"));
    stat_("a", 0);
    stat_("d/a", 0);
    CALL(__wasi_path_rename(root, "missing", root, "x"));
    CALL(__wasi_path_rename(root, "d", root, "d/below"));
    CALL(__wasi_path_rename(root, "d/a", root, "no"));
    CALL(__wasi_path_create_directory(root, "f"));
    CALL(__wasi_path_rename(root, "f", root, "d"));
    CALL(__wasi_path_rename(root, "no", root, "f"));
    CALL(__wasi_path_rename(root, "f", root, "no"));
    CALL(__wasi_path_rename(root, "f", root, "g/"));
    CALL(__wasi_path_rename(root, "no", root, "h/"));
    CALL(__wasi_path_rename(root, "no", root, "no"));
}

/* Paths that end in a slash or a dot: of a file, of a directory, of links to both and to nothing, and of nothing. */
static void ends(void) {
    static const char *const names[] = {"no", "g", "to-file", "to-g", "to-none", "none"};
    CALL(__wasi_path_symlink("no", root, "to-file"));
    CALL(__wasi_path_symlink("g", root, "to-g"));
    CALL(__wasi_path_symlink("none", root, "to-none"));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        for (int dot = 0; dot < 2; dot++) {
            char path[16];
            snprintf(path, sizeof path, "%s%s", names[i], dot ? "/." : "/");
            stat_(path, 0);
            link_target(path, 64);
            tell("set times", __wasi_path_filestat_set_times(root, 0, path, 0, 0, __WASI_FSTFLAGS_ATIM_NOW));
            tell("unlink", __wasi_path_unlink_file(root, path));
            if (!dot) continue;
            tell("create directory", __wasi_path_create_directory(root, path));
            tell("remove directory", __wasi_path_remove_directory(root, path));
            tell("rename", __wasi_path_rename(root, path, root, "new"));
            tell("rename to", __wasi_path_rename(root, "g", root, path));
            close_(open_(path, 0, CREATE, READ, 0));
        }
    }
    CALL(__wasi_path_remove_directory(root, "."));
    CALL(__wasi_path_rename(root, ".", root, "new"));
    stat_("g", 0);
    CALL(__wasi_path_unlink_file(root, "to-file"));
    CALL(__wasi_path_unlink_file(root, "to-g"));
    CALL(__wasi_path_unlink_file(root, "to-none"));
}

static void ways_out(void) {
    for (int i = 0; i < 2; i++) {
        close_(open_("..", i, 0, READ, 0));
        close_(open_("../x", i, CREATE, BOTH, 0));
        close_(open_("d/../../x", i, 0, READ, 0));
        close_(open_("/etc/passwd", i, 0, READ, 0));
        stat_("/", i);
    }
    CALL(__wasi_path_create_directory(root, "../x"));
    CALL(__wasi_path_remove_directory(root, "../x"));
    CALL(__wasi_path_unlink_file(root, "../x"));
    CALL(__wasi_path_symlink("/etc/passwd", root, "s"));
    CALL(__wasi_path_rename(root, "no", root, "../x"));
    CALL(__wasi_path_link(root, 0, "no", root, "../x"));
    CALL(__wasi_path_create_directory(7, "x"));
    CALL(__wasi_path_create_directory(0, "x"));
    __wasi_fd_t fd = open_("no", 0, 0, READ, 0);
    CALL(__wasi_path_create_directory(fd, "x"));
    close_(fd);
}

static void times(void) {
    __wasi_filestat_t stat;
    CALL(__wasi_path_filestat_set_times(root, 0, "no", 1000000000000000000, 1500000000000000000, __WASI_FSTFLAGS_ATIM | __WASI_FSTFLAGS_MTIM));
    CALL(__wasi_path_filestat_get(root, 0, "no", &stat));
    printf("times: %llu %llu\n", stat.atim / 1000000000, stat.mtim / 1000000000);
    CALL(__wasi_path_filestat_set_times(root, 0, "no", 0, 0, __WASI_FSTFLAGS_ATIM | __WASI_FSTFLAGS_ATIM_NOW));
    CALL(__wasi_path_filestat_set_times(root, 0, "missing", 0, 0, __WASI_FSTFLAGS_ATIM));
    __wasi_fd_t fd = open_("no", 0, 0, BOTH, 0);
    CALL(__wasi_fd_filestat_set_times(fd, 0, 1600000000000000000, __WASI_FSTFLAGS_MTIM));
    CALL(__wasi_fd_filestat_get(fd, &stat));
    printf("times: %llu %llu\n", stat.atim / 1000000000, stat.mtim / 1000000000);
    close_(fd);
}

static void descriptors(void) {
    __wasi_prestat_t prestat;
    uint8_t name[16] = {0};
    CALL(__wasi_fd_prestat_get(root, &prestat));
    printf("prestat: %d %zu\n", prestat.tag, (size_t)prestat.u.dir.pr_name_len);
    CALL(__wasi_fd_prestat_dir_name(root, name, 5));
    printf("name: %s\n", (char *)name);
    CALL(__wasi_fd_prestat_dir_name(root, name, 4));
    CALL(__wasi_fd_prestat_get(4, &prestat));
    CALL(__wasi_fd_prestat_get(0, &prestat));
    __wasi_fd_t one = open_("no", 0, 0, READ, 0), two = open_("d", 0, 0, READ, 0);
    printf("opened: %d %d\n", one, two);
    CALL(__wasi_fd_prestat_get(two, &prestat));
    CALL(__wasi_fd_renumber(one, two));
    read_(one, 1);
    read_(two, 1);
    CALL(__wasi_fd_renumber(two, 77));
    CALL(__wasi_fd_renumber(77, two));
    close_(two);
    seek_(1, 0, 0);
    tell_(0);
    read_(1, 1);
    write_(0, "no");
    list_(1, 80);
    CALL(__wasi_fd_advise(1, 0, 0, 0));
    CALL(__wasi_fd_filestat_set_size(1, 0));
}

static void clocks(void) {
    __wasi_timestamp_t time = 0;
    for (int clock = 0; clock < 2; clock++) {
        tell("clock", __wasi_clock_time_get(clock, 1, &time));
        tell("resolution", __wasi_clock_res_get(clock, &time));
        printf("%d\n", time > 0);
    }
    CALL(__wasi_clock_time_get(__WASI_CLOCKID_PROCESS_CPUTIME_ID, 1, &time));
    __wasi_subscription_t asked[2];
    memset(asked, 0, sizeof asked);
    asked[0].userdata = 5;
    asked[0].u.tag = __WASI_EVENTTYPE_CLOCK;
    asked[0].u.u.clock.id = __WASI_CLOCKID_MONOTONIC;
    asked[0].u.u.clock.timeout = 1000000;
    asked[1] = asked[0];
    asked[1].userdata = 6;
    asked[1].u.u.clock.timeout = 10000000000;
    __wasi_event_t events[2];
    __wasi_size_t count = 0;
    CALL(__wasi_poll_oneoff(asked, events, 2, &count));
    printf("events: %zu %llu %d %d\n", (size_t)count, events[0].userdata, events[0].error, events[0].type);
    CALL(__wasi_poll_oneoff(asked, events, 0, &count));
    CALL(__wasi_sched_yield());
}

int main(int argc, char **argv) {
    setvbuf(stdout, NULL, _IOFBF, 4096);
    for (int i = 0; i < argc; i++) printf("argument %s\n", argv[i]);
    printf("NAME=%s\n", getenv("NAME"));
    char input[64] = {0};
    printf("input %zu %s\n", fread(input, 1, 63, stdin), input);
    fprintf(stderr, "to standard error\n");
    files();
    directories();
    links();
    renames();
    ends();
    ways_out();
    times();
    descriptors();
    clocks();
    return 7;
}
