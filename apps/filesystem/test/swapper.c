/*
 * Exchanges pairs of names as fast as the kernel does it, in turn, until SIGTERM or the end of the process that started it; in the end each name
 * is what it was.
 * swapper A1 B1 [A2 B2 ...]: prints "ready" after the first turn, and at the end how many exchanges succeeded and failed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE 2
#endif

static volatile sig_atomic_t stopped = 0;

static void stop(int signal_number) {
  (void)signal_number;
  stopped = 1;
}

static int exchange(const char *one, const char *other) {
  return (int)syscall(SYS_renameat2, AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE);
}

int main(int argc, char **argv) {
  /* Without it a folder is locked nearly always, and who is attacked gets nothing done. */
  const struct timespec pause = {0, 20000};
  unsigned long long done = 0, failed = 0;
  signal(SIGTERM, stop);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_TIMERSLACK, 1);
  for (unsigned long long turn = 0; !stopped || turn % 2 == 1; turn++) {
    for (int pair = 1; pair + 1 < argc; pair += 2) {
      if (exchange(argv[pair], argv[pair + 1]) == 0) {
        done++;
      } else if (turn == 0) {
        fprintf(stderr, "%s: %s\n", argv[pair], strerror(errno));
        return 1;
      } else {
        failed++;
      }
    }
    if (turn == 0) {
      puts("ready");
      fflush(stdout);
    }
    nanosleep(&pause, NULL);
  }
  printf("%llu exchanged, %llu failed\n", done, failed);
  return 0;
}
